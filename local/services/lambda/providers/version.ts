// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-version.html
import type { ResourceProvider } from '../../../runtime/resource.ts';
import { parseFunctionName } from '../function-name.ts';
import type { FunctionRegistry } from '../function-registry.ts';

/** An assembly holds one code per function: every version runs it. */
export function createVersionProvider(registry: FunctionRegistry): ResourceProvider {
  return {
    type: 'AWS::Lambda::Version',
    properties: ['FunctionName', 'Description'],
    withoutEffect: {
      CodeSha256: 'the code is the assembly’s',
      ProvisionedConcurrencyConfig: 'processes start in milliseconds',
      RuntimePolicy: 'the runtime is the Node.js that runs this program',
    },
    async create(resource) {
      const { region, accountId } = resource.stack;
      const { name } = parseFunctionName(String(resource.properties.FunctionName));
      const arn = `arn:aws:lambda:${region}:${accountId}:function:${name}`;
      const version = registry.publishVersion(arn);
      return { ref: `${arn}:${version}`, attributes: { Version: version, FunctionArn: `${arn}:${version}` } };
    },
  };
}
