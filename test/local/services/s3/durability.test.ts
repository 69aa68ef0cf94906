import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { DeleteObjectCommand, GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { describe, expect, it } from '@jest/globals';
import { createCrc32c, createCrc64Nvme } from '../../../../local/services/s3/objects/cyclic-redundancy-checks.ts';
import { startS3 } from './s3-runtime.ts';

const Bucket = 'durable-bucket';
const WRITER = join(import.meta.dirname, 'killed-writer.mjs');
setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const countFiles = (folder: string) =>
  readdirSync(join(folder, 's3')).flatMap((shard) => readdirSync(join(folder, 's3', shard))).length;

describe('what was acknowledged', () => {
  it('is there after kill -9, whole, and nothing that is not whole', async () => {
    const folder = mkdtempSync(join(tmpdir(), 's3-kill-'));
    const writer = spawn(process.execPath, [WRITER, folder, Bucket], { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    for await (const chunk of writer.stdout) {
      output += String(chunk);
      if (output.split('\n').length > 60) writer.kill('SIGKILL');
    }
    const acknowledged = output.split('\n').slice(0, -1);
    expect(acknowledged.length).toBeGreaterThan(50);

    const { client } = await startS3({ folder });
    const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket }));
    const keys = Contents.map(({ Key }) => Key);
    expect(keys).toEqual(expect.arrayContaining(acknowledged));
    for (const Key of keys) {
      const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
      expect(await Body?.transformToString()).toBe(`${Key} `.repeat(10_000));
    }
    expect(countFiles(folder)).toBe(keys.length);
  });

  it('is there after a restart, and the files that no object names are not', async () => {
    const runtime = await startS3();
    await runtime.provide('AWS::S3::Bucket', { BucketName: Bucket });
    await runtime.client.send(new PutObjectCommand({ Bucket, Key: 'o', Body: 'body' }));
    mkdirSync(join(runtime.folder, 's3', 'ff'), { recursive: true });
    writeFileSync(join(runtime.folder, 's3', 'ff', 'left-by-a-crash'), 'half a body');
    const next = await runtime.restart();
    const { Body } = await next.client.send(new GetObjectCommand({ Bucket, Key: 'o' }));
    expect(await Body?.transformToString()).toBe('body');
    expect(countFiles(next.folder)).toBe(1);
  });
});

describe('bodies', () => {
  it('of gigabytes would fit: memory does not grow with them', async () => {
    const runtime = await startS3();
    await runtime.provide('AWS::S3::Bucket', { BucketName: Bucket });
    const chunk = randomBytes(1024 * 1024);
    // Three times the bound: what lies about uncollected stays far below it, a body held whole would not.
    const count = 192;
    const ContentLength = count * chunk.length;
    let peakBytes = 0;
    let movedBytes = 0;
    const watch = (bytes: number) => {
      movedBytes += bytes;
      // Seldom: collecting takes long in a process that has run many tests.
      if (movedBytes < 48 * 1024 * 1024) return;
      movedBytes = 0;
      collectGarbage();
      peakBytes = Math.max(peakBytes, process.memoryUsage().arrayBuffers);
    };
    const source = Readable.from(
      (function* () {
        for (let n = 0; n < count; n += 1) {
          watch(chunk.length);
          yield chunk;
        }
      })(),
      { objectMode: false, highWaterMark: 1 },
    );
    const before = process.memoryUsage().arrayBuffers;
    await runtime.client.send(new PutObjectCommand({ Bucket, Key: 'large', Body: source, ContentLength }));
    const { Body } = await runtime.client.send(new GetObjectCommand({ Bucket, Key: 'large' }));
    let read = 0;
    for await (const piece of Body as Readable) {
      watch(piece.length);
      read += piece.length;
    }
    expect(read).toBe(ContentLength);
    expect(peakBytes - before).toBeLessThan(64 * 1024 * 1024);
  }, 120_000);

  it('are read to their end while the object is deleted', async () => {
    const runtime = await startS3();
    await runtime.provide('AWS::S3::Bucket', { BucketName: Bucket });
    const bytes = randomBytes(8 * 1024 * 1024);
    await runtime.client.send(new PutObjectCommand({ Bucket, Key: 'o', Body: bytes }));
    const { Body } = await runtime.client.send(new GetObjectCommand({ Bucket, Key: 'o' }));
    await runtime.client.send(new DeleteObjectCommand({ Bucket, Key: 'o' }));
    expect(Buffer.from(await Body!.transformToByteArray()).equals(bytes)).toBe(true);
    const next = await runtime.restart();
    expect(countFiles(next.folder)).toBe(0);
  });

  it('leave no file behind when they are refused', async () => {
    const runtime = await startS3();
    await runtime.provide('AWS::S3::Bucket', { BucketName: Bucket });
    await expect(
      runtime.client.send(new PutObjectCommand({ Bucket, Key: 'o', Body: 'x', ChecksumCRC32: 'AAAAAA==' })),
    ).rejects.toMatchObject({ name: 'BadDigest' });
    expect(countFiles(runtime.folder)).toBe(0);
  });
});

describe('cyclic redundancy checks', () => {
  it.each([
    ['CRC32C', createCrc32c, 'e3069283'],
    ['CRC64NVME', createCrc64Nvme, 'ae8b14860a799888'],
  ])('%s gives the value of its catalogue entry', (_name, create, expected) => {
    const digest = create();
    digest.update(Buffer.from('12345'));
    digest.update(Buffer.from('6789'));
    expect(digest.digest().toString('hex')).toBe(expected);
  });
});
