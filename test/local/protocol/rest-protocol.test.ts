// restJson1, restXml and Query as the real SDK clients speak them.
import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { InvokeCommand, LambdaClient, ListFunctionsCommand, ResourceNotFoundException } from '@aws-sdk/client-lambda';
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectsCommand,
  GetBucketLocationCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  NoSuchKey,
  PutBucketLifecycleConfigurationCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  S3Client,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { CreateScheduleCommand, ListSchedulesCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import {
  NotFoundException,
  PublishBatchCommand,
  PublishCommand,
  SNSClient,
  SubscribeCommand,
  UnsubscribeCommand,
} from '@aws-sdk/client-sns';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { AwsError } from '../../../local/runtime/service.ts';
import { buildToyService, type Received, startToyRuntime, type ToyRuntime } from './toy-runtime.ts';

let runtime: ToyRuntime;
let received: Received[] = [];
let answer: (one: Received) => Promise<object> | object = () => ({});
const take = (one: Received) => {
  received.push(one);
  return answer(one);
};
const S3_OPERATIONS = [
  'PutObject',
  'GetObject',
  'HeadObject',
  'CopyObject',
  'UploadPart',
  'UploadPartCopy',
  'CreateMultipartUpload',
  'CompleteMultipartUpload',
  'AbortMultipartUpload',
  'ListParts',
  'DeleteObject',
  'DeleteObjects',
  'ListObjects',
  'ListObjectsV2',
  'ListObjectVersions',
  'ListBuckets',
  'GetBucketLocation',
  'PutBucketLifecycleConfiguration',
  'PutObjectTagging',
  'CreateBucket',
  'DeleteBucket',
  'HeadBucket',
  'GetObjectTagging',
  'PutObjectAcl',
];

beforeAll(async () => {
  runtime = await startToyRuntime(
    buildToyService('s3', 's3', () => import('@aws-sdk/client-s3'), S3_OPERATIONS, take),
    buildToyService('lambda', 'lambda', () => import('@aws-sdk/client-lambda'), ['Invoke', 'ListFunctions'], take),
    buildToyService(
      'scheduler',
      'scheduler',
      () => import('@aws-sdk/client-scheduler'),
      ['CreateSchedule', 'ListSchedules'],
      take,
    ),
    buildToyService(
      'sns',
      'sns',
      () => import('@aws-sdk/client-sns'),
      ['Publish', 'PublishBatch', 'Subscribe', 'Unsubscribe'],
      take,
    ),
    buildToyService('sts', 'sts', () => import('@aws-sdk/client-sts'), ['AssumeRole'], take),
    buildToyService(
      'cloudformation',
      'cloudformation',
      () => import('@aws-sdk/client-cloudformation'),
      ['DescribeStacks'],
      take,
    ),
  );
});
afterAll(() => runtime.stop());
beforeEach(() => {
  received = [];
  answer = () => ({});
});

async function digestOf(stream: Readable): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of stream) hash.update(chunk);
  return hash.digest('hex');
}

describe('REST with XML', () => {
  const s3 = () => new S3Client(runtime.clientConfiguration);

  it('finds for each request the operation that the client meant', async () => {
    const key = { Bucket: 'b', Key: 'folder/k 1+ü?.txt' };
    const upload = { ...key, UploadId: 'u' };
    answer = () => ({ CopyObjectResult: {}, CopyPartResult: {} });
    for (const command of [
      new ListBucketsCommand({}),
      new CopyObjectCommand({ ...key, CopySource: 'b/other' }),
      new CreateMultipartUploadCommand(key),
      new UploadPartCopyCommand({ ...upload, PartNumber: 1, CopySource: 'b/other' }),
      new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts: [{ ETag: '"e"', PartNumber: 1 }] } }),
      new ListObjectsV2Command({ Bucket: 'b' }),
      new ListObjectVersionsCommand({ Bucket: 'b' }),
      new HeadObjectCommand(key),
      new PutObjectTaggingCommand({ ...key, Tagging: { TagSet: [{ Key: 'a', Value: 'b' }] } }),
    ]) {
      await s3().send(command as ListBucketsCommand);
      expect(received.at(-1)?.operation).toBe(command.constructor.name.replace('Command', ''));
    }
    expect(received[1]?.input).toMatchObject(key);
    expect(received[4]?.input.MultipartUpload).toEqual({ Parts: [{ ETag: '"e"', PartNumber: 1 }] });
    expect(received[8]?.input.Tagging).toEqual({ TagSet: [{ Key: 'a', Value: 'b' }] });
  });

  it.each([
    ['GET', '/', 'ListBuckets'],
    ['PUT', '/b', 'CreateBucket'],
    ['PUT', '/b/', 'CreateBucket'],
    ['HEAD', '/b', 'HeadBucket'],
    ['DELETE', '/b', 'DeleteBucket'],
    ['GET', '/b', 'ListObjects'],
    ['GET', '/b/?list-type=2&prefix=p', 'ListObjectsV2'],
    ['POST', '/b/?delete', 'DeleteObjects'],
    ['GET', '/b/k', 'GetObject'],
    ['GET', '/b//k', 'GetObject'],
    ['GET', '/b/k?uploadId=u', 'ListParts'],
    ['GET', '/b/k?tagging', 'GetObjectTagging'],
    ['PUT', '/b/k', 'PutObject'],
    ['PUT', '/b/k?partNumber=1&uploadId=u', 'UploadPart'],
    ['PUT', '/b/k?acl', 'PutObjectAcl'],
    ['DELETE', '/b/k', 'DeleteObject'],
    ['DELETE', '/b/k?versionId=v', 'DeleteObject'],
    ['DELETE', '/b/k?uploadId=u', 'AbortMultipartUpload'],
  ])('understands %s %s of a client that sends no x-id', async (method, path, operation) => {
    await signedFetch('s3', path, { method });
    expect(received.map((one) => one.operation)).toEqual([operation]);
  });

  it('keeps slashes at the ends of keys', async () => {
    for (const Key of ['/leading', 'trailing/', 'a//b', 'a%2Fb', '..', '.']) {
      await s3().send(new HeadObjectCommand({ Bucket: 'b', Key }));
      expect(received.at(-1)?.input).toMatchObject({ Bucket: 'b', Key });
    }
  });

  it('streams a body of unknown length through, without the transfer encoding, and keeps its checksum trailer', async () => {
    const bytes = randomBytes(3_000_000);
    const chunks = Array.from({ length: 60 }, (_, n) => bytes.subarray(n * 50_000, (n + 1) * 50_000));
    let digest = '';
    let trailers: unknown;
    answer = async ({ input }) => {
      const body = input.Body as Readable & { trailers?: object };
      digest = await digestOf(body);
      trailers = body.trailers;
      return { ETag: '"e"', ChecksumCRC32: (body.trailers as Record<string, string>)['x-amz-checksum-crc32'] };
    };
    const output = await s3().send(
      new PutObjectCommand({
        Bucket: 'b',
        Key: 'k',
        Body: Readable.from(chunks),
        ContentLength: bytes.length,
        ContentEncoding: 'gzip',
        Metadata: { Owner: 'me' },
      }),
    );
    expect(digest).toBe(createHash('sha256').update(bytes).digest('hex'));
    expect(Object.keys(trailers as object)).toEqual(['x-amz-checksum-crc32']);
    expect(output.ETag).toBe('"e"');
    expect(received[0]?.input).toMatchObject({
      ContentEncoding: 'gzip',
      ContentLength: 3_000_000,
      Metadata: { owner: 'me' },
    });
  });

  it('hands a plain body over as it is, and an empty one too', async () => {
    for (const Body of [new Uint8Array(0), 'text', randomBytes(100_000)]) {
      let digest = '';
      answer = async ({ input }) => {
        digest = await digestOf(input.Body as Readable);
        return {};
      };
      await s3().send(new PutObjectCommand({ Bucket: 'b', Key: 'k', Body, ContentType: 'text/plain' }));
      expect(digest).toBe(createHash('sha256').update(Body).digest('hex'));
    }
    expect(received[1]?.input).toMatchObject({ ContentType: 'text/plain', ContentLength: 4 });
    expect(received[1]?.input).not.toHaveProperty('ContentEncoding');
  });

  it('goes on when an operation refuses without reading the body', async () => {
    answer = () => {
      throw new AwsError('NoSuchBucket', 'The specified bucket does not exist', {
        status: 404,
        details: { BucketName: 'b' },
      });
    };
    const client = s3();
    for (let n = 0; n < 3; n += 1) {
      const put = new UploadPartCommand({
        Bucket: 'b',
        Key: 'k',
        UploadId: 'u',
        PartNumber: 1,
        Body: randomBytes(2_000_000),
      });
      await expect(client.send(put)).rejects.toMatchObject({ name: 'NoSuchBucket', BucketName: 'b' });
    }
  });

  it('streams an object out with its headers, whole or in part', async () => {
    const bytes = randomBytes(2_000_000);
    const LastModified = new Date('2026-11-23T10:11:12Z');
    answer = () => ({
      Body: Readable.from([bytes]),
      ContentLength: bytes.length,
      LastModified,
      ETag: '"e"',
      Metadata: { owner: 'me' },
    });
    const whole = await s3().send(new GetObjectCommand({ Bucket: 'b', Key: 'k' }));
    expect(Buffer.from(await whole.Body!.transformToByteArray()).equals(bytes)).toBe(true);
    expect(whole).toMatchObject({ ContentLength: bytes.length, LastModified, ETag: '"e"', Metadata: { owner: 'me' } });
    answer = () => ({
      Body: bytes.subarray(0, 10),
      ContentRange: 'bytes 0-9/2000000',
      $metadata: { httpStatusCode: 206 },
    });
    const part = await s3().send(new GetObjectCommand({ Bucket: 'b', Key: 'k', Range: 'bytes=0-9' }));
    expect(part.$metadata.httpStatusCode).toBe(206);
    expect(part.ContentLength).toBe(10);
    expect(Buffer.from(await part.Body!.transformToByteArray()).equals(bytes.subarray(0, 10))).toBe(true);
  });

  it('answers HEAD with the headers alone', async () => {
    answer = () => ({ ContentLength: 12345, VersionId: 'v', ServerSideEncryption: 'aws:kms' });
    const output = await s3().send(new HeadObjectCommand({ Bucket: 'b', Key: 'k' }));
    expect(output).toMatchObject({ ContentLength: 12345, VersionId: 'v', ServerSideEncryption: 'aws:kms' });
    answer = () => {
      throw new AwsError('NotFound', 'Not Found', { status: 404 });
    };
    await expect(s3().send(new HeadObjectCommand({ Bucket: 'b', Key: 'k' }))).rejects.toMatchObject({
      name: 'NotFound',
    });
  });

  it('writes lists, flattened lists and odd characters so that the client reads them back', async () => {
    const Key = 'a & b <c> "d" \r é 😀';
    const LastModified = new Date('2026-11-23T10:11:12.345Z');
    answer = () => ({
      Name: 'b',
      Versions: [
        { Key, VersionId: '1', IsLatest: true, LastModified, Size: 5 },
        { Key: 'k2', VersionId: '2', IsLatest: false },
      ],
      CommonPrefixes: [{ Prefix: 'p/' }],
      IsTruncated: false,
    });
    const output = await s3().send(new ListObjectVersionsCommand({ Bucket: 'b' }));
    expect(output.Versions).toEqual([
      { Key, VersionId: '1', IsLatest: true, LastModified, Size: 5 },
      { Key: 'k2', VersionId: '2', IsLatest: false },
    ]);
    expect(output.CommonPrefixes).toEqual([{ Prefix: 'p/' }]);
    answer = () => ({ Buckets: [{ Name: 'b', CreationDate: LastModified }], Owner: { ID: 'o' } });
    expect(await s3().send(new ListBucketsCommand({}))).toMatchObject({
      Buckets: [{ Name: 'b', CreationDate: LastModified }],
      Owner: { ID: 'o' },
    });
    answer = () => ({ LocationConstraint: 'eu-west-1' });
    expect((await s3().send(new GetBucketLocationCommand({ Bucket: 'b' }))).LocationConstraint).toBe('eu-west-1');
  });

  it('reads structured bodies with flattened lists, booleans and dates', async () => {
    const Objects = [{ Key: 'a & <b>', VersionId: 'v' }, { Key: ' c ' }];
    await s3().send(new DeleteObjectsCommand({ Bucket: 'b', Delete: { Objects, Quiet: true } }));
    expect(received[0]!.input.Delete).toEqual({ Objects, Quiet: true });
    const Rules = [
      {
        ID: 'r',
        Status: 'Enabled' as const,
        Filter: { Prefix: 'p/' },
        Expiration: { Days: 30 },
        Transitions: [{ Days: 1, StorageClass: 'GLACIER' as const }],
      },
    ];
    await s3().send(new PutBucketLifecycleConfigurationCommand({ Bucket: 'b', LifecycleConfiguration: { Rules } }));
    expect(received[1]?.input.LifecycleConfiguration).toEqual({ Rules });
  });

  it("answers errors as the client's own classes", async () => {
    answer = () => {
      throw new AwsError('NoSuchKey', 'The specified key does not exist.', {
        status: 404,
        details: { Key: 'k', $headers: { 'x-amz-delete-marker': 'true' } },
      });
    };
    const error = await s3()
      .send(new GetObjectCommand({ Bucket: 'b', Key: 'k' }))
      .catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(NoSuchKey);
    expect(error).toMatchObject({ message: 'The specified key does not exist.', Key: 'k' });
    const response = await signedFetch('s3', '/b/k');
    expect(response.status).toBe(404);
    expect(response.headers.get('x-amz-delete-marker')).toBe('true');
    expect(await response.text()).toMatch(
      /^<\?xml version="1.0" encoding="UTF-8"\?>\n<Error><Code>NoSuchKey<\/Code><Message>The specified key does not exist.<\/Message><Resource>\/b\/k<\/Resource><Key>k<\/Key><RequestId>[0-9a-f-]{36}<\/RequestId><\/Error>$/,
    );
  });

  it('serves presigned URLs until they expire in virtual time', async () => {
    answer = () => ({ Body: Buffer.from('x') });
    const date = new Date(runtime.clock.now()).toISOString().replace(/[-:]|\.\d+/g, '');
    const query = `X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIA%2F20261123%2Feu-west-1%2Fs3%2Faws4_request&X-Amz-Date=${date}&X-Amz-Expires=900&X-Amz-SignedHeaders=host&X-Amz-Signature=00&x-id=GetObject`;
    expect((await fetch(`${runtime.url}/b/k?${query}`)).status).toBe(200);
    await runtime.clock.advance(901_000);
    const late = await fetch(`${runtime.url}/b/k?${query}`);
    expect(late.status).toBe(403);
    expect(await late.text()).toContain('<Code>AccessDenied</Code><Message>Request has expired</Message>');
  });

  it.each(['<a><b></a>', '<a>', 'text', '<a/><b/>', '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', ''])(
    'refuses malformed XML %j',
    async (body) => {
      const response = await signedFetch('s3', '/b?delete', { method: 'POST', body });
      if (body === '') expect(received[0]?.input).toEqual({ Bucket: 'b' });
      else expect(await response.text()).toContain('<Code>MalformedXML</Code>');
    },
  );

  it('refuses a streaming body that ends too early', async () => {
    answer = ({ input }) => digestOf(input.Body as Readable).then(() => ({}));
    const headers = { 'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER' };
    const cut = await signedFetch('s3', '/b/k', { method: 'PUT', headers, body: 'a\r\n12345' });
    expect(await cut.text()).toContain('<Code>IncompleteBody</Code>');
    const odd = await signedFetch('s3', '/b/k', { method: 'PUT', headers, body: 'zz\r\n12345' });
    expect(await odd.text()).toContain('<Code>InvalidRequest</Code>');
  });

  it("answers S3's own error for what is not emulated", async () => {
    const response = await signedFetch('s3', '/b?website');
    expect(response.status).toBe(501);
    expect(await response.text()).toContain('<Code>NotImplemented</Code>');
  });
});

describe('REST with JSON', () => {
  it('binds labels, queries, headers and a raw payload', async () => {
    answer = () => ({
      StatusCode: 200,
      FunctionError: 'Unhandled',
      LogResult: 'bG9n',
      ExecutedVersion: '$LATEST',
      Payload: Buffer.from('{"b":2}'),
    });
    const FunctionName = 'arn:aws:lambda:eu-west-1:123456789012:function:f:live';
    const output = await new LambdaClient(runtime.clientConfiguration).send(
      new InvokeCommand({ FunctionName, InvocationType: 'Event', Qualifier: 'live', Payload: '{"a":1}' }),
    );
    expect(received[0]?.input).toEqual({
      FunctionName,
      InvocationType: 'Event',
      Qualifier: 'live',
      Payload: Buffer.from('{"a":1}'),
    });
    expect(output).toMatchObject({
      StatusCode: 200,
      FunctionError: 'Unhandled',
      LogResult: 'bG9n',
      ExecutedVersion: '$LATEST',
    });
    expect(output.Payload?.transformToString()).toBe('{"b":2}');
  });

  it('takes the status from the member that carries it', async () => {
    answer = () => ({ StatusCode: 202 });
    const output = await new LambdaClient(runtime.clientConfiguration).send(new InvokeCommand({ FunctionName: 'f' }));
    expect(output.StatusCode).toBe(202);
    expect(output.$metadata.httpStatusCode).toBe(202);
  });

  it('reads documents with dates and answers lists', async () => {
    const StartDate = new Date('2026-11-23T10:11:12Z');
    const input = {
      GroupName: 'g',
      ScheduleExpression: 'rate(1 day)',
      StartDate,
      FlexibleTimeWindow: { Mode: 'OFF' as const },
      Target: { Arn: 'a', RoleArn: 'r', Input: '{"x":"ü"}' },
    };
    answer = () => ({ ScheduleArn: 'arn' });
    const client = new SchedulerClient(runtime.clientConfiguration);
    expect((await client.send(new CreateScheduleCommand({ Name: 'n', ...input, ClientToken: 't' }))).ScheduleArn).toBe(
      'arn',
    );
    expect(received[0]?.input).toEqual({ Name: 'n', ClientToken: 't', ...input });
    answer = () => ({ Schedules: [{ Name: 'n', CreationDate: StartDate }], NextToken: 'more' });
    const list = await client.send(new ListSchedulesCommand({ MaxResults: 1, NamePrefix: 'a b' }));
    expect(received[1]?.input).toEqual({ MaxResults: 1, NamePrefix: 'a b' });
    expect(list).toMatchObject({ Schedules: [{ Name: 'n', CreationDate: StartDate }], NextToken: 'more' });
  });

  it("answers errors with their modelled status as the client's own classes", async () => {
    answer = () => {
      throw new AwsError('ResourceNotFoundException', 'Function not found: f', { details: { Type: 'User' } });
    };
    const error = await new LambdaClient(runtime.clientConfiguration)
      .send(new InvokeCommand({ FunctionName: 'f' }))
      .catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ResourceNotFoundException);
    expect(error).toMatchObject({ message: 'Function not found: f', Type: 'User', $metadata: { httpStatusCode: 404 } });
  });

  it("answers AWS's own error for a path that no operation has", async () => {
    const response = await signedFetch('lambda', '/2015-03-31/nothing');
    expect(response.status).toBe(404);
    expect(response.headers.get('x-amzn-errortype')).toBe('UnknownOperationException');
    answer = () => ({ Functions: [] });
    expect((await new LambdaClient(runtime.clientConfiguration).send(new ListFunctionsCommand({}))).Functions).toEqual(
      [],
    );
  });
});

describe('Query protocol', () => {
  it('reads maps, lists and bytes, and answers a result', async () => {
    answer = () => ({ MessageId: 'm-1' });
    const input = {
      TopicArn: 'arn:aws:sns:eu-west-1:123456789012:t',
      Message: 'a & b = c + d é 😀\n',
      MessageAttributes: {
        kind: { DataType: 'String', StringValue: 'v' },
        raw: { DataType: 'Binary', BinaryValue: new Uint8Array([0, 255]) },
      },
    };
    const output = await new SNSClient(runtime.clientConfiguration).send(new PublishCommand(input));
    expect(output.MessageId).toBe('m-1');
    expect(received[0]?.input).toEqual({
      ...input,
      MessageAttributes: {
        ...input.MessageAttributes,
        raw: { DataType: 'Binary', BinaryValue: Buffer.from([0, 255]) },
      },
    });
  });

  it('keeps lists of more than nine items in order', async () => {
    const PublishBatchRequestEntries = Array.from({ length: 12 }, (_, n) => ({ Id: `${n}`, Message: `m${n}` }));
    answer = () => ({ Successful: PublishBatchRequestEntries.map(({ Id }) => ({ Id, MessageId: Id })), Failed: [] });
    const output = await new SNSClient(runtime.clientConfiguration).send(
      new PublishBatchCommand({ TopicArn: 't', PublishBatchRequestEntries }),
    );
    expect(received[0]!.input.PublishBatchRequestEntries).toEqual(PublishBatchRequestEntries);
    expect(output.Successful?.map(({ Id }) => Id)).toEqual(PublishBatchRequestEntries.map(({ Id }) => Id));
  });

  it('reads attribute maps and answers operations without output', async () => {
    const Attributes = { RawMessageDelivery: 'true', FilterPolicy: '{"a":["b"]}' };
    await new SNSClient(runtime.clientConfiguration).send(
      new SubscribeCommand({ TopicArn: 't', Protocol: 'sqs', Attributes }),
    );
    expect(received[0]!.input.Attributes).toEqual(Attributes);
    await new SNSClient(runtime.clientConfiguration).send(new UnsubscribeCommand({ SubscriptionArn: 's' }));
    expect(received[1]?.input).toEqual({ SubscriptionArn: 's' });
  });

  it('answers structures with dates', async () => {
    const Expiration = new Date('2026-11-23T10:11:12Z');
    const Credentials = { AccessKeyId: 'A', SecretAccessKey: 'S', SessionToken: 'T', Expiration };
    answer = () => ({ Credentials, AssumedRoleUser: { Arn: 'arn', AssumedRoleId: 'id' } });
    const input = { RoleArn: 'r', RoleSessionName: 's', DurationSeconds: 900, Tags: [{ Key: 'k', Value: 'v' }] };
    expect((await new STSClient(runtime.clientConfiguration).send(new AssumeRoleCommand(input))).Credentials).toEqual(
      Credentials,
    );
    expect(received[0]?.input).toEqual(input);
  });

  it('answers nested lists', async () => {
    const stack = {
      StackName: 's',
      CreationTime: new Date(0),
      StackStatus: 'CREATE_COMPLETE' as const,
      Outputs: [{ OutputKey: 'k', OutputValue: 'v' }],
    };
    answer = () => ({ Stacks: [stack] });
    const output = await new CloudFormationClient(runtime.clientConfiguration).send(
      new DescribeStacksCommand({ StackName: 's' }),
    );
    expect(output.Stacks).toEqual([stack]);
  });

  it("answers errors under Query's own codes", async () => {
    answer = () => {
      throw new AwsError('NotFoundException', 'Topic does not exist');
    };
    const error = await new SNSClient(runtime.clientConfiguration)
      .send(new PublishCommand({ Message: 'm' }))
      .catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(NotFoundException);
    const response = await signedFetch('sns', '/', { method: 'POST', body: 'Action=Publish&Message=m' });
    expect(response.status).toBe(404);
    expect(await response.text()).toMatch(
      /<Error><Type>Sender<\/Type><Code>NotFound<\/Code><Message>Topic does not exist<\/Message><\/Error><RequestId>/,
    );
  });

  it('answers InvalidAction for what is not emulated', async () => {
    const response = await signedFetch('sns', '/', { method: 'POST', body: 'Action=CreateTopic&Name=t' });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('<Code>InvalidAction</Code>');
  });
});

function signedFetch(signingName: string, path: string, init: RequestInit = {}): Promise<Response> {
  const authorization = `AWS4-HMAC-SHA256 Credential=AKIA/20261123/eu-west-1/${signingName}/aws4_request, SignedHeaders=host, Signature=00`;
  return fetch(runtime.url + path, {
    ...init,
    headers: { ...(init.headers as Record<string, string>), authorization },
  });
}
