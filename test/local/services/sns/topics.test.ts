// Topics and what their subscribers get.
import type { ReceiveMessageResult } from '@aws-sdk/client-sqs';
import { describe, expect, it } from '@jest/globals';
import { createKmsModule } from '../../../../local/services/kms/module.ts';
import { createSnsModule } from '../../../../local/services/sns/module.ts';
import { createSqsModule } from '../../../../local/services/sqs/module.ts';
import { openRuntime, type TestRuntime } from '../service-runtime.ts';

interface Fixture {
  readonly runtime: TestRuntime;
  readonly topic: string;
  publish(Message: string, more?: object, options?: object): Promise<object>;
  received(): Promise<{ Body?: string; MessageAttributes?: object }[]>;
}

/** A topic with a queue subscribed to it. */
async function open(subscription: object = {}, topicProperties: object = {}): Promise<Fixture> {
  const runtime = await openRuntime([createSnsModule, createSqsModule, createKmsModule]);
  const { ref: topic } = await runtime.provide('AWS::SNS::Topic', { TopicName: 't', ...topicProperties });
  const { ref: queue, attributes } = await runtime.provide('AWS::SQS::Queue', { QueueName: 'q' });
  const statement = {
    Effect: 'Allow',
    Principal: { Service: 'sns.amazonaws.com' },
    Action: 'sqs:SendMessage',
    Resource: attributes.Arn,
    Condition: { ArnEquals: { 'aws:SourceArn': topic } },
  };
  const PolicyDocument = { Version: '2012-10-17', Statement: [statement] };
  await runtime.provide('AWS::SQS::QueuePolicy', { Queues: [queue], PolicyDocument });
  await runtime.provide('AWS::SNS::Subscription', {
    TopicArn: topic,
    Protocol: 'sqs',
    Endpoint: attributes.Arn,
    ...subscription,
  });
  return {
    runtime,
    topic,
    publish: (Message, more = {}, options = {}) =>
      runtime.call('sns', 'Publish', { TopicArn: topic, Message, ...more }, options),
    received: async () => {
      const input = { QueueUrl: queue, MaxNumberOfMessages: 10, MessageAttributeNames: ['All'] };
      return (await runtime.call<ReceiveMessageResult>('sqs', 'ReceiveMessage', input)).Messages ?? [];
    },
  };
}

describe('a topic', () => {
  it('sends a queue the message in its envelope', async () => {
    const { publish, received, topic } = await open();
    const { MessageId } = (await publish('hello', { Subject: 's' })) as { MessageId: string };
    const [message] = await received();
    expect(JSON.parse(message?.Body ?? '')).toMatchObject({
      Type: 'Notification',
      MessageId,
      TopicArn: topic,
      Subject: 's',
      Message: 'hello',
    });
  });

  it('sends the bare message and its attributes to whom it was asked to', async () => {
    const { publish, received } = await open({ RawMessageDelivery: true });
    const MessageAttributes = { kind: { DataType: 'String', StringValue: 'x' } };
    await publish('hello', { MessageAttributes });
    expect(await received()).toMatchObject([{ Body: 'hello', MessageAttributes }]);
  });

  it.each([
    ['an equal string', { kind: ['a', 'b'] }, true],
    ['another string', { kind: ['c'] }, false],
    ['a prefix', { kind: [{ prefix: 'b' }] }, true],
    ['anything but it', { kind: [{ 'anything-but': ['b'] }] }, false],
    ['an attribute that must not be there', { kind: [{ exists: false }] }, false],
    ['one that must', { other: [{ exists: true }] }, false],
    ['a number', { size: [5] }, true],
  ])('filters by %s', async (_, FilterPolicy, passes) => {
    const { publish, received } = await open({ FilterPolicy });
    await publish('m', {
      MessageAttributes: {
        kind: { DataType: 'String', StringValue: 'b' },
        size: { DataType: 'Number', StringValue: '5' },
      },
    });
    expect(await received()).toHaveLength(passes ? 1 : 0);
  });

  it('filters by the body', async () => {
    const { publish, received } = await open({ FilterPolicy: { a: { b: ['x'] } }, FilterPolicyScope: 'MessageBody' });
    await publish('{"a":{"b":"y"}}');
    await publish('not json');
    await publish('{"a":{"b":"x"}}');
    expect(await received()).toHaveLength(1);
  });

  it('tells of a delivery that was refused', async () => {
    const { runtime, publish } = await open({ Endpoint: 'arn:aws:sqs:eu-west-1:111122223333:none' });
    await publish('m');
    const failed = await runtime.context.trace.waitFor(({ name }) => name === 'delivery-failed');
    expect(failed.details.error).toContain('sqs:SendMessage');
  });

  it('that is encrypted wants the publisher to have the key', async () => {
    const KmsMasterKeyId = 'arn:aws:kms:eu-west-1:111122223333:key/k';
    const { runtime, publish } = await open({}, { KmsMasterKeyId });
    const as = await runtime.createRole('publisher', { Effect: 'Allow', Action: '*', Resource: '*' });
    await expect(publish('m', {}, { as })).rejects.toThrow(`kms:GenerateDataKey on resource: ${KmsMasterKeyId}`);
  });

  it('forgets a subscription that the template has dropped and keeps an operator’s own', async () => {
    const { runtime, topic } = await open();
    await runtime.call('sns', 'Subscribe', { TopicArn: topic, Protocol: 'email', Endpoint: 'a@example.com' });
    const next = await runtime.restart();
    expect(await next.call('sns', 'ListSubscriptionsByTopic', { TopicArn: topic })).toMatchObject({
      Subscriptions: [{ Protocol: 'email', Endpoint: 'a@example.com' }],
    });
  });
});
