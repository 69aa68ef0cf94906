// A message as ReceiveMessage answers it.
import type { Message, MessageAttributeValue, ReceiveMessageCommandInput } from '@aws-sdk/client-sqs';
import { digestAttributes, digestBody } from './message-digest.ts';
import { buildReceiptHandle, type StoredAttribute, type StoredMessage } from './stored-message.ts';

export function describeMessage(message: StoredMessage, asked: ReceiveMessageCommandInput): Message {
  const attributes = Object.fromEntries(
    Object.entries(message.attributes).filter(([name]) => isAskedFor(name, asked.MessageAttributeNames ?? [])),
  );
  const digest = digestAttributes(attributes);
  const systemNames: readonly string[] = [
    ...(asked.AttributeNames ?? []),
    ...(asked.MessageSystemAttributeNames ?? []),
  ];
  const system = Object.entries(listSystemAttributes(message)).filter(
    ([name]) => systemNames.includes('All') || systemNames.includes(name),
  );
  return {
    MessageId: message.id,
    ReceiptHandle: buildReceiptHandle(message),
    MD5OfBody: digestBody(message.body),
    Body: message.body,
    ...(system.length > 0 && { Attributes: Object.fromEntries(system) }),
    ...(digest !== undefined && {
      MD5OfMessageAttributes: digest,
      MessageAttributes: Object.fromEntries(
        Object.entries(attributes).map(([name, attribute]) => [name, describeAttribute(attribute)]),
      ),
    }),
  };
}

function isAskedFor(name: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => {
    if (pattern === 'All' || pattern === '.*') return true;
    return pattern.endsWith('.*') ? name.startsWith(pattern.slice(0, -2)) : name === pattern;
  });
}

function describeAttribute({ type, string, binary = '' }: StoredAttribute): MessageAttributeValue {
  if (string !== undefined) return { DataType: type, StringValue: string };
  return { DataType: type, BinaryValue: Buffer.from(binary, 'base64') };
}

function listSystemAttributes(message: StoredMessage): Record<string, string> {
  return {
    SenderId: message.senderId,
    SentTimestamp: String(message.sentAt),
    ApproximateReceiveCount: String(message.receiveCount),
    ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt ?? message.sentAt),
    ...(message.traceHeader !== undefined && { AWSTraceHeader: message.traceHeader }),
    ...(message.groupId !== undefined && { MessageGroupId: message.groupId }),
    ...(message.deduplicationId !== undefined && {
      MessageDeduplicationId: message.deduplicationId,
      SequenceNumber: message.sequence,
    }),
    ...(message.deadLetterSourceArn !== undefined && { DeadLetterQueueSourceArn: message.deadLetterSourceArn }),
  };
}
