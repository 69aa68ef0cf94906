// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-events-eventbus.html
import type { RuntimeContext } from '../../../runtime/context.ts';
import type { ResourceProvider } from '../../../runtime/resource.ts';
import type { PolicyStatement } from '../../../runtime/service.ts';
import { buildBusArn } from '../event-bus-arn.ts';
import type { EventBuses } from '../event-buses.ts';

interface EventBusProperties {
  readonly Name: string;
  readonly Description?: string;
  readonly DeadLetterConfig?: { readonly Arn?: string };
  readonly Policy?: { readonly Statement?: readonly PolicyStatement[] };
}

export function createEventBusProvider(context: RuntimeContext, buses: EventBuses): ResourceProvider {
  return {
    type: 'AWS::Events::EventBus',
    properties: ['Name', 'Description', 'DeadLetterConfig', 'Policy'],
    withoutEffect: {
      KmsKeyIdentifier: 'events never leave this machine',
      LogConfig: 'every event is in the trace',
      Tags: 'nothing is billed or found by tag',
    },
    async create(resource) {
      const properties = resource.properties as unknown as EventBusProperties;
      const { region, accountId } = resource.stack;
      const { Name: name, Description, DeadLetterConfig, Policy } = properties;
      if (name.startsWith('aws.')) {
        throw new Error(
          `${resource.type} "${resource.logicalId}": partner event source "${name}" does not run here: use a custom bus`,
        );
      }
      const arn = buildBusArn({ region, name }, accountId);
      buses.add({
        name,
        region,
        arn,
        createdAt: context.clock.now(),
        ...(Description && { description: Description }),
        ...(DeadLetterConfig?.Arn && { deadLetterArn: DeadLetterConfig.Arn }),
      });
      for (const [index, statement] of (Policy?.Statement ?? []).entries()) {
        buses.addStatement(arn, statement.Sid ?? `${resource.logicalId}-${index}`, statement);
      }
      return { ref: name, attributes: { Name: name, Arn: arn } };
    },
  };
}
