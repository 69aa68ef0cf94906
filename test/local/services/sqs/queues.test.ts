// Queues as producers, consumers and operators use them.
import { createHash } from 'node:crypto';
import type {
  GetQueueAttributesResult,
  ListMessageMoveTasksResult,
  ReceiveMessageResult,
  SendMessageBatchResult,
  SendMessageResult,
} from '@aws-sdk/client-sqs';
import { describe, expect, it } from '@jest/globals';
import { createSqsModule } from '../../../../local/services/sqs/module.ts';
import { accountId, openRuntime, region, type TestRuntime } from '../service-runtime.ts';

const open = () => openRuntime([createSqsModule]);
const create = async (runtime: TestRuntime, QueueName: string, Attributes: Record<string, string> = {}) =>
  (await runtime.call<{ QueueUrl: string }>('sqs', 'CreateQueue', { QueueName, Attributes })).QueueUrl;
const send = (runtime: TestRuntime, QueueUrl: string, MessageBody: string, more: object = {}) =>
  runtime.call<SendMessageResult>('sqs', 'SendMessage', { QueueUrl, MessageBody, ...more });
const receive = async (runtime: TestRuntime, QueueUrl: string, more: object = {}) => {
  const input = { QueueUrl, MaxNumberOfMessages: 10, AttributeNames: ['All'], ...more };
  return (await runtime.call<ReceiveMessageResult>('sqs', 'ReceiveMessage', input)).Messages ?? [];
};
const bodies = async (runtime: TestRuntime, url: string, more: object = {}) =>
  (await receive(runtime, url, more)).map((message) => message.Body);
const remove = (runtime: TestRuntime, QueueUrl: string, ReceiptHandle: string | undefined) =>
  runtime.call('sqs', 'DeleteMessage', { QueueUrl, ReceiptHandle });
const arnOf = (name: string) => `arn:aws:sqs:${region}:${accountId}:${name}`;
const redrive = (name: string, maxReceiveCount: number) => ({
  RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arnOf(name), maxReceiveCount }),
});

describe('a standard queue', () => {
  it('keeps an accepted message over a restart until it is deleted', async () => {
    const runtime = await open();
    const url = await create(runtime, 'q');
    const sent = await send(runtime, url, 'hello');
    expect(sent.MD5OfMessageBody).toBe(createHash('md5').update('hello').digest('hex'));
    const second = await runtime.restart();
    const [message] = await receive(second, url);
    expect(message).toMatchObject({ MessageId: sent.MessageId, Body: 'hello' });
    await remove(second, url, message?.ReceiptHandle);
    const third = await second.restart();
    await third.clock.advance(60_000);
    expect(await receive(third, url)).toEqual([]);
  });

  it('hides a received message until its visibility timeout ends, and counts its receptions', async () => {
    const runtime = await open();
    const url = await create(runtime, 'q', { VisibilityTimeout: '10' });
    await send(runtime, url, 'm');
    const [first] = await receive(runtime, url);
    expect(await receive(runtime, url)).toEqual([]);
    await runtime.clock.advance(10_000);
    const [again] = await receive(runtime, url);
    expect(again?.Attributes).toMatchObject({ ApproximateReceiveCount: '2' });
    await remove(runtime, url, first?.ReceiptHandle);
    await runtime.clock.advance(10_000);
    expect(await bodies(runtime, url)).toEqual(['m']);
  });

  it('gives a message back at once when its visibility is set to nothing', async () => {
    const runtime = await open();
    const url = await create(runtime, 'q');
    await send(runtime, url, 'm');
    const [message] = await receive(runtime, url);
    const change = { QueueUrl: url, ReceiptHandle: message?.ReceiptHandle, VisibilityTimeout: 0 };
    await runtime.call('sqs', 'ChangeMessageVisibility', change);
    expect(await bodies(runtime, url)).toEqual(['m']);
    await expect(runtime.call('sqs', 'ChangeMessageVisibility', change)).rejects.toMatchObject({
      name: 'InvalidParameterValue',
    });
  });

  it('lets a receiver wait for the next message', async () => {
    const runtime = await open();
    const url = await create(runtime, 'q');
    const waiting = bodies(runtime, url, { WaitTimeSeconds: 20 });
    await send(runtime, url, 'late');
    expect(await waiting).toEqual(['late']);
  });

  it('lets a receiver wait in virtual time, for a hidden message too', async () => {
    const runtime = await open();
    const url = await create(runtime, 'q');
    const nothing = receive(runtime, url, { WaitTimeSeconds: 20 });
    await runtime.clock.advance(20_000);
    expect(await nothing).toEqual([]);
    await send(runtime, url, 'delayed', { DelaySeconds: 15 });
    const delayed = bodies(runtime, url, { WaitTimeSeconds: 20 });
    await runtime.clock.advance(15_000);
    expect(await delayed).toEqual(['delayed']);
  });

  it('lets a receiver go when the caller goes', async () => {
    const runtime = await open();
    const url = await create(runtime, 'q');
    const caller = new AbortController();
    const waiting = runtime.context.call({
      service: 'sqs',
      operation: 'ReceiveMessage',
      input: { QueueUrl: url, WaitTimeSeconds: 20 },
      principal: runtime.operator,
      region,
      signal: caller.signal,
    });
    caller.abort();
    expect(await waiting).toEqual({});
  });

  it('forgets a message after its retention period', async () => {
    const runtime = await open();
    const url = await create(runtime, 'q', { MessageRetentionPeriod: '60' });
    await send(runtime, url, 'm');
    await runtime.clock.advance(61_000);
    expect(await receive(runtime, url)).toEqual([]);
  });

  it('digests attributes as SQS documents it', async () => {
    const runtime = await open();
    const url = await create(runtime, 'q');
    const MessageAttributes = {
      test: { DataType: 'String', StringValue: 'value' },
      count: { DataType: 'Number', StringValue: '1' },
      raw: { DataType: 'Binary', BinaryValue: Buffer.from([1, 2]) },
    };
    const sent = await send(runtime, url, 'm', { MessageAttributes });
    const part = (text: string | Buffer) => {
      const bytes = Buffer.from(text as string);
      return Buffer.concat([Buffer.from([0, 0, 0, bytes.length]), bytes]);
    };
    const encoded = [
      part('count'),
      part('Number'),
      Buffer.from([1]),
      part('1'),
      part('raw'),
      part('Binary'),
      Buffer.from([2]),
      part(Buffer.from([1, 2])),
      part('test'),
      part('String'),
      Buffer.from([1]),
      part('value'),
    ];
    const expected = createHash('md5').update(Buffer.concat(encoded)).digest('hex');
    expect(sent.MD5OfMessageAttributes).toBe(expected);
    const [message] = await receive(runtime, url, { MessageAttributeNames: ['All'] });
    expect(message).toMatchObject({ MessageAttributes, MD5OfMessageAttributes: expected });
  });

  it('answers each entry of a batch by itself', async () => {
    const runtime = await open();
    const url = await create(runtime, 'q');
    const Entries = [
      { Id: 'a', MessageBody: 'one' },
      { Id: 'b', MessageBody: 'two', DelaySeconds: 1000 },
    ];
    const sendBatch = (entries: object[]) =>
      runtime.call<SendMessageBatchResult>('sqs', 'SendMessageBatch', { QueueUrl: url, Entries: entries });
    const result = await sendBatch(Entries);
    expect(result).toMatchObject({ Successful: [{ Id: 'a' }], Failed: [{ Id: 'b', Code: 'InvalidParameterValue' }] });
    await expect(sendBatch([])).rejects.toMatchObject({ name: 'EmptyBatchRequest' });
    await expect(sendBatch([Entries[0]!, Entries[0]!])).rejects.toMatchObject({ name: 'BatchEntryIdsNotDistinct' });
  });

  it.each([
    ['of no queue', 'SendMessage', { QueueUrl: 'http://x/1/none', MessageBody: 'x' }, 'QueueDoesNotExist'],
    ['of no handle', 'DeleteMessage', { QueueUrl: 'http://x/1/q', ReceiptHandle: 'x' }, 'ReceiptHandleIsInvalid'],
    ['of a body that is none', 'SendMessage', { QueueUrl: 'http://x/1/q', MessageBody: '' }, 'MissingParameter'],
    [
      'of control characters',
      'SendMessage',
      { QueueUrl: 'http://x/1/q', MessageBody: '\u0000' },
      'InvalidMessageContents',
    ],
    [
      'of eleven messages',
      'ReceiveMessage',
      { QueueUrl: 'http://x/1/q', MaxNumberOfMessages: 11 },
      'InvalidParameterValue',
    ],
    [
      'of an unknown attribute',
      'SetQueueAttributes',
      { QueueUrl: 'http://x/1/q', Attributes: { X: '1' } },
      'InvalidAttributeName',
    ],
    [
      'of a body over the limit',
      'SendMessage',
      { QueueUrl: 'http://x/1/q', MessageBody: 'x'.repeat(1_048_577) },
      'InvalidParameterValue',
    ],
  ])('refuses what is %s', async (_, operation, input, name) => {
    const runtime = await open();
    await create(runtime, 'q');
    await expect(runtime.call('sqs', operation, input)).rejects.toMatchObject({ name });
  });
});

describe('a dead-letter queue', () => {
  it('receives what was received too often, and gives it back when told', async () => {
    const runtime = await open();
    const dead = await create(runtime, 'dead');
    const url = await create(runtime, 'work', { VisibilityTimeout: '1', ...redrive('dead', 2) });
    await send(runtime, url, 'poison');
    for (const _ of [1, 2]) {
      expect(await bodies(runtime, url)).toEqual(['poison']);
      await runtime.clock.advance(1_000);
    }
    expect(await bodies(runtime, url)).toEqual([]);
    await runtime.context.trace.waitFor(({ name }) => name === 'message-dead-lettered');
    const [given] = await receive(runtime, dead, { VisibilityTimeout: 0 });
    expect(given).toMatchObject({ Body: 'poison', Attributes: { DeadLetterQueueSourceArn: arnOf('work') } });
    await runtime.call('sqs', 'StartMessageMoveTask', { SourceArn: arnOf('dead') });
    expect(await bodies(runtime, url)).toEqual(['poison']);
    expect(await bodies(runtime, dead)).toEqual([]);
    const listed = await runtime.call<ListMessageMoveTasksResult>('sqs', 'ListMessageMoveTasks', {
      SourceArn: arnOf('dead'),
    });
    expect(listed.Results).toMatchObject([{ Status: 'COMPLETED', ApproximateNumberOfMessagesMoved: 1 }]);
  });

  it('is emptied at the rate asked for, over a restart too', async () => {
    const runtime = await open();
    const dead = await create(runtime, 'dead');
    await create(runtime, 'work', redrive('dead', 2));
    const other = await create(runtime, 'other');
    for (const body of ['a', 'b', 'c']) await send(runtime, dead, body);
    const task = { SourceArn: arnOf('dead'), DestinationArn: arnOf('other'), MaxNumberOfMessagesPerSecond: 1 };
    await runtime.call('sqs', 'StartMessageMoveTask', task);
    expect(await bodies(runtime, other)).toEqual(['a']);
    await expect(runtime.call('sqs', 'StartMessageMoveTask', task)).rejects.toMatchObject({
      name: 'UnsupportedOperation',
    });
    const next = await runtime.restart();
    await next.start();
    await next.clock.advance(2_000);
    expect(await bodies(next, other)).toEqual(['b', 'c']);
  });

  it('of no queue has nothing to give back', async () => {
    const runtime = await open();
    await create(runtime, 'plain');
    await expect(runtime.call('sqs', 'StartMessageMoveTask', { SourceArn: arnOf('plain') })).rejects.toThrow(
      'Source queue must be configured as a Dead Letter Queue.',
    );
  });
});

describe('a FIFO queue', () => {
  const attributes = { FifoQueue: 'true', ContentBasedDeduplication: 'true' };

  it('takes a message once and keeps the order of each group', async () => {
    const runtime = await open();
    const url = await create(runtime, 'q.fifo', attributes);
    const first = await send(runtime, url, 'a1', { MessageGroupId: 'a' });
    const repeated = await send(runtime, url, 'a1', { MessageGroupId: 'a' });
    expect(repeated.MessageId).toBe(first.MessageId);
    await send(runtime, url, 'a2', { MessageGroupId: 'a' });
    await send(runtime, url, 'b1', { MessageGroupId: 'b' });
    const [a1] = await receive(runtime, url, { MaxNumberOfMessages: 1 });
    expect(a1?.Body).toBe('a1');
    expect(await bodies(runtime, url)).toEqual(['b1']);
    await remove(runtime, url, a1?.ReceiptHandle);
    expect(await bodies(runtime, url)).toEqual(['a2']);
    await runtime.clock.advance(300_000);
    expect((await send(runtime, url, 'a1', { MessageGroupId: 'a' })).MessageId).not.toBe(first.MessageId);
  });

  it('wants a group', async () => {
    const runtime = await open();
    const url = await create(runtime, 'q.fifo', attributes);
    await expect(send(runtime, url, 'x')).rejects.toMatchObject({ name: 'MissingParameter' });
  });
});

describe('AWS::SQS::Queue', () => {
  const key = `arn:aws:kms:${region}:${accountId}:key/k`;

  it('is created with its settings, its policy, and keeps its messages', async () => {
    const runtime = await open();
    const provide = (on: TestRuntime) => on.provide('AWS::SQS::Queue', { VisibilityTimeout: 5, KmsMasterKeyId: key });
    const { ref: url, attributes } = await provide(runtime);
    expect(attributes).toMatchObject({ Arn: arnOf('app-Thing'), QueueName: 'app-Thing' });
    await send(runtime, url, 'm');
    const next = await runtime.restart();
    await provide(next);
    const answer = await next.call<GetQueueAttributesResult>('sqs', 'GetQueueAttributes', {
      QueueUrl: url,
      AttributeNames: ['All'],
    });
    expect(answer.Attributes).toMatchObject({
      QueueArn: arnOf('app-Thing'),
      VisibilityTimeout: '5',
      KmsMasterKeyId: key,
      ApproximateNumberOfMessages: '1',
    });
  });

  it('lets a service in by its policy only, for the source that the policy names', async () => {
    const runtime = await open();
    const { ref: url } = await runtime.provide('AWS::SQS::Queue', { QueueName: 'q' });
    const rule = `arn:aws:events:${region}:${accountId}:rule/r`;
    const as = runtime.context.servicePrincipal('events.amazonaws.com', rule);
    const sendAs = () => runtime.call('sqs', 'SendMessage', { QueueUrl: url, MessageBody: 'm' }, { as });
    await expect(sendAs()).rejects.toMatchObject({ name: 'AccessDeniedException' });
    const statement = (source: string) => ({
      Effect: 'Allow',
      Principal: { Service: 'events.amazonaws.com' },
      Action: 'sqs:SendMessage',
      Resource: arnOf('q'),
      Condition: { ArnEquals: { 'aws:SourceArn': source } },
    });
    const policy = (source: string) => ({ Version: '2012-10-17', Statement: [statement(source)] });
    await runtime.provide('AWS::SQS::QueuePolicy', { Queues: [url], PolicyDocument: policy(`${rule}-other`) });
    await expect(sendAs()).rejects.toMatchObject({ name: 'AccessDeniedException' });
    await runtime.provide('AWS::SQS::QueuePolicy', { Queues: [url], PolicyDocument: policy(rule) });
    await expect(sendAs()).resolves.toHaveProperty('MessageId');
  });

  it('that is encrypted wants the sender to have the key as well', async () => {
    const runtime = await open();
    const { ref: url } = await runtime.provide('AWS::SQS::Queue', { QueueName: 'q', KmsMasterKeyId: key });
    const as = await runtime.createRole('sender', { Effect: 'Allow', Action: 'sqs:*', Resource: '*' });
    await expect(runtime.call('sqs', 'SendMessage', { QueueUrl: url, MessageBody: 'm' }, { as })).rejects.toThrow(
      `is not authorized to perform: kms:GenerateDataKey on resource: ${key}`,
    );
  });
});
