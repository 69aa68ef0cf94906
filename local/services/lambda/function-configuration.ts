// What a Lambda function is to the runtime: its settings, and how they read in API answers.
import type { Runtime, FunctionConfiguration as SdkFunctionConfiguration } from '@aws-sdk/client-lambda';

/** The settings of one function; they come from the template at every start and are not persisted. */
export interface FunctionConfiguration {
  readonly name: string;
  readonly arn: string;
  readonly region: string;
  readonly accountId: string;
  readonly runtime: string;
  readonly handler: string;
  /** The folder that stands for /var/task. */
  readonly codeDirectory: string;
  readonly roleArn: string;
  readonly description: string;
  readonly timeoutSeconds: number;
  readonly memoryMegabytes: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly reservedConcurrency?: number;
  readonly deadLetterTargetArn?: string;
  readonly tracingMode: string;
  readonly architectures: readonly string[];
  readonly logGroup: string;
  readonly logFormat: 'Text' | 'JSON';
  readonly lastModified: string;
}

/** Settings of asynchronous invocation: https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionEventInvokeConfig.html */
export interface EventInvokeConfiguration {
  readonly maximumRetryAttempts: number;
  readonly maximumEventAgeSeconds: number;
  readonly onSuccessArn?: string;
  readonly onFailureArn?: string;
}

export const DEFAULT_EVENT_INVOKE_CONFIGURATION: EventInvokeConfiguration = {
  maximumRetryAttempts: 2,
  maximumEventAgeSeconds: 21_600,
};

/** The function in the shape of `GetFunctionConfiguration`. */
export function buildSdkConfiguration(configuration: FunctionConfiguration): SdkFunctionConfiguration {
  return {
    FunctionName: configuration.name,
    FunctionArn: configuration.arn,
    Runtime: configuration.runtime as Runtime,
    Role: configuration.roleArn,
    Handler: configuration.handler,
    Description: configuration.description,
    Timeout: configuration.timeoutSeconds,
    MemorySize: configuration.memoryMegabytes,
    LastModified: configuration.lastModified,
    Version: '$LATEST',
    PackageType: 'Zip',
    State: 'Active',
    LastUpdateStatus: 'Successful',
    Architectures: [...configuration.architectures] as SdkFunctionConfiguration['Architectures'],
    TracingConfig: { Mode: configuration.tracingMode as 'Active' | 'PassThrough' },
    LoggingConfig: { LogFormat: configuration.logFormat, LogGroup: configuration.logGroup },
    ...(Object.keys(configuration.environment).length > 0 && {
      Environment: { Variables: { ...configuration.environment } },
    }),
    ...(configuration.deadLetterTargetArn && { DeadLetterConfig: { TargetArn: configuration.deadLetterTargetArn } }),
  };
}
