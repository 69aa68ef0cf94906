// Makes a stored message of what a sender hands in, or refuses it.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
import { createHash, randomUUID } from 'node:crypto';
import type { MessageAttributeValue, SendMessageCommandInput } from '@aws-sdk/client-sqs';
import { AwsError } from '../../runtime/service.ts';
import type { MessageQueue } from './message-queue.ts';
import type { StoredAttribute, StoredMessage } from './stored-message.ts';

export type MessageDraft = Pick<
  SendMessageCommandInput,
  | 'MessageBody'
  | 'DelaySeconds'
  | 'MessageAttributes'
  | 'MessageSystemAttributes'
  | 'MessageDeduplicationId'
  | 'MessageGroupId'
>;

const longestDelaySeconds = 900;
const attributeLimit = 10;
/** What the body may not hold, as XML could not carry it. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: exactly these characters are refused
const refusedCharacters = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/;

/** Throws AwsError for a message that SQS refuses. */
export function buildMessage(
  queue: MessageQueue,
  draft: MessageDraft,
  stamp: { readonly sequence: string; readonly senderId: string; readonly now: number },
): StoredMessage {
  const body = draft.MessageBody ?? '';
  if (body === '') {
    throw new AwsError('MissingParameter', 'The request must contain the parameter MessageBody.');
  }
  if (refusedCharacters.test(body)) {
    throw new AwsError(
      'InvalidMessageContents',
      'Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF',
    );
  }
  const attributes = parseAttributes(draft.MessageAttributes);
  checkSize(queue, body, attributes);
  const traceHeader = draft.MessageSystemAttributes?.AWSTraceHeader?.StringValue;
  return {
    sequence: stamp.sequence,
    id: randomUUID(),
    body,
    attributes,
    ...(traceHeader !== undefined && { traceHeader }),
    senderId: stamp.senderId,
    sentAt: stamp.now,
    visibleAt: stamp.now + parseDelay(queue, draft) * 1000,
    receiveCount: 0,
    ...(draft.MessageGroupId !== undefined && { groupId: draft.MessageGroupId }),
    ...(queue.isFifo && { deduplicationId: parseDeduplicationId(queue, draft, body) }),
  };
}

/** Attributes as they are stored. Throws AwsError for a value that does not fit its type. */
export function parseAttributes(
  attributes: Readonly<Record<string, MessageAttributeValue>> = {},
): Record<string, StoredAttribute> {
  const entries = Object.entries(attributes);
  if (entries.length > attributeLimit) {
    throw new AwsError(
      'InvalidParameterValue',
      `Number of message attributes [${entries.length}] exceeds the allowed maximum [10].`,
    );
  }
  return Object.fromEntries(entries.map(([name, value]) => [name, parseAttribute(name, value)]));
}

function parseAttribute(name: string, { DataType: type = '', StringValue, BinaryValue }: MessageAttributeValue) {
  const [kind] = type.split('.');
  if (kind === 'Binary' && BinaryValue !== undefined) {
    return { type, binary: Buffer.from(BinaryValue).toString('base64') };
  }
  if ((kind === 'String' || kind === 'Number') && StringValue !== undefined && StringValue !== '') {
    if (kind === 'String' || Number.isFinite(Number(StringValue))) return { type, string: StringValue };
    throw new AwsError(
      'InvalidParameterValue',
      `Can't cast the value of message (user) attribute '${name}' to a number.`,
    );
  }
  throw new AwsError(
    'InvalidParameterValue',
    `The message (user) attribute '${name}' must contain a non-empty message attribute value of type String, Number or Binary, and its type prefix must be one of these.`,
  );
}

function checkSize(queue: MessageQueue, body: string, attributes: Readonly<Record<string, StoredAttribute>>): void {
  let size = Buffer.byteLength(body);
  for (const [name, { type, string, binary }] of Object.entries(attributes)) {
    size += Buffer.byteLength(name) + Buffer.byteLength(type);
    size += string === undefined ? Buffer.byteLength(binary ?? '', 'base64') : Buffer.byteLength(string);
  }
  const limit = queue.setting('MaximumMessageSize');
  if (size <= limit) return;
  throw new AwsError(
    'InvalidParameterValue',
    `One or more parameters are invalid. Reason: Message must be shorter than ${limit} bytes.`,
  );
}

function parseDelay(queue: MessageQueue, { DelaySeconds }: MessageDraft): number {
  if (DelaySeconds === undefined) return queue.setting('DelaySeconds');
  if (queue.isFifo && DelaySeconds !== 0) {
    throw new AwsError(
      'InvalidParameterValue',
      `Value ${DelaySeconds} for parameter DelaySeconds is invalid. Reason: The request include parameter that is not valid for this queue type.`,
    );
  }
  if (DelaySeconds >= 0 && DelaySeconds <= longestDelaySeconds) return DelaySeconds;
  throw new AwsError(
    'InvalidParameterValue',
    `Value ${DelaySeconds} for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= ${longestDelaySeconds}.`,
  );
}

function parseDeduplicationId(queue: MessageQueue, draft: MessageDraft, body: string): string {
  if (draft.MessageGroupId === undefined) {
    throw new AwsError('MissingParameter', 'The request must contain the parameter MessageGroupId.');
  }
  if (draft.MessageDeduplicationId !== undefined) return draft.MessageDeduplicationId;
  if (queue.record.attributes.ContentBasedDeduplication === 'true') {
    return createHash('sha256').update(body).digest('hex');
  }
  throw new AwsError(
    'InvalidParameterValue',
    'The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly',
  );
}
