// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-permission.html
import type { ResourceProvider } from '../../../runtime/resource.ts';
import { parseFunctionName } from '../function-name.ts';
import type { FunctionRegistry } from '../function-registry.ts';

interface PermissionProperties {
  readonly Action: string;
  readonly FunctionName: string;
  readonly Principal: string;
  readonly SourceArn?: string;
  readonly SourceAccount?: string;
  readonly PrincipalOrgID?: string;
  readonly EventSourceToken?: string;
  readonly FunctionUrlAuthType?: string;
}

function buildPrincipal(principal: string): string | Record<string, string> {
  if (principal === '*') return '*';
  if (principal.endsWith('.amazonaws.com')) return { Service: principal };
  return { AWS: /^\d{12}$/.test(principal) ? `arn:aws:iam::${principal}:root` : principal };
}

function buildCondition(properties: PermissionProperties): Record<string, Record<string, string>> {
  const equals = {
    ...(properties.SourceAccount && { 'AWS:SourceAccount': properties.SourceAccount }),
    ...(properties.PrincipalOrgID && { 'aws:PrincipalOrgID': properties.PrincipalOrgID }),
    ...(properties.EventSourceToken && { 'lambda:EventSourceToken': properties.EventSourceToken }),
    ...(properties.FunctionUrlAuthType && { 'lambda:FunctionUrlAuthType': properties.FunctionUrlAuthType }),
  };
  return {
    ...(Object.keys(equals).length > 0 && { StringEquals: equals }),
    ...(properties.SourceArn && { ArnLike: { 'AWS:SourceArn': properties.SourceArn } }),
  };
}

export function createPermissionProvider(registry: FunctionRegistry): ResourceProvider {
  return {
    type: 'AWS::Lambda::Permission',
    properties: [
      'Action',
      'FunctionName',
      'Principal',
      'SourceArn',
      'SourceAccount',
      'PrincipalOrgID',
      'EventSourceToken',
      'FunctionUrlAuthType',
    ],
    withoutEffect: { InvokedViaFunctionUrl: 'there are no function URLs here' },
    async create(resource) {
      const properties = resource.properties as unknown as PermissionProperties;
      const { region, accountId, name } = resource.stack;
      const reference = parseFunctionName(properties.FunctionName);
      const suffix = reference.qualifier ? `:${reference.qualifier}` : '';
      const functionArn = `arn:aws:lambda:${region}:${accountId}:function:${reference.name}${suffix}`;
      const sid = `${name}-${resource.logicalId}`;
      const condition = buildCondition(properties);
      registry.addStatement(functionArn, {
        Sid: sid,
        Effect: 'Allow',
        Principal: buildPrincipal(properties.Principal),
        Action: properties.Action,
        Resource: functionArn,
        ...(Object.keys(condition).length > 0 && { Condition: condition }),
      });
      return { ref: sid, attributes: { Id: sid } };
    },
  };
}
