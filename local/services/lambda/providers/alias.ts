// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-alias.html
import type { ResourceProvider } from '../../../runtime/resource.ts';
import { parseFunctionName } from '../function-name.ts';
import type { FunctionRegistry } from '../function-registry.ts';

export function createAliasProvider(registry: FunctionRegistry): ResourceProvider {
  return {
    type: 'AWS::Lambda::Alias',
    properties: ['FunctionName', 'FunctionVersion', 'Name', 'Description'],
    withoutEffect: {
      ProvisionedConcurrencyConfig: 'processes start in milliseconds',
      RoutingConfig: 'every version runs the one code of the assembly',
    },
    async create(resource) {
      const { region, accountId } = resource.stack;
      const { name } = parseFunctionName(String(resource.properties.FunctionName));
      const arn = `arn:aws:lambda:${region}:${accountId}:function:${name}`;
      const alias = String(resource.properties.Name);
      registry.addAlias(arn, alias, String(resource.properties.FunctionVersion));
      return { ref: `${arn}:${alias}`, attributes: { AliasArn: `${arn}:${alias}` } };
    },
  };
}
