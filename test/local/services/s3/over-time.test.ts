// What happens to objects as virtual time goes by: lifecycle rules, locks, replication, events.
import {
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutObjectCommand,
  PutObjectLegalHoldCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { describe, expect, it } from '@jest/globals';
import type { CreateServiceModule } from '../../../../local/runtime/context.ts';
import { ACCOUNT_ID, type S3Runtime, startS3 } from './s3-runtime.ts';

const Bucket = 'timely-bucket';
const RECOVERY_REGION = 'eu-north-1';
const DAY = 86_400_000;

async function start(properties: object, options: Parameters<typeof startS3>[0] = {}): Promise<S3Runtime> {
  const runtime = await startS3(options);
  await runtime.provide('AWS::S3::Bucket', { BucketName: Bucket, ...properties });
  return runtime;
}

const put = (client: S3Client, Key: string, further: object = {}) =>
  client.send(new PutObjectCommand({ Bucket, Key, Body: Key, ...further }));
const keys = async (client: S3Client) =>
  ((await client.send(new ListObjectsV2Command({ Bucket }))).Contents ?? []).map(({ Key }) => Key);

describe('lifecycle rules', () => {
  it('expire objects by age, prefix and tag at the midnight after', async () => {
    const { client, clock } = await start({
      LifecycleConfiguration: {
        Rules: [
          { Status: 'Enabled', Prefix: 'daily/', ExpirationInDays: 2 },
          { Status: 'Enabled', TagFilters: [{ Key: 'keep', Value: 'week' }], ExpirationInDays: 7 },
          { Status: 'Disabled', Prefix: '', ExpirationInDays: 1 },
        ],
      },
    });
    await put(client, 'daily/1');
    await put(client, 'weekly/1', { Tagging: 'keep=week' });
    await put(client, 'forever/1');
    await clock.advance(DAY);
    expect(await keys(client)).toEqual(['daily/1', 'forever/1', 'weekly/1']);
    await clock.advance(2 * DAY);
    expect(await keys(client)).toEqual(['forever/1', 'weekly/1']);
    await clock.advance(5 * DAY);
    expect(await keys(client)).toEqual(['forever/1']);
  });

  it('remove noncurrent versions, but as many as are to be kept, and lonely delete markers', async () => {
    const { client, clock } = await start({
      VersioningConfiguration: { Status: 'Enabled' },
      LifecycleConfiguration: {
        Rules: [
          {
            Status: 'Enabled',
            ExpiredObjectDeleteMarker: true,
            NoncurrentVersionExpiration: { NoncurrentDays: 1, NewerNoncurrentVersions: 1 },
          },
          { Status: 'Enabled', Prefix: 'gone', NoncurrentVersionExpiration: { NoncurrentDays: 1 } },
        ],
      },
    });
    for (let n = 0; n < 4; n += 1) await put(client, 'kept');
    await put(client, 'gone');
    await client.send(new DeleteObjectCommand({ Bucket, Key: 'gone' }));
    await clock.advance(4 * DAY);
    const listed = await client.send(new ListObjectVersionsCommand({ Bucket }));
    expect(listed.Versions?.map(({ Key }) => Key)).toEqual(['kept', 'kept']);
    expect(listed.DeleteMarkers ?? []).toEqual([]);
  });

  it('abort uploads that nobody completes', async () => {
    const { client, clock } = await start({
      LifecycleConfiguration: {
        Rules: [{ Status: 'Enabled', AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 } }],
      },
    });
    const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key: 'big' }));
    await client.send(new UploadPartCommand({ Bucket, Key: 'big', UploadId, PartNumber: 1, Body: 'part' }));
    await clock.advance(3 * DAY);
    expect((await client.send(new ListMultipartUploadsCommand({ Bucket }))).Uploads ?? []).toEqual([]);
  });

  it('move objects to colder storage', async () => {
    const { client, clock } = await start({
      LifecycleConfiguration: {
        Rules: [{ Status: 'Enabled', Transitions: [{ StorageClass: 'GLACIER', TransitionInDays: 1 }] }],
      },
    });
    await put(client, 'o');
    await clock.advance(3 * DAY);
    expect(await client.send(new HeadObjectCommand({ Bucket, Key: 'o' }))).toMatchObject({ StorageClass: 'GLACIER' });
  });

  it('are carried out after a restart', async () => {
    const runtime = await start({
      LifecycleConfiguration: { Rules: [{ Status: 'Enabled', ExpirationInDays: 1 }] },
    });
    await put(runtime.client, 'o');
    const next = await runtime.restart();
    await next.clock.advance(3 * DAY);
    expect(await keys(next.client)).toEqual([]);
  });
});

describe('object locks', () => {
  const lockedBucket = {
    ObjectLockEnabled: true,
    ObjectLockConfiguration: {
      ObjectLockEnabled: 'Enabled',
      Rule: { DefaultRetention: { Mode: 'GOVERNANCE', Days: 10 } },
    },
  };

  it('retain by the bucket’s default until it is over', async () => {
    const { client, clock } = await start(lockedBucket);
    const { VersionId } = await put(client, 'o');
    const remove = () => client.send(new DeleteObjectCommand({ Bucket, Key: 'o', VersionId }));
    expect(await client.send(new HeadObjectCommand({ Bucket, Key: 'o' }))).toMatchObject({
      ObjectLockMode: 'GOVERNANCE',
    });
    await expect(remove()).rejects.toMatchObject({ name: 'AccessDenied' });
    await clock.advance(11 * DAY);
    await remove();
  });

  it('of governance yield to who may bypass them', async () => {
    const runtime = await start(lockedBucket);
    const { VersionId } = await put(runtime.client, 'o');
    const remove = (client: S3Client) =>
      client.send(new DeleteObjectCommand({ Bucket, Key: 'o', VersionId, BypassGovernanceRetention: true }));
    const Resource = `arn:aws:s3:::${Bucket}/*`;
    const roleArn = await runtime.createRole('deleter', {
      Effect: 'Allow',
      Action: 's3:DeleteObjectVersion',
      Resource,
    });
    await expect(remove(runtime.clientFor({ roleArn }))).rejects.toMatchObject({
      message: expect.stringContaining('s3:BypassGovernanceRetention'),
    });
    await remove(runtime.client);
  });

  it('hold for as long as a legal hold is on', async () => {
    const { client, clock } = await start({ ObjectLockEnabled: true });
    const { VersionId } = await put(client, 'o');
    const hold = (Status: 'ON' | 'OFF') =>
      client.send(new PutObjectLegalHoldCommand({ Bucket, Key: 'o', LegalHold: { Status } }));
    const remove = () => client.send(new DeleteObjectCommand({ Bucket, Key: 'o', VersionId }));
    await hold('ON');
    await clock.advance(1000 * DAY);
    await expect(remove()).rejects.toMatchObject({ name: 'AccessDenied' });
    await hold('OFF');
    await remove();
  });
});

describe('replication', () => {
  const destination = { Bucket: 'recovery-bucket' };
  async function startReplicated(actions: string[]): Promise<S3Runtime> {
    const runtime = await startS3();
    await runtime.provide(
      'AWS::S3::Bucket',
      { BucketName: destination.Bucket, VersioningConfiguration: { Status: 'Enabled' } },
      { region: RECOVERY_REGION },
    );
    const Role = await runtime.createRole('replicator', {
      Effect: 'Allow',
      Action: actions,
      Resource: [`arn:aws:s3:::${Bucket}/*`, `arn:aws:s3:::${destination.Bucket}/*`],
    });
    await runtime.provide('AWS::S3::Bucket', {
      BucketName: Bucket,
      VersioningConfiguration: { Status: 'Enabled' },
      ReplicationConfiguration: {
        Role,
        Rules: [
          {
            Status: 'Enabled',
            Priority: 1,
            Filter: { Prefix: 'backups/' },
            DeleteMarkerReplication: { Status: 'Enabled' },
            Destination: { Bucket: `arn:aws:s3:::${destination.Bucket}`, StorageClass: 'STANDARD_IA' },
          },
        ],
      },
    });
    return runtime;
  }
  const ALL = ['s3:GetObjectVersionForReplication', 's3:ReplicateObject', 's3:ReplicateDelete', 's3:ReplicateTags'];

  it('copies versions to another region, and says how far it is', async () => {
    const runtime = await startReplicated(ALL);
    const { VersionId } = await put(runtime.client, 'backups/1', {
      Metadata: { checksum: 'x' },
      Tagging: 'keep=month',
    });
    await put(runtime.client, 'elsewhere/1');
    await runtime.trace.waitFor(({ name }) => name === 'object-replicated');
    const away = runtime.clientFor({ region: RECOVERY_REGION });
    const copy = await away.send(new GetObjectCommand({ ...destination, Key: 'backups/1', VersionId }));
    expect(await copy.Body?.transformToString()).toBe('backups/1');
    expect(copy).toMatchObject({
      ReplicationStatus: 'REPLICA',
      StorageClass: 'STANDARD_IA',
      Metadata: { checksum: 'x' },
      TagCount: 1,
    });
    const source = await runtime.client.send(new HeadObjectCommand({ Bucket, Key: 'backups/1' }));
    expect(source.ReplicationStatus).toBe('COMPLETED');
    const listed = await away.send(new ListObjectsV2Command(destination));
    expect(listed.Contents?.map(({ Key }) => Key)).toEqual(['backups/1']);
    const other = await runtime.client.send(new HeadObjectCommand({ Bucket, Key: 'elsewhere/1' }));
    expect(other.ReplicationStatus).toBeUndefined();
  });

  it('copies delete markers where that is asked for', async () => {
    const runtime = await startReplicated(ALL);
    await put(runtime.client, 'backups/1');
    const { VersionId } = await runtime.client.send(new DeleteObjectCommand({ Bucket, Key: 'backups/1' }));
    const away = runtime.clientFor({ region: RECOVERY_REGION });
    let replicated = 0;
    await runtime.trace.waitFor(({ name }) => name === 'object-replicated' && ++replicated === 2);
    const { DeleteMarkers } = await away.send(new ListObjectVersionsCommand(destination));
    expect(DeleteMarkers).toMatchObject([{ Key: 'backups/1', VersionId }]);
  });

  it('fails, and says so, when the role may not', async () => {
    const runtime = await startReplicated(['s3:GetObjectVersionForReplication']);
    await put(runtime.client, 'backups/1');
    const { details } = await runtime.trace.waitFor(({ name }) => name === 'replication-failed');
    expect(details.message).toContain('s3:ReplicateObject');
    const source = await runtime.client.send(new HeadObjectCommand({ Bucket, Key: 'backups/1' }));
    expect(source.ReplicationStatus).toBe('FAILED');
  });
});

describe('events', () => {
  it('tell EventBridge what was created and deleted, and by what', async () => {
    const entries: { Source: string; DetailType: string; Resources: string[]; Detail: string }[] = [];
    let hear: () => void = () => undefined;
    const heard = new Promise<void>((resolve) => {
      hear = resolve;
    });
    const eventBridge: CreateServiceModule = () => ({
      services: [
        {
          id: 'eventbridge',
          signingName: 'events',
          loadSdk: async () => ({}),
          operations: {
            PutEvents: {
              authorize: () => [],
              handle: (input: { Entries: typeof entries }) => {
                entries.push(...input.Entries);
                if (entries.length === 4) hear();
                return {};
              },
            },
          },
        },
      ],
      providers: [],
    });
    const { client, clock } = await start(
      {
        NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } },
        LifecycleConfiguration: { Rules: [{ Status: 'Enabled', ExpirationInDays: 1 }] },
      },
      { modules: [eventBridge] },
    );
    const { ETag } = await put(client, 'one');
    await client.send(new DeleteObjectCommand({ Bucket, Key: 'one' }));
    await put(client, 'two');
    await clock.advance(3 * DAY);
    await heard;
    const told = entries.map(({ Source, DetailType, Resources, Detail }) => ({
      Source,
      DetailType,
      Resources,
      detail: JSON.parse(Detail),
    }));
    expect(told).toMatchObject([
      {
        Source: 'aws.s3',
        DetailType: 'Object Created',
        Resources: [`arn:aws:s3:::${Bucket}`],
        detail: {
          version: '0',
          bucket: { name: Bucket },
          object: { key: 'one', size: 3, etag: ETag?.replaceAll('"', ''), sequencer: expect.any(String) },
          requester: ACCOUNT_ID,
          reason: 'PutObject',
        },
      },
      {
        DetailType: 'Object Deleted',
        detail: { object: { key: 'one' }, reason: 'DeleteObject', 'deletion-type': 'Permanently Deleted' },
      },
      { DetailType: 'Object Created', detail: { object: { key: 'two' } } },
      { DetailType: 'Object Deleted', detail: { object: { key: 'two' }, reason: 'Lifecycle Expiration' } },
    ]);
  });
});
