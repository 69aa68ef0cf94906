// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-function.html
import type { RuntimeContext } from '../../../runtime/context.ts';
import { physicalName, type ResolvedResource, type ResourceProvider } from '../../../runtime/resource.ts';
import { assumeFunctionRole } from '../assume-function-role.ts';
import { getCodeDirectory } from '../function-code.ts';
import type { FunctionConfiguration } from '../function-configuration.ts';
import type { FunctionRegistry } from '../function-registry.ts';

interface FunctionProperties {
  readonly FunctionName?: string;
  readonly Runtime?: string;
  readonly Handler?: string;
  readonly Role: string;
  readonly Description?: string;
  readonly Timeout?: number | string;
  readonly MemorySize?: number | string;
  readonly Environment?: { readonly Variables?: Readonly<Record<string, unknown>> };
  readonly ReservedConcurrentExecutions?: number | string;
  readonly DeadLetterConfig?: { readonly TargetArn?: string };
  readonly TracingConfig?: { readonly Mode?: string };
  readonly Architectures?: readonly string[];
  readonly LoggingConfig?: { readonly LogGroup?: string; readonly LogFormat?: string };
}

const DEFAULT_TIMEOUT_SECONDS = 3;
const DEFAULT_MEMORY_MEGABYTES = 128;

function buildEnvironment(
  resource: ResolvedResource,
  variables: Readonly<Record<string, unknown>> = {},
): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const [name, value] of Object.entries(variables)) {
    if (!['string', 'number', 'boolean'].includes(typeof value)) {
      throw new Error(
        `${resource.type} "${resource.logicalId}": environment variable ${name} is ${JSON.stringify(value)}: it must be text`,
      );
    }
    environment[name] = String(value);
  }
  return environment;
}

export function createFunctionProvider(context: RuntimeContext, registry: FunctionRegistry): ResourceProvider {
  return {
    type: 'AWS::Lambda::Function',
    properties: [
      'FunctionName',
      'Code',
      'Runtime',
      'Handler',
      'Role',
      'Description',
      'Timeout',
      'MemorySize',
      'Environment',
      'ReservedConcurrentExecutions',
      'DeadLetterConfig',
      'LoggingConfig',
      'Architectures',
      'TracingConfig',
      'PackageType',
    ],
    withoutEffect: {
      KmsKeyArn: 'the environment never leaves this machine',
      EphemeralStorage: 'functions share the machine’s temporary folder',
      Tags: 'nothing is billed or found by tag',
      VpcConfig: 'all runs on the loopback interface',
      RuntimeManagementConfig: 'the runtime is the Node.js that runs this program',
      SnapStart: 'processes start in milliseconds',
      RecursiveLoop: 'loops between functions are not detected',
    },
    async create(resource) {
      const properties = resource.properties as unknown as FunctionProperties;
      const { region, accountId } = resource.stack;
      if (!properties.Runtime?.startsWith('nodejs')) {
        throw new Error(
          `${resource.type} "${resource.logicalId}": runtime ${properties.Runtime ?? '(container image)'} does not run here: use nodejs*`,
        );
      }
      const name = properties.FunctionName ?? physicalName(resource);
      const arn = `arn:aws:lambda:${region}:${accountId}:function:${name}`;
      const configuration: FunctionConfiguration = {
        name,
        arn,
        region,
        accountId,
        runtime: properties.Runtime,
        handler: properties.Handler ?? 'index.handler',
        codeDirectory: getCodeDirectory(resource, context.store.directory('lambda-inline-code')),
        roleArn: properties.Role,
        description: properties.Description ?? '',
        timeoutSeconds: Number(properties.Timeout ?? DEFAULT_TIMEOUT_SECONDS),
        memoryMegabytes: Number(properties.MemorySize ?? DEFAULT_MEMORY_MEGABYTES),
        environment: buildEnvironment(resource, properties.Environment?.Variables),
        ...(properties.ReservedConcurrentExecutions !== undefined && {
          reservedConcurrency: Number(properties.ReservedConcurrentExecutions),
        }),
        ...(properties.DeadLetterConfig?.TargetArn && { deadLetterTargetArn: properties.DeadLetterConfig.TargetArn }),
        tracingMode: properties.TracingConfig?.Mode ?? 'PassThrough',
        architectures: properties.Architectures ?? ['x86_64'],
        logGroup: properties.LoggingConfig?.LogGroup ?? `/aws/lambda/${name}`,
        logFormat: properties.LoggingConfig?.LogFormat === 'JSON' ? 'JSON' : 'Text',
        lastModified: new Date(context.clock.now()).toISOString().replace('Z', '+0000'),
      };
      assumeFunctionRole(context, configuration);
      registry.add(configuration);
      return { ref: name, attributes: { Arn: arn } };
    },
  };
}
