// The event that a function receives for a batch of queue messages.
// https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html#example-standard-queue-message-event
import type { Message, MessageAttributeValue } from '@aws-sdk/client-sqs';

function buildAttribute(attribute: MessageAttributeValue): object {
  return {
    ...(attribute.StringValue !== undefined && { stringValue: attribute.StringValue }),
    ...(attribute.BinaryValue !== undefined && { binaryValue: Buffer.from(attribute.BinaryValue).toString('base64') }),
    stringListValues: [],
    binaryListValues: [],
    dataType: attribute.DataType,
  };
}

export function buildSqsEvent(queueArn: string, messages: readonly Message[]): { Records: object[] } {
  return {
    Records: messages.map((message) => ({
      messageId: message.MessageId,
      receiptHandle: message.ReceiptHandle,
      body: message.Body,
      attributes: message.Attributes ?? {},
      messageAttributes: Object.fromEntries(
        Object.entries(message.MessageAttributes ?? {}).map(([name, attribute]) => [name, buildAttribute(attribute)]),
      ),
      md5OfBody: message.MD5OfBody,
      eventSource: 'aws:sqs',
      eventSourceARN: queueArn,
      awsRegion: queueArn.split(':')[3],
    })),
  };
}
