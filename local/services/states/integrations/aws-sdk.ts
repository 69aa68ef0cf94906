// `arn:aws:states:::aws-sdk:<service>:<operation>`: any operation of any service that the runtime emulates.
// https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html
import type { RuntimeContext } from '../../../runtime/context.ts';
import type { Json } from '../engine/json.ts';
import type { TaskHandle } from '../engine/task-invoker.ts';
import { callAsRole } from './integration.ts';

/** The name of a service's SDK client, with which its errors begin. */
const ERROR_PREFIXES: Readonly<Record<string, string>> = {
  cloudformation: 'CloudFormation',
  cloudwatch: 'CloudWatch',
  cloudwatchlogs: 'CloudWatchLogs',
  dynamodb: 'DynamoDb',
  eks: 'Eks',
  eventbridge: 'EventBridge',
  kms: 'Kms',
  lambda: 'Lambda',
  rds: 'Rds',
  route53: 'Route53',
  s3: 'S3',
  scheduler: 'Scheduler',
  secretsmanager: 'SecretsManager',
  sfn: 'Sfn',
  sns: 'Sns',
  sqs: 'Sqs',
  ssm: 'Ssm',
  sts: 'Sts',
};

export function callAwsSdk(
  context: RuntimeContext,
  service: string,
  operation: string,
  args: Json,
  task: TaskHandle,
): Promise<Json> {
  const errorPrefix = ERROR_PREFIXES[service] ?? service;
  return callAsRole(context, task, {
    service,
    operation: operation.charAt(0).toUpperCase() + operation.slice(1),
    args,
    errorPrefix,
    baseError: `${errorPrefix}Exception`,
  });
}
