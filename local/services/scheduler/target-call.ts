// The API call that a schedule's target stands for: templated by the target's ARN, or universal by its name.
// https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets.html
import type { Target } from '@aws-sdk/client-scheduler';
import type { ApiCall } from '../../runtime/context.ts';
import { buildQueueUrl } from '../../runtime/queue-url.ts';
import { AwsError } from '../../runtime/service.ts';

export type TargetCall = Pick<ApiCall, 'service' | 'operation' | 'input'>;

const UNIVERSAL = /^arn:aws:scheduler:::aws-sdk:([a-z0-9]+):([A-Za-z0-9]+)$/;

function parseInput(input: string): object {
  try {
    const value = JSON.parse(input) as unknown;
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // Told below, together with inputs that are no object.
  }
  throw new AwsError('ValidationException', 'The Input of a universal target must be a JSON object.');
}

function buildEntry(target: Target, input: string): object {
  const { Source, DetailType } = target.EventBridgeParameters ?? {};
  return { EventBusName: target.Arn, Source, DetailType, Detail: input };
}

/** Throws ValidationException for a target that cannot be called here. */
export function buildTargetCall(target: Target, input: string): TargetCall {
  const arn = target.Arn ?? '';
  const [, service, operation = ''] = UNIVERSAL.exec(arn) ?? [];
  if (service)
    return { service, operation: operation[0]?.toUpperCase() + operation.slice(1), input: parseInput(input) };
  switch (arn.split(':')[2]) {
    case 'lambda':
      return {
        service: 'lambda',
        operation: 'Invoke',
        input: { FunctionName: arn, InvocationType: 'Event', Payload: Buffer.from(input) },
      };
    case 'states':
      return { service: 'sfn', operation: 'StartExecution', input: { stateMachineArn: arn, input } };
    case 'sqs': {
      const groupId = target.SqsParameters?.MessageGroupId;
      const message = { QueueUrl: buildQueueUrl(arn), MessageBody: input, ...(groupId && { MessageGroupId: groupId }) };
      return { service: 'sqs', operation: 'SendMessage', input: message };
    }
    case 'sns':
      return { service: 'sns', operation: 'Publish', input: { TopicArn: arn, Message: input } };
    case 'events':
      return { service: 'eventbridge', operation: 'PutEvents', input: { Entries: [buildEntry(target, input)] } };
    default:
      throw new AwsError(
        'ValidationException',
        `Provided Arn is not in correct format: ${arn} does not run here, only functions, state machines, queues, topics, event buses and arn:aws:scheduler:::aws-sdk:<service>:<operation>.`,
      );
  }
}
