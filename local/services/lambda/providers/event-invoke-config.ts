// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-eventinvokeconfig.html
import type { ResourceProvider } from '../../../runtime/resource.ts';
import { DEFAULT_EVENT_INVOKE_CONFIGURATION } from '../function-configuration.ts';
import { parseFunctionName } from '../function-name.ts';
import type { FunctionRegistry } from '../function-registry.ts';

interface EventInvokeConfigProperties {
  readonly FunctionName: string;
  readonly Qualifier: string;
  readonly MaximumRetryAttempts?: number | string;
  readonly MaximumEventAgeInSeconds?: number | string;
  readonly DestinationConfig?: {
    readonly OnSuccess?: { readonly Destination?: string };
    readonly OnFailure?: { readonly Destination?: string };
  };
}

export function createEventInvokeConfigProvider(registry: FunctionRegistry): ResourceProvider {
  return {
    type: 'AWS::Lambda::EventInvokeConfig',
    properties: ['FunctionName', 'Qualifier', 'MaximumRetryAttempts', 'MaximumEventAgeInSeconds', 'DestinationConfig'],
    async create(resource) {
      const properties = resource.properties as unknown as EventInvokeConfigProperties;
      const { region, accountId, name } = resource.stack;
      const { maximumRetryAttempts, maximumEventAgeSeconds } = DEFAULT_EVENT_INVOKE_CONFIGURATION;
      const onSuccessArn = properties.DestinationConfig?.OnSuccess?.Destination;
      const onFailureArn = properties.DestinationConfig?.OnFailure?.Destination;
      const functionName = parseFunctionName(properties.FunctionName).name;
      registry.setEventInvokeConfiguration(
        `arn:aws:lambda:${region}:${accountId}:function:${functionName}:${properties.Qualifier}`,
        {
          maximumRetryAttempts: Number(properties.MaximumRetryAttempts ?? maximumRetryAttempts),
          maximumEventAgeSeconds: Number(properties.MaximumEventAgeInSeconds ?? maximumEventAgeSeconds),
          ...(onSuccessArn && { onSuccessArn }),
          ...(onFailureArn && { onFailureArn }),
        },
      );
      return { ref: `${name}-${resource.logicalId}`, attributes: {} };
    },
  };
}
