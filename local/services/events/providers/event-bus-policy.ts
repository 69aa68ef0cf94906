// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-events-eventbuspolicy.html
import type { ResourceProvider } from '../../../runtime/resource.ts';
import type { PolicyStatement } from '../../../runtime/service.ts';
import { buildBusArn, parseBusName } from '../event-bus-arn.ts';
import type { EventBuses } from '../event-buses.ts';

interface EventBusPolicyProperties {
  readonly EventBusName?: string;
  readonly StatementId: string;
  readonly Statement?: PolicyStatement;
  readonly Action?: string;
  readonly Principal?: string;
}

export function createEventBusPolicyProvider(buses: EventBuses): ResourceProvider {
  return {
    type: 'AWS::Events::EventBusPolicy',
    properties: ['EventBusName', 'StatementId', 'Statement', 'Action', 'Principal'],
    async create(resource) {
      const properties = resource.properties as unknown as EventBusPolicyProperties;
      const { region, accountId } = resource.stack;
      const busArn = buildBusArn(parseBusName(properties.EventBusName, region), accountId);
      const { Action = 'events:PutEvents', Principal = accountId } = properties;
      const principal = Principal === '*' ? '*' : { AWS: `arn:aws:iam::${Principal}:root` };
      const statement = properties.Statement ?? { Effect: 'Allow', Principal: principal, Action, Resource: busArn };
      buses.addStatement(busArn, properties.StatementId, statement);
      return { ref: `${busArn}/${properties.StatementId}`, attributes: {} };
    },
  };
}
