// What an unmodified SDK client does with its default settings comes out right, byte for byte.
import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketLocationCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  GetObjectRetentionCommand,
  GetObjectTaggingCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  ListPartsCommand,
  PutBucketEncryptionCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutObjectRetentionCommand,
  PutObjectTaggingCommand,
  type S3Client,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { REGION, startS3 } from './s3-runtime.ts';

const Bucket = 'bucket-under-test';
let client: S3Client;

beforeEach(async () => {
  const runtime = await startS3();
  client = runtime.client;
  await client.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: REGION } }));
});

const put = (Key: string, Body: string | Uint8Array | Readable, further: object = {}) =>
  client.send(new PutObjectCommand({ Bucket, Key, Body, ...further }));
const read = async (Key: string, further: object = {}) => {
  const output = await client.send(new GetObjectCommand({ Bucket, Key, ...further }));
  return { output, bytes: Buffer.from(await output.Body!.transformToByteArray()) };
};
const md5 = (bytes: Uint8Array) => createHash('md5').update(bytes).digest('hex');

function streamOf(bytes: Buffer, chunkBytes = 64 * 1024): Readable {
  return Readable.from(
    (function* () {
      for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
    })(),
    { objectMode: false },
  );
}

describe('bytes', () => {
  it('of a buffer, text and nothing come back as they were put', async () => {
    const bytes = randomBytes(100_000);
    expect(await put('bytes', bytes)).toMatchObject({ ETag: `"${md5(bytes)}"`, ChecksumCRC32: expect.any(String) });
    await put('text', 'grüße');
    await put('nothing', new Uint8Array());
    expect((await read('bytes')).bytes.equals(bytes)).toBe(true);
    expect((await read('text')).bytes.toString()).toBe('grüße');
    expect((await read('nothing')).output.ContentLength).toBe(0);
  });

  it('of a stream come back as they were put, whatever the chunks', async () => {
    for (const [length, chunkBytes] of [
      [1, 1],
      [8_192, 8_192],
      [300_001, 7_777],
      [2_000_000, 65_536],
    ] as const) {
      const bytes = randomBytes(length);
      await put('stream', streamOf(bytes, chunkBytes), { ContentLength: length });
      expect((await read('stream')).bytes.equals(bytes)).toBe(true);
    }
  });

  it.each(['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const)(
    'are checked by %s, streamed or not',
    async (ChecksumAlgorithm) => {
      const bytes = randomBytes(70_000);
      const name = `Checksum${ChecksumAlgorithm}` as const;
      const written = await put('plain', bytes, { ChecksumAlgorithm });
      await put('streamed', streamOf(bytes), { ChecksumAlgorithm, ContentLength: bytes.length });
      const { output } = await read('streamed', { ChecksumMode: 'ENABLED' });
      expect(written[name]).toBeDefined();
      expect(output[name]).toBe(written[name]);
      await expect(
        put('wrong', bytes, { [name]: written[name]!.replace(/^./, (c) => (c === 'A' ? 'B' : 'A')) }),
      ).rejects.toMatchObject({
        name: 'BadDigest',
      });
      await expect(read('wrong')).rejects.toMatchObject({ name: 'NoSuchKey' });
    },
  );

  it('are refused under a wrong Content-MD5', async () => {
    await expect(
      put('wrong', 'body', { ContentMD5: Buffer.from(md5(Buffer.from('other')), 'hex').toString('base64') }),
    ).rejects.toMatchObject({ name: 'BadDigest' });
  });

  it('come in ranges', async () => {
    await put('digits', '0123456789');
    const range = async (Range: string) => {
      const { output, bytes } = await read('digits', { Range });
      return [bytes.toString(), output.ContentRange, output.$metadata.httpStatusCode];
    };
    expect(await range('bytes=2-4')).toEqual(['234', 'bytes 2-4/10', 206]);
    expect(await range('bytes=7-')).toEqual(['789', 'bytes 7-9/10', 206]);
    expect(await range('bytes=-2')).toEqual(['89', 'bytes 8-9/10', 206]);
    expect(await range('bytes=8-100')).toEqual(['89', 'bytes 8-9/10', 206]);
    await expect(range('bytes=10-')).rejects.toMatchObject({ name: 'InvalidRange' });
  });
});

describe('an object', () => {
  it('keeps its headers and metadata, and tells them without the body', async () => {
    const Expires = new Date('2030-01-01T00:00:00Z');
    await put('o', 'body', {
      ContentType: 'text/x-thing',
      CacheControl: 'max-age=60',
      ContentDisposition: 'attachment',
      ContentEncoding: 'identity',
      Metadata: { release: 'v1', causation: 'x' },
      Expires,
    });
    expect(await client.send(new HeadObjectCommand({ Bucket, Key: 'o' }))).toMatchObject({
      ContentLength: 4,
      ContentType: 'text/x-thing',
      CacheControl: 'max-age=60',
      ContentDisposition: 'attachment',
      ContentEncoding: 'identity',
      Metadata: { release: 'v1', causation: 'x' },
      ExpiresString: Expires.toUTCString(),
      ServerSideEncryption: 'AES256',
      LastModified: expect.any(Date),
    });
  });

  it('is created once when many demand that it be absent', async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, (_, n) => put('claim', String(n), { IfNoneMatch: '*' })),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') {
        expect(outcome.reason).toMatchObject({ name: 'PreconditionFailed', $metadata: { httpStatusCode: 412 } });
      }
    }
  });

  it('is replaced only when its ETag is the one named', async () => {
    const { ETag } = await put('o', 'one');
    await put('o', 'two', { IfMatch: ETag });
    await expect(put('o', 'three', { IfMatch: ETag })).rejects.toMatchObject({ name: 'PreconditionFailed' });
    await expect(put('missing', 'x', { IfMatch: ETag })).rejects.toMatchObject({ name: 'NoSuchKey' });
    expect((await read('o')).bytes.toString()).toBe('two');
  });

  it('is read under conditions', async () => {
    const { ETag } = await put('o', 'one');
    await expect(read('o', { IfNoneMatch: ETag })).rejects.toMatchObject({ $metadata: { httpStatusCode: 304 } });
    await expect(read('o', { IfMatch: '"other"' })).rejects.toMatchObject({ $metadata: { httpStatusCode: 412 } });
    expect((await read('o', { IfMatch: ETag })).bytes.toString()).toBe('one');
    await expect(read('o', { IfModifiedSince: new Date(Date.now() + 60_000) })).rejects.toMatchObject({
      $metadata: { httpStatusCode: 304 },
    });
  });

  it('keeps its body when it is tagged', async () => {
    await put('o', 'body', { Tagging: 'team=platform&kind=backup' });
    expect((await client.send(new GetObjectTaggingCommand({ Bucket, Key: 'o' }))).TagSet).toEqual([
      { Key: 'team', Value: 'platform' },
      { Key: 'kind', Value: 'backup' },
    ]);
    await client.send(
      new PutObjectTaggingCommand({ Bucket, Key: 'o', Tagging: { TagSet: [{ Key: 'a', Value: 'b & c' }] } }),
    );
    const { output, bytes } = await read('o');
    expect(bytes.toString()).toBe('body');
    expect(output.TagCount).toBe(1);
    expect((await client.send(new GetObjectTaggingCommand({ Bucket, Key: 'o' }))).TagSet).toEqual([
      { Key: 'a', Value: 'b & c' },
    ]);
  });

  it('is copied with what belongs to it', async () => {
    const bytes = randomBytes(10_000);
    await put('dir/a b+ü.bin', bytes, { ContentType: 'x/y', Metadata: { m: '1' }, Tagging: 't=1' });
    await client.send(
      new CopyObjectCommand({ Bucket, Key: 'copy', CopySource: `${Bucket}/${encodeURIComponent('dir/a b+ü.bin')}` }),
    );
    await client.send(new DeleteObjectCommand({ Bucket, Key: 'dir/a b+ü.bin' }));
    const { output, bytes: copied } = await read('copy');
    expect(copied.equals(bytes)).toBe(true);
    expect(output).toMatchObject({ ContentType: 'x/y', Metadata: { m: '1' }, TagCount: 1 });
    await expect(
      client.send(new CopyObjectCommand({ Bucket, Key: 'copy', CopySource: `${Bucket}/copy` })),
    ).rejects.toMatchObject({ name: 'InvalidRequest' });
  });

  it('has a key of any characters', async () => {
    for (const key of [
      'a/b/c',
      'space here',
      'plus+and&amp;',
      'ünï/çødé',
      'quote\'"<>',
      'percent%20',
      '日本',
      'a//b',
      '?q=1#f',
    ]) {
      await put(key, key);
      expect((await read(key)).bytes.toString()).toBe(key);
    }
  });

  it('that is missing is told apart by get and head', async () => {
    await expect(read('missing')).rejects.toMatchObject({
      name: 'NoSuchKey',
      message: 'The specified key does not exist.',
    });
    await expect(client.send(new HeadObjectCommand({ Bucket, Key: 'missing' }))).rejects.toMatchObject({
      name: 'NotFound',
    });
    await expect(client.send(new GetObjectCommand({ Bucket: 'no-such-bucket', Key: 'x' }))).rejects.toMatchObject({
      name: 'NoSuchBucket',
      message: 'The specified bucket does not exist',
    });
  });
});

describe('uploads in parts', () => {
  const begin = async (further: object = {}) =>
    (await client.send(new CreateMultipartUploadCommand({ Bucket, Key: 'big', ...further }))).UploadId!;
  const upload = (UploadId: string, PartNumber: number, Body: Buffer) =>
    client.send(new UploadPartCommand({ Bucket, Key: 'big', UploadId, PartNumber, Body }));
  const complete = (UploadId: string, Parts: { PartNumber: number; ETag?: string | undefined }[]) =>
    client.send(new CompleteMultipartUploadCommand({ Bucket, Key: 'big', UploadId, MultipartUpload: { Parts } }));
  const PART_BYTES = 5 * 1024 * 1024;

  it('are put together byte for byte', async () => {
    const bytes = randomBytes(2 * PART_BYTES + 12_345);
    const UploadId = await begin({ ContentType: 'x/big', Metadata: { k: 'v' }, ChecksumAlgorithm: 'CRC32' });
    const pieces = [
      bytes.subarray(0, PART_BYTES),
      bytes.subarray(PART_BYTES, 2 * PART_BYTES),
      bytes.subarray(2 * PART_BYTES),
    ];
    await upload(UploadId, 2, randomBytes(10));
    const parts = await Promise.all(
      pieces.map(async (piece, n) => ({ PartNumber: n + 1, ...(await upload(UploadId, n + 1, piece)) })),
    );
    const listed = await client.send(new ListPartsCommand({ Bucket, Key: 'big', UploadId }));
    expect(listed.Parts?.map(({ PartNumber, Size }) => [PartNumber, Size])).toEqual(
      pieces.map((piece, n) => [n + 1, piece.length]),
    );
    const done = await complete(
      UploadId,
      parts.map(({ PartNumber, ETag, ChecksumCRC32 }) => ({ PartNumber, ETag, ChecksumCRC32 })),
    );
    const digest = createHash('md5');
    for (const piece of pieces) digest.update(createHash('md5').update(piece).digest());
    expect(done.ETag).toBe(`"${digest.digest('hex')}-3"`);
    expect(done.ChecksumCRC32).toMatch(/-3$/);
    const { output, bytes: stored } = await read('big');
    expect(stored.equals(bytes)).toBe(true);
    expect(output).toMatchObject({ ContentType: 'x/big', Metadata: { k: 'v' } });
    const across = await read('big', { Range: `bytes=${PART_BYTES - 3}-${PART_BYTES + 2}` });
    expect(across.bytes.equals(bytes.subarray(PART_BYTES - 3, PART_BYTES + 3))).toBe(true);
    const second = await read('big', { PartNumber: 3 });
    expect(second.bytes.equals(pieces[2]!)).toBe(true);
    expect(second.output.PartsCount).toBe(3);
    await expect(client.send(new ListPartsCommand({ Bucket, Key: 'big', UploadId }))).rejects.toMatchObject({
      name: 'NoSuchUpload',
    });
  });

  it('copy parts from other objects', async () => {
    const bytes = randomBytes(PART_BYTES + 1000);
    await put('source', bytes);
    const UploadId = await begin();
    const copy = async (PartNumber: number, CopySourceRange: string) => {
      const { CopyPartResult } = await client.send(
        new UploadPartCopyCommand({
          Bucket,
          Key: 'big',
          UploadId,
          PartNumber,
          CopySource: `${Bucket}/source`,
          CopySourceRange,
        }),
      );
      return { PartNumber, ETag: CopyPartResult?.ETag };
    };
    await complete(UploadId, [
      await copy(1, `bytes=0-${PART_BYTES - 1}`),
      await copy(2, `bytes=${PART_BYTES}-${PART_BYTES + 999}`),
    ]);
    expect((await read('big')).bytes.equals(bytes)).toBe(true);
  });

  it('are refused when parts are missing, small or out of order', async () => {
    const UploadId = await begin();
    const one = await upload(UploadId, 1, Buffer.from('small'));
    const two = await upload(UploadId, 2, Buffer.from('last'));
    const parts = [
      { PartNumber: 1, ETag: one.ETag },
      { PartNumber: 2, ETag: two.ETag },
    ];
    await expect(complete(UploadId, parts)).rejects.toMatchObject({ name: 'EntityTooSmall' });
    await expect(complete(UploadId, [...parts].reverse())).rejects.toMatchObject({ name: 'InvalidPartOrder' });
    await expect(complete(UploadId, [{ PartNumber: 1, ETag: '"00"' }])).rejects.toMatchObject({ name: 'InvalidPart' });
    await expect(complete(UploadId, [{ PartNumber: 3, ETag: one.ETag }])).rejects.toMatchObject({
      name: 'InvalidPart',
    });
    await expect(read('big')).rejects.toMatchObject({ name: 'NoSuchKey' });
    expect((await client.send(new ListMultipartUploadsCommand({ Bucket }))).Uploads).toMatchObject([
      { Key: 'big', UploadId },
    ]);
    await client.send(new AbortMultipartUploadCommand({ Bucket, Key: 'big', UploadId }));
    await expect(upload(UploadId, 1, Buffer.from('x'))).rejects.toMatchObject({ name: 'NoSuchUpload' });
  });

  it('complete once when two race', async () => {
    const UploadId = await begin();
    const { ETag } = await upload(UploadId, 1, Buffer.from('only'));
    const outcomes = await Promise.allSettled([1, 2].map(() => complete(UploadId, [{ PartNumber: 1, ETag }])));
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect((await read('big')).bytes.toString()).toBe('only');
  });
});

describe('versions', () => {
  const version = () =>
    client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));

  it('stay readable when they are replaced or deleted', async () => {
    await put('o', 'before');
    await version();
    expect(await client.send(new GetBucketVersioningCommand({ Bucket }))).toMatchObject({ Status: 'Enabled' });
    const one = await put('o', 'one');
    const two = await put('o', 'two');
    const deleted = await client.send(new DeleteObjectCommand({ Bucket, Key: 'o' }));
    expect(deleted.DeleteMarker).toBe(true);
    await expect(read('o')).rejects.toMatchObject({ name: 'NoSuchKey' });
    expect((await read('o', { VersionId: one.VersionId })).bytes.toString()).toBe('one');
    expect((await read('o', { VersionId: 'null' })).bytes.toString()).toBe('before');
    const listed = await client.send(new ListObjectVersionsCommand({ Bucket }));
    expect(listed.DeleteMarkers).toMatchObject([{ Key: 'o', VersionId: deleted.VersionId, IsLatest: true }]);
    expect(listed.Versions?.map(({ VersionId, IsLatest }) => [VersionId, IsLatest])).toEqual([
      [two.VersionId, false],
      [one.VersionId, false],
      ['null', false],
    ]);
    await client.send(new DeleteObjectCommand({ Bucket, Key: 'o', VersionId: deleted.VersionId }));
    expect((await read('o')).bytes.toString()).toBe('two');
    await client.send(new DeleteObjectCommand({ Bucket, Key: 'o', VersionId: two.VersionId }));
    expect((await read('o')).bytes.toString()).toBe('one');
    await expect(read('o', { VersionId: deleted.VersionId })).rejects.toMatchObject({ name: 'NoSuchVersion' });
  });

  it('are deleted in one request, each with its own outcome', async () => {
    await put('a', '1');
    await put('b', '2');
    const output = await client.send(
      new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: 'a' }, { Key: 'b' }, { Key: 'missing' }] } }),
    );
    expect(output.Deleted?.map(({ Key }) => Key)).toEqual(['a', 'b', 'missing']);
    expect((await client.send(new ListObjectsV2Command({ Bucket }))).KeyCount).toBe(0);
  });
});

describe('a bucket', () => {
  it('is found and told', async () => {
    await client.send(new HeadBucketCommand({ Bucket }));
    await expect(client.send(new HeadBucketCommand({ Bucket: 'missing-bucket' }))).rejects.toMatchObject({
      name: 'NotFound',
    });
    expect((await client.send(new ListBucketsCommand({}))).Buckets).toMatchObject([{ Name: Bucket }]);
    expect(await client.send(new GetBucketLocationCommand({ Bucket }))).toMatchObject({ LocationConstraint: REGION });
    await expect(
      client.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: REGION } })),
    ).rejects.toMatchObject({ name: 'BucketAlreadyOwnedByYou' });
  });

  it('encrypts as it is told and says so', async () => {
    const KMSMasterKeyID = `arn:aws:kms:${REGION}:111122223333:key/1`;
    await client.send(
      new PutBucketEncryptionCommand({
        Bucket,
        ServerSideEncryptionConfiguration: {
          Rules: [
            { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID }, BucketKeyEnabled: true },
          ],
        },
      }),
    );
    expect(await put('o', 'x')).toMatchObject({
      ServerSideEncryption: 'aws:kms',
      SSEKMSKeyId: KMSMasterKeyID,
      BucketKeyEnabled: true,
    });
    expect((await read('o')).output).toMatchObject({ ServerSideEncryption: 'aws:kms', SSEKMSKeyId: KMSMasterKeyID });
    expect(await client.send(new GetBucketEncryptionCommand({ Bucket }))).toMatchObject({
      ServerSideEncryptionConfiguration: { Rules: [{ ApplyServerSideEncryptionByDefault: { KMSMasterKeyID } }] },
    });
  });

  it('keeps its lifecycle rules and policy', async () => {
    const Rules = [{ ID: 'r', Status: 'Enabled' as const, Filter: { Prefix: 'tmp/' }, Expiration: { Days: 3 } }];
    await client.send(new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules } }));
    expect((await client.send(new GetBucketLifecycleConfigurationCommand({ Bucket }))).Rules).toEqual(Rules);
    await expect(client.send(new PutBucketPolicyCommand({ Bucket, Policy: 'no json' }))).rejects.toMatchObject({
      name: 'MalformedPolicy',
    });
  });

  it('refuses to delete what a compliance lock retains', async () => {
    await client.send(
      new CreateBucketCommand({
        Bucket: 'locked-bucket',
        ObjectLockEnabledForBucket: true,
        CreateBucketConfiguration: { LocationConstraint: REGION },
      }),
    );
    const locked = { Bucket: 'locked-bucket', Key: 'o' };
    const { VersionId } = await client.send(
      new PutObjectCommand({
        ...locked,
        Body: 'x',
        ObjectLockMode: 'COMPLIANCE',
        ObjectLockRetainUntilDate: new Date(Date.now() + 3_600_000),
      }),
    );
    await expect(client.send(new DeleteObjectCommand({ ...locked, VersionId }))).rejects.toMatchObject({
      name: 'AccessDenied',
      message: 'Access Denied because object protected by object lock.',
    });
    await expect(
      client.send(
        new PutObjectRetentionCommand({
          ...locked,
          VersionId,
          Retention: { Mode: 'COMPLIANCE', RetainUntilDate: new Date(Date.now() + 60_000) },
        }),
      ),
    ).rejects.toMatchObject({ name: 'AccessDenied' });
    expect((await client.send(new GetObjectRetentionCommand({ ...locked, VersionId }))).Retention?.Mode).toBe(
      'COMPLIANCE',
    );
    expect((await client.send(new DeleteObjectCommand(locked))).DeleteMarker).toBe(true);
  });
});
