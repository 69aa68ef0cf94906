// Delivers a published message to every subscription whose filter lets it pass.
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RuntimeContext } from '../../runtime/context.ts';
import { buildQueueUrl } from '../../runtime/queue-url.ts';
import { passesFilter } from './filter-policy.ts';
import type { Subscription, TopicBook } from './topic-book.ts';

export interface PublishedMessage {
  readonly messageId: string;
  readonly topicArn: string;
  readonly subject: string | undefined;
  readonly body: string;
  readonly attributes: Readonly<Record<string, { readonly Type: string; readonly Value: string }>>;
  /** ISO 8601. */
  readonly timestamp: string;
}

/** A delivery that fails is recorded in the trace; the others go on. */
export async function deliver(context: RuntimeContext, topics: TopicBook, message: PublishedMessage): Promise<void> {
  const receivers = topics
    .subscriptionsOf(message.topicArn)
    .filter((subscription) => passesFilter(subscription, message));
  for (const subscription of receivers) {
    const record = (name: string, details: object): void =>
      context.trace.record({
        service: 'sns',
        name,
        subject: subscription.endpoint,
        details: { topicArn: message.topicArn, subject: message.subject, ...details },
      });
    try {
      await deliverTo(context, subscription, message);
      record('message-delivered', { protocol: subscription.protocol });
    } catch (error) {
      record('delivery-failed', {
        protocol: subscription.protocol,
        error: error instanceof Error ? error.message : String(error),
      });
    }
  }
}

async function deliverTo(
  context: RuntimeContext,
  subscription: Subscription,
  message: PublishedMessage,
): Promise<void> {
  const region = subscription.topicArn.split(':')[3] ?? context.region;
  const principal = context.servicePrincipal('sns.amazonaws.com', subscription.topicArn);
  switch (subscription.protocol) {
    case 'sqs':
      await context.call({
        service: 'sqs',
        operation: 'SendMessage',
        input: {
          QueueUrl: buildQueueUrl(subscription.endpoint),
          MessageBody: subscription.rawDelivery ? message.body : JSON.stringify(notification(message)),
          ...(subscription.rawDelivery && { MessageAttributes: queueAttributes(message) }),
        },
        principal,
        region: subscription.endpoint.split(':')[3] ?? region,
      });
      return;
    case 'lambda':
      await context.call({
        service: 'lambda',
        operation: 'Invoke',
        input: {
          FunctionName: subscription.endpoint,
          InvocationType: 'Event',
          Payload: Buffer.from(JSON.stringify(lambdaEvent(subscription, message))),
        },
        principal,
        region,
      });
      return;
    case 'email':
    case 'email-json':
      await appendFile(
        join(context.store.directory('sns'), 'mail.jsonl'),
        `${JSON.stringify({ to: subscription.endpoint, ...notification(message) })}\n`,
      );
      return;
    default:
      throw new Error(`subscriptions by ${subscription.protocol} are not delivered here, only sqs, lambda and email`);
  }
}

/** The shape of https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html, unsigned. */
function notification(message: PublishedMessage): object {
  return {
    Type: 'Notification',
    MessageId: message.messageId,
    TopicArn: message.topicArn,
    ...(message.subject === undefined ? {} : { Subject: message.subject }),
    Message: message.body,
    Timestamp: message.timestamp,
    MessageAttributes: message.attributes,
  };
}

function lambdaEvent(subscription: Subscription, message: PublishedMessage): object {
  return {
    Records: [
      {
        EventSource: 'aws:sns',
        EventVersion: '1.0',
        EventSubscriptionArn: subscription.arn,
        Sns: notification(message),
      },
    ],
  };
}

/** A raw delivery carries the message's attributes as the queue's own. */
function queueAttributes({ attributes }: PublishedMessage): Record<string, object> {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, { Type, Value }]) => [name, { DataType: Type, StringValue: Value }]),
  );
}
