// The API call that hands an input to a target of EventBridge or Scheduler, told by the target's ARN.
import type { ApiCall, RuntimeContext } from './context.ts';
import { buildQueueUrl } from './queue-url.ts';
import { AwsError } from './service.ts';

export type TargetCall = Pick<ApiCall, 'service' | 'operation' | 'input'>;

export interface TargetParts {
  readonly arn: string;
  readonly input: string;
  /** Of a FIFO queue. */
  readonly messageGroupId?: string | undefined;
  /** Of an execution; Step Functions makes one up when absent. */
  readonly executionName?: string;
  /** What an event bus gets. */
  readonly buildEntry: () => object;
}

/** Undefined for a target that takes no such call. */
export function buildTargetCall({
  arn,
  input,
  messageGroupId,
  executionName,
  buildEntry,
}: TargetParts): TargetCall | undefined {
  switch (arn.split(':')[2]) {
    case 'lambda': {
      const invocation = { FunctionName: arn, InvocationType: 'Event', Payload: Buffer.from(input) };
      return { service: 'lambda', operation: 'Invoke', input: invocation };
    }
    case 'states': {
      const execution = { stateMachineArn: arn, ...(executionName !== undefined && { name: executionName }), input };
      return { service: 'sfn', operation: 'StartExecution', input: execution };
    }
    case 'sqs': {
      const group = messageGroupId ? { MessageGroupId: messageGroupId } : {};
      const message = { QueueUrl: buildQueueUrl(arn), MessageBody: input, ...group };
      return { service: 'sqs', operation: 'SendMessage', input: message };
    }
    case 'sns':
      return { service: 'sns', operation: 'Publish', input: { TopicArn: arn, Message: input } };
    case 'events':
      return { service: 'eventbridge', operation: 'PutEvents', input: { Entries: [buildEntry()] } };
    default:
      return undefined;
  }
}

/** Makes the call; throws the target's own error, also when a bus answers 200 and has refused the event. */
export async function callTarget(context: RuntimeContext, call: ApiCall): Promise<void> {
  const output = await context.call<{
    FailedEntryCount?: number;
    Entries?: { ErrorCode?: string; ErrorMessage?: string }[];
  }>(call);
  if (!output.FailedEntryCount) return;
  const { ErrorCode = 'InternalFailure', ErrorMessage = 'the event was refused' } = output.Entries?.[0] ?? {};
  throw new AwsError(ErrorCode, ErrorMessage);
}
