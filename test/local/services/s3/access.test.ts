import {
  CopyObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutBucketPolicyCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { describe, expect, it } from '@jest/globals';
import { ACCOUNT_ID, REGION, type S3Runtime, startS3 } from './s3-runtime.ts';

const Bucket = 'guarded-bucket';
const KEY_ARN = `arn:aws:kms:${REGION}:${ACCOUNT_ID}:key/11111111-2222-3333-4444-555555555555`;
const objects = `arn:aws:s3:::${Bucket}/*`;
const allow = (Action: string | string[], Resource: string | string[] = objects, further: object = {}) =>
  ({ Effect: 'Allow', Action, Resource, ...further }) as const;

async function start(properties: object = {}): Promise<S3Runtime> {
  const runtime = await startS3();
  await runtime.provide('AWS::S3::Bucket', { BucketName: Bucket, ...properties });
  await runtime.client.send(new PutObjectCommand({ Bucket, Key: 'o', Body: 'body', Tagging: 'team=a' }));
  return runtime;
}

async function clientOf(runtime: S3Runtime, ...statements: Parameters<S3Runtime['createRole']>[1][]) {
  return runtime.clientFor({ roleArn: await runtime.createRole(`role-${statements.length}`, ...statements) });
}

describe('a role', () => {
  it('may do what its policies allow, and hears what it lacks', async () => {
    const runtime = await start();
    const client = await clientOf(runtime, allow('s3:GetObject'));
    expect(await (await client.send(new GetObjectCommand({ Bucket, Key: 'o' }))).Body?.transformToString()).toBe(
      'body',
    );
    await expect(client.send(new PutObjectCommand({ Bucket, Key: 'p', Body: 'x' }))).rejects.toMatchObject({
      name: 'AccessDenied',
      $metadata: { httpStatusCode: 403 },
      message: expect.stringMatching(
        /assumed-role\/role-1\/session is not authorized to perform: s3:PutObject on resource: "?arn:aws:s3:::guarded-bucket\/p"? because no identity-based policy allows the s3:PutObject action/,
      ),
    });
  });

  it('does not hear that a key is missing unless it may list the bucket', async () => {
    const runtime = await start();
    const reader = await clientOf(runtime, allow('s3:GetObject'));
    await expect(reader.send(new GetObjectCommand({ Bucket, Key: 'missing' }))).rejects.toMatchObject({
      name: 'AccessDenied',
      message: expect.stringContaining('s3:ListBucket'),
    });
    await expect(reader.send(new HeadObjectCommand({ Bucket, Key: 'missing' }))).rejects.toMatchObject({
      $metadata: { httpStatusCode: 403 },
    });
    const lister = await clientOf(runtime, allow('s3:GetObject'), allow('s3:ListBucket', `arn:aws:s3:::${Bucket}`));
    await expect(lister.send(new GetObjectCommand({ Bucket, Key: 'missing' }))).rejects.toMatchObject({
      name: 'NoSuchKey',
    });
  });

  it('needs the key of an encrypted bucket, each way', async () => {
    const runtime = await start({
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [
          {
            BucketKeyEnabled: true,
            ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: KEY_ARN },
          },
        ],
      },
    });
    await runtime.provide('AWS::IAM::Role', {
      RoleName: 'unused',
      AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [] },
    });
    const client = await clientOf(runtime, allow(['s3:PutObject', 's3:GetObject']));
    await expect(client.send(new PutObjectCommand({ Bucket, Key: 'p', Body: 'x' }))).rejects.toMatchObject({
      message: expect.stringContaining('kms:GenerateDataKey'),
    });
    await expect(client.send(new GetObjectCommand({ Bucket, Key: 'o' }))).rejects.toMatchObject({
      message: expect.stringContaining('kms:Decrypt'),
    });
  });

  it('is held to the tags and prefixes in its conditions', async () => {
    const runtime = await start();
    const client = await clientOf(
      runtime,
      allow('s3:GetObject', objects, { Condition: { StringEquals: { 's3:ExistingObjectTag/team': 'b' } } }),
      allow('s3:ListBucket', `arn:aws:s3:::${Bucket}`, { Condition: { StringLike: { 's3:prefix': 'mine/*' } } }),
    );
    await expect(client.send(new GetObjectCommand({ Bucket, Key: 'o' }))).rejects.toMatchObject({
      name: 'AccessDenied',
    });
    await client.send(new ListObjectsV2Command({ Bucket, Prefix: 'mine/x' }));
    await expect(client.send(new ListObjectsV2Command({ Bucket }))).rejects.toMatchObject({ name: 'AccessDenied' });
  });

  it('deletes of many objects those that it may', async () => {
    const runtime = await start();
    const client = await clientOf(runtime, allow('s3:DeleteObject', `arn:aws:s3:::${Bucket}/mine/*`));
    const output = await client.send(
      new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: 'mine/1' }, { Key: 'o' }] } }),
    );
    expect(output.Deleted).toMatchObject([{ Key: 'mine/1' }]);
    expect(output.Errors).toMatchObject([{ Key: 'o', Code: 'AccessDenied' }]);
    await runtime.client.send(new HeadObjectCommand({ Bucket, Key: 'o' }));
  });

  it('copies only what it may read', async () => {
    const runtime = await start();
    const client = await clientOf(runtime, allow('s3:PutObject'));
    await expect(
      client.send(new CopyObjectCommand({ Bucket, Key: 'copy', CopySource: `${Bucket}/o` })),
    ).rejects.toMatchObject({ name: 'AccessDenied', message: expect.stringContaining('s3:GetObject') });
  });
});

describe('a bucket policy', () => {
  const policy = (...Statement: object[]) => ({ Version: '2012-10-17', Statement });

  it('gives access that the role does not have by itself', async () => {
    const runtime = await start();
    const roleArn = await runtime.createRole('guest');
    await runtime.provide('AWS::S3::BucketPolicy', {
      Bucket,
      PolicyDocument: policy({ ...allow('s3:GetObject'), Principal: { AWS: roleArn } }),
    });
    const client = runtime.clientFor({ roleArn });
    await client.send(new GetObjectCommand({ Bucket, Key: 'o' }));
    await expect(client.send(new PutObjectCommand({ Bucket, Key: 'o', Body: 'x' }))).rejects.toMatchObject({
      name: 'AccessDenied',
    });
  });

  it('takes away what the role has', async () => {
    const runtime = await start();
    const client = await clientOf(runtime, allow('s3:*'));
    await runtime.provide('AWS::S3::BucketPolicy', {
      Bucket,
      PolicyDocument: policy({
        Effect: 'Deny',
        Principal: '*',
        Action: 's3:PutObject',
        Resource: objects,
        Condition: { StringNotEquals: { 's3:x-amz-server-side-encryption': 'aws:kms' } },
      }),
    });
    await expect(client.send(new PutObjectCommand({ Bucket, Key: 'p', Body: 'x' }))).rejects.toMatchObject({
      message: expect.stringContaining('explicit deny in a resource-based policy'),
    });
    await client.send(new PutObjectCommand({ Bucket, Key: 'p', Body: 'x', ServerSideEncryption: 'aws:kms' }));
  });

  it('cannot be public where that is blocked', async () => {
    const runtime = await start({ PublicAccessBlockConfiguration: { BlockPublicPolicy: true } });
    const Policy = JSON.stringify(policy({ ...allow('s3:GetObject'), Principal: '*' }));
    await expect(runtime.client.send(new PutBucketPolicyCommand({ Bucket, Policy }))).rejects.toMatchObject({
      name: 'AccessDenied',
      message: expect.stringContaining('BlockPublicPolicy'),
    });
  });
});

describe('a request', () => {
  it('to the wrong region is redirected', async () => {
    const runtime = await start();
    const elsewhere = runtime.clientFor({ region: 'us-west-2' });
    await expect(elsewhere.send(new GetObjectCommand({ Bucket, Key: 'o' }))).rejects.toMatchObject({
      name: 'PermanentRedirect',
      $metadata: { httpStatusCode: 301 },
      $response: { headers: expect.objectContaining({ 'x-amz-bucket-region': REGION }) },
    });
  });

  it('by a presigned URL gets and puts, until the URL expires', async () => {
    const runtime = await start();
    const presign = (at: number) => {
      const stamp = new Date(at).toISOString().replace(/[-:]|\.\d+/g, '');
      const query = new URLSearchParams({
        'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
        'X-Amz-Credential': `AKIAIOSFODNN7EXAMPLE/${stamp.slice(0, 8)}/${REGION}/s3/aws4_request`,
        'X-Amz-Date': stamp,
        'X-Amz-Expires': '900',
        'X-Amz-SignedHeaders': 'host',
        'X-Amz-Signature': '0'.repeat(64),
      });
      return `${runtime.context.endpointUrl()}/${Bucket}/signed?${query}`;
    };
    const url = presign(runtime.clock.now());
    expect(
      (await fetch(url, { method: 'PUT', body: 'by URL', headers: { 'content-type': 'text/plain' } })).status,
    ).toBe(200);
    const response = await fetch(url);
    expect([response.headers.get('content-type'), await response.text()]).toEqual(['text/plain', 'by URL']);
    await runtime.clock.advance(901_000);
    const late = await fetch(url);
    expect([late.status, await late.text()]).toEqual([403, expect.stringContaining('Request has expired')]);
  });
});
