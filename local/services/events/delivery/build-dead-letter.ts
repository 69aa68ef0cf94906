// The message that EventBridge sends to a dead-letter queue.
import { buildQueueUrl } from '../../../runtime/queue-url.ts';
import type { BusEvent } from '../bus-event.ts';
import type { Rule } from '../rules/rule.ts';
import type { DeliveryError } from './delivery-error.ts';

interface GivenUpDelivery {
  readonly ruleArn: string;
  /** Attempts that failed. */
  readonly failures: number;
  readonly error?: DeliveryError;
  readonly condition?: string;
}

/** Input of SQS SendMessage. @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html */
export function buildDeadLetter(
  { ruleArn, failures, error, condition }: GivenUpDelivery,
  { Arn, DeadLetterConfig }: Rule['targets'][number],
  event: BusEvent,
) {
  const attributes = {
    RULE_ARN: ruleArn,
    TARGET_ARN: Arn ?? '',
    ERROR_CODE: error?.code ?? '',
    ERROR_MESSAGE: error?.message || 'Unknown',
    RETRY_ATTEMPTS: String(Math.max(0, failures - 1)),
    ...(condition && { EXHAUSTED_RETRY_CONDITION: condition }),
  };
  return {
    QueueUrl: buildQueueUrl(DeadLetterConfig?.Arn ?? ''),
    MessageBody: JSON.stringify(event),
    MessageAttributes: Object.fromEntries(
      Object.entries(attributes).map(([name, value]) => [name, { DataType: 'String', StringValue: value }]),
    ),
  };
}
