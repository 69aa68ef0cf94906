// Where a dead letter was meant to go, why it did not arrive, and what it says.
import type { Message } from '@aws-sdk/client-sqs';
import { CommandFailure } from '../output.ts';

export interface DeadLetterOrigin {
  readonly target: string;
  readonly reason: string;
  readonly payload: string;
}

/**
 * Rules and schedules put the target and the error into message attributes, and the event into the body; Lambda wraps the
 * event of a failed asynchronous invocation.
 * @throws CommandFailure when the message is of neither form.
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
 * @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
 */
export function parseDeadLetter({ Body = '', MessageAttributes = {} }: Message): DeadLetterOrigin {
  const target = MessageAttributes.TARGET_ARN?.StringValue;
  if (target !== undefined) {
    const reason =
      MessageAttributes.ERROR_MESSAGE?.StringValue ?? MessageAttributes.ERROR_CODE?.StringValue ?? 'not delivered';
    return { target, reason, payload: Body };
  }
  const record = JSON.parse(Body) as {
    requestContext?: { functionArn?: string; condition?: string };
    requestPayload?: unknown;
    responsePayload?: { errorMessage?: string };
  };
  const functionArn = record.requestContext?.functionArn;
  if (functionArn === undefined)
    throw new CommandFailure('a dead letter names neither a target nor a function: read it in the SQS console');
  return {
    target: functionArn,
    reason: record.responsePayload?.errorMessage ?? record.requestContext?.condition ?? 'failed',
    payload: JSON.stringify(record.requestPayload),
  };
}
