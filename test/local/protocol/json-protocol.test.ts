// awsJson 1.0 and 1.1 as the real SDK clients speak them.
import { gzipSync } from 'node:zlib';

import { CloudWatchClient, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import {
  BatchGetItemCommand,
  DynamoDBClient,
  PutItemCommand,
  TransactionCanceledException,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import {
  EventBridgeClient,
  PutEventsCommand,
  PutRuleCommand,
  ResourceNotFoundException,
} from '@aws-sdk/client-eventbridge';
import { QueueDoesNotExist, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { AwsSmithyRpcV2CborProtocol } from '@aws-sdk/core/protocols';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { AwsError } from '../../../local/runtime/service.ts';
import { buildToyService, type Received, startToyRuntime, type ToyRuntime } from './toy-runtime.ts';

let runtime: ToyRuntime;
let received: Received[] = [];
let answer: () => object = () => ({});
const take = (one: Received) => {
  received.push(one);
  return answer();
};

beforeAll(async () => {
  runtime = await startToyRuntime(
    buildToyService(
      'dynamodb',
      'dynamodb',
      () => import('@aws-sdk/client-dynamodb'),
      ['PutItem', 'BatchGetItem', 'TransactWriteItems'],
      take,
    ),
    buildToyService('eventbridge', 'events', () => import('@aws-sdk/client-eventbridge'), ['PutEvents'], take),
    buildToyService('sqs', 'sqs', () => import('@aws-sdk/client-sqs'), ['SendMessage'], take),
    buildToyService(
      'cloudwatch',
      'monitoring',
      () => import('@aws-sdk/client-cloudwatch'),
      ['PutMetricData', 'GetMetricData'],
      take,
    ),
  );
});
afterAll(() => runtime.stop());
beforeEach(() => {
  received = [];
  answer = () => ({});
});

const ITEM = {
  id: { S: 'naïve 😀 \u0000"\\' },
  count: { N: '12345678901234567890.123' },
  bytes: { B: new Uint8Array([0, 1, 254, 255]) },
  byteSet: { BS: [new Uint8Array([1]), new Uint8Array([2])] },
  names: { SS: ['a', 'b'] },
  flag: { BOOL: false },
  nothing: { NULL: true },
  nested: { M: { list: { L: [{ S: '' }, { M: {} }, { L: [] }] }, ['__proto__']: { S: 'a key' } } },
} as const;

describe('JSON protocol', () => {
  const dynamodb = () => new DynamoDBClient(runtime.clientConfiguration);

  it('hands over every kind of attribute value unchanged', async () => {
    await dynamodb().send(new PutItemCommand({ TableName: 'orders', Item: ITEM as never }));
    const { input } = received[0]!;
    expect(Object.keys((input.Item as typeof ITEM).nested.M)).toEqual(['list', '__proto__']);
    expect(input.Item).toEqual({
      ...ITEM,
      bytes: { B: Buffer.from([0, 1, 254, 255]) },
      byteSet: { BS: [Buffer.from([1]), Buffer.from([2])] },
    });
  });

  it('returns every kind of attribute value unchanged', async () => {
    answer = () => ({ Responses: { orders: [ITEM] }, UnprocessedKeys: {} });
    const output = await dynamodb().send(
      new BatchGetItemCommand({ RequestItems: { orders: { Keys: [{ id: { S: '1' } }] } } }),
    );
    expect(JSON.stringify(output.Responses?.orders?.[0])).toBe(JSON.stringify(ITEM));
    expect(output.$metadata.requestId).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('tells the operation who calls, for which region and under which id', async () => {
    const output = await dynamodb().send(new PutItemCommand({ TableName: 'orders', Item: {} }));
    expect(received[0]?.call).toMatchObject({
      region: 'eu-west-1',
      principal: { kind: 'operator' },
      requestId: output.$metadata.requestId,
    });
    const credentials = { accessKeyId: 'ASIAROLE', secretAccessKey: 's', sessionToken: 't' };
    const asRole = new DynamoDBClient({ ...runtime.clientConfiguration, credentials });
    await asRole.send(new PutItemCommand({ TableName: 'orders', Item: {} }));
    expect(received[1]?.call.principal).toMatchObject({ kind: 'role' });
  });

  it("answers a modelled error with all of its members as the client's own class", async () => {
    const reasons = [
      { Code: 'ConditionalCheckFailed', Message: 'The conditional request failed', Item: { n: { N: '1' } } },
      { Code: 'None' },
    ];
    answer = () => {
      throw new AwsError('TransactionCanceledException', 'Transaction cancelled', {
        details: { CancellationReasons: reasons },
      });
    };
    const error = await dynamodb()
      .send(new TransactWriteItemsCommand({ TransactItems: [] }))
      .catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(TransactionCanceledException);
    expect(error).toMatchObject({ message: 'Transaction cancelled', CancellationReasons: reasons });
    expect((error as TransactionCanceledException).$metadata.httpStatusCode).toBe(400);
  });

  it('reads timestamps and answers lists of results', async () => {
    answer = () => ({ FailedEntryCount: 0, Entries: [{ EventId: 'e' }] });
    const time = new Date('2026-11-23T10:11:12.500Z');
    const output = await new EventBridgeClient(runtime.clientConfiguration).send(
      new PutEventsCommand({ Entries: [{ Source: 's', DetailType: 'd', Detail: '{}', Time: time }] }),
    );
    expect((received[0]!.input.Entries as { Time: Date }[])[0]?.Time.getTime()).toBe(time.getTime());
    expect(output).toMatchObject({ FailedEntryCount: 0, Entries: [{ EventId: 'e' }] });
  });

  it('answers errors of 1.1 services under their bare names', async () => {
    answer = () => {
      throw new AwsError('ResourceNotFoundException', 'Event bus b does not exist.');
    };
    await expect(
      new EventBridgeClient(runtime.clientConfiguration).send(new PutEventsCommand({ Entries: [] })),
    ).rejects.toBeInstanceOf(ResourceNotFoundException);
    const response = await post('events', { 'x-amz-target': 'AWSEvents.PutEvents' }, '{}');
    expect(await response.json()).toEqual({
      __type: 'ResourceNotFoundException',
      message: 'Event bus b does not exist.',
    });
    expect(response.headers.get('content-type')).toBe('application/x-amz-json-1.1');
    expect(response.headers.get('x-amzn-errortype')).toBe('ResourceNotFoundException');
  });

  it('names errors of SQS for older and newer clients', async () => {
    answer = () => {
      throw new AwsError('QueueDoesNotExist', 'The specified queue does not exist.');
    };
    const send = new SendMessageCommand({ QueueUrl: 'q', MessageBody: 'm' });
    const error = await new SQSClient(runtime.clientConfiguration).send(send).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(QueueDoesNotExist);
    expect(error).toMatchObject({ name: 'QueueDoesNotExist', Code: 'AWS.SimpleQueueService.NonExistentQueue' });
  });

  it('understands an older client that speaks the Query protocol to SQS', async () => {
    answer = () => ({ MessageId: 'm', MD5OfMessageBody: 'x' });
    const form =
      'Action=SendMessage&QueueUrl=q&MessageBody=a+b%26c&MessageAttribute.1.Name=n&MessageAttribute.1.Value.DataType=String&MessageAttribute.1.Value.StringValue=v';
    const response = await post('sqs', { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' }, form);
    expect(received[0]?.input).toEqual({
      QueueUrl: 'q',
      MessageBody: 'a b&c',
      MessageAttributes: { n: { DataType: 'String', StringValue: 'v' } },
    });
    expect(await response.text()).toContain(
      '<SendMessageResult><MD5OfMessageBody>x</MD5OfMessageBody><MessageId>m</MessageId>',
    );
  });

  it('unpacks what the client compressed', async () => {
    const MetricData = Array.from({ length: 400 }, (_, n) => ({
      MetricName: `metric-${n}`,
      Value: n + 0.5,
      Unit: 'Count' as const,
    }));
    await new CloudWatchClient(runtime.clientConfiguration).send(
      new PutMetricDataCommand({ Namespace: 'n', MetricData }),
    );
    expect(received[0]?.input).toEqual({ Namespace: 'n', MetricData });
  });

  it('speaks CBOR to a client that prefers it', async () => {
    const client = new CloudWatchClient({ ...runtime.clientConfiguration, protocol: AwsSmithyRpcV2CborProtocol });
    const Timestamp = new Date('2026-11-23T10:11:12.500Z');
    await client.send(
      new PutMetricDataCommand({ Namespace: 'n', MetricData: [{ MetricName: 'm', Timestamp, Value: 1.5 }] }),
    );
    const data = (received[0]!.input.MetricData as { Timestamp: Date; Value: number }[])[0]!;
    expect(data.Timestamp.getTime()).toBe(Timestamp.getTime());
    expect(data.Value).toBe(1.5);
    answer = () => {
      throw new AwsError('InvalidParameterValueException', 'the value is not valid');
    };
    await expect(client.send(new PutMetricDataCommand({ Namespace: 'n' }))).rejects.toMatchObject({
      name: 'InvalidParameterValueException',
      message: 'the value is not valid',
    });
  });

  it("answers AWS's own error for an operation that exists but is not emulated, and leaves a trace", async () => {
    const putRule = new EventBridgeClient(runtime.clientConfiguration).send(new PutRuleCommand({ Name: 'r' }));
    await expect(putRule).rejects.toMatchObject({
      name: 'UnknownOperationException',
      $metadata: { httpStatusCode: 400 },
    });
    expect(await runtime.trace.waitFor(({ name }) => name === 'unknown-operation')).toMatchObject({
      subject: 'PutRule',
    });
  });

  it.each([
    ['not JSON', '{"a":', /not valid JSON/],
    ['a number in place of a string', '{"TableName": 5}', /NUMBER_VALUE cannot be converted to String/],
    ['a list in place of a structure', '{"TableName": "t", "Item": []}', /Start of list/],
    [
      'a string in place of a structure',
      '{"TableName": "t", "Item": {"a": "x"}}',
      /STRING_VALUE cannot be converted to Structure/,
    ],
  ])('refuses %s as AWS does', async (_what, body, message) => {
    const response = await post('dynamodb', { 'x-amz-target': 'DynamoDB_20120810.PutItem' }, body);
    const error = (await response.json()) as { __type: string; message: string };
    expect(response.status).toBe(400);
    expect(error.__type).toBe('SerializationException');
    expect(error.message).toMatch(message);
    expect(received).toEqual([]);
  });

  it('refuses a request that is not signed', async () => {
    const response = await fetch(runtime.url, {
      method: 'POST',
      headers: { 'x-amz-target': 'DynamoDB_20120810.PutItem' },
      body: '{}',
    });
    expect(response.status).toBe(403);
    expect(await response.json()).toEqual({
      __type: 'MissingAuthenticationTokenException',
      message: 'Missing Authentication Token',
    });
  });

  it.each<[where: string, query: string, headers: Record<string, string>]>([
    ['a presigned URL', '?AWSAccessKeyId=AKIA&Signature=c2ln&Expires=1795729123', {}],
    ['a header', '', { authorization: 'AWS AKIA:c2ln' }],
  ])('refuses S3’s older signature in %s in S3’s words', async (_where, query, headers) => {
    const response = await fetch(`${runtime.url}/bucket/key${query}`, { headers });
    expect(response.status).toBe(400);
    const text = await response.text();
    expect(text).toContain('<Code>InvalidRequest</Code>');
    expect(text).toContain('Please use AWS4-HMAC-SHA256.');
  });

  it('refuses a body beyond the limit and stays up', async () => {
    const target = { 'x-amz-target': 'DynamoDB_20120810.PutItem' };
    const response = await post('dynamodb', target, Buffer.alloc(33 * 1024 * 1024, 'x')).catch(() => undefined);
    if (response) expect(response.status).toBe(413);
    expect((await post('dynamodb', target, '{"TableName":"t","Item":{}}')).status).toBe(200);
  });

  it('refuses nesting without end and compressed bodies without end, and stays up', async () => {
    const target = { 'x-amz-target': 'DynamoDB_20120810.PutItem' };
    const nested = `${'{"L":['.repeat(100_000)}{"S":""}${']}'.repeat(100_000)}`;
    const deep = await post('dynamodb', target, `{"TableName":"t","Item":{"a":${nested}}}`);
    expect(deep.status).toBe(400);
    expect(await deep.json()).toMatchObject({ __type: 'SerializationException' });
    const bomb = gzipSync(Buffer.alloc(200 * 1024 * 1024));
    expect((await post('dynamodb', { ...target, 'content-encoding': 'gzip' }, bomb)).status).toBe(413);
    const torn = await post('dynamodb', { ...target, 'content-encoding': 'gzip' }, bomb.subarray(0, 100));
    expect(torn.status).toBe(400);
    expect(received).toEqual([]);
  });

  it('answers an unforeseen failure as an internal one and traces its stack', async () => {
    answer = () => {
      throw new TypeError('a bug');
    };
    await expect(dynamodb().send(new PutItemCommand({ TableName: 't', Item: {} }))).rejects.toMatchObject({
      name: 'InternalFailure',
      $metadata: { httpStatusCode: 500 },
    });
    const activity = await runtime.trace.waitFor(({ name }) => name === 'internal-error');
    expect(activity.details.stack).toMatch(/a bug/);
  });

  it('tells the operation when the caller goes away', async () => {
    const aborted = new Promise<void>((resolve) => {
      answer = () => new Promise(() => received[0]?.call.signal?.addEventListener('abort', () => resolve()));
    });
    const controller = new AbortController();
    const sending = dynamodb().send(new PutItemCommand({ TableName: 't', Item: {} }), {
      abortSignal: controller.signal,
    });
    while (received.length === 0) await new Promise((resolve) => setImmediate(resolve));
    controller.abort();
    await expect(sending).rejects.toThrow();
    await aborted;
  });
});

function post(
  signingName: string,
  headers: Record<string, string>,
  body: string | Buffer<ArrayBuffer>,
): Promise<Response> {
  const authorization = `AWS4-HMAC-SHA256 Credential=AKIA/20261123/eu-west-1/${signingName}/aws4_request, SignedHeaders=host, Signature=00`;
  return fetch(runtime.url, { method: 'POST', headers: { ...headers, authorization }, body });
}
