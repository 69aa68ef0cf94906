// Reads what lies in the archive of a database: base backups, segments of its log, and when the last transaction in it ended.
import { promisify } from 'node:util';
import { gunzip, zstdDecompress } from 'node:zlib';
import {
  GetObjectCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
  type S3Client,
} from '@aws-sdk/client-s3';
import { archivePrefixOf } from '../../contracts/point-in-time.ts';
import type { Archive } from '../../core/point-in-time/plan-recovery.ts';
import { type BaseBackup, readBackupInfo } from '../../core/point-in-time/read-backup-info.ts';
import { findLastCommit } from '../../core/point-in-time/read-commits.ts';
import { describeWindow, findRecoverableRuns } from '../../core/point-in-time/recoverable-window.ts';
import { type Segment, type SegmentRun, segmentNameOf } from '../../core/point-in-time/segments.ts';

const decompress = { gz: promisify(gunzip), zst: promisify(zstdDecompress) };
/** A server that writes nothing but checkpoints for so many segments has no transaction worth looking for. */
const segmentsLookedThrough = 32;

/** @throws the SDK's errors; an archive that was never begun is an empty one. */
export async function readArchive(
  client: S3Client,
  { bucket, server, now }: { readonly bucket: string; readonly server: string; readonly now: string },
): Promise<Archive> {
  const prefix = archivePrefixOf(server);
  const baseBackups = await listBaseBackups(client, bucket, prefix);
  const segments = await listSegments(client, bucket, prefix, baseBackups);
  const contents = { baseBackups, segments };
  const runs = await findRecoverableRuns(contents, (run) => readLastCommit(client, bucket, run));
  return { prefix, runs, window: describeWindow(server, contents, runs, now) };
}

/** When the last segment arrived that a base backup leads to without a gap; reads no segment. */
export async function findArchiveReach(client: S3Client, bucket: string, server: string): Promise<string | undefined> {
  const prefix = archivePrefixOf(server);
  const baseBackups = await listBaseBackups(client, bucket, prefix);
  if (baseBackups.length === 0) return undefined;
  const segments = await listSegments(client, bucket, prefix, baseBackups);
  const runs = await findRecoverableRuns({ baseBackups, segments }, async () => undefined);
  return runs.at(-1)?.segments.at(-1)?.archivedAt;
}

/** Oldest first, as their ids are times. */
async function listBaseBackups(client: S3Client, bucket: string, prefix: string): Promise<BaseBackup[]> {
  const found: BaseBackup[] = [];
  for await (const { CommonPrefixes = [] } of list(client, bucket, `${prefix}base/`, { Delimiter: '/' })) {
    for (const { Prefix = '' } of CommonPrefixes) {
      const id = Prefix.slice(`${prefix}base/`.length, -1);
      const text = await read(client, bucket, `${Prefix}backup.info`).catch((error: unknown) => {
        // Its copy has only begun.
        if (error instanceof Error && error.name === 'NoSuchKey') return undefined;
        throw error;
      });
      const backup = text === undefined ? undefined : readBackupInfo(id, text.toString());
      if (backup !== undefined) found.push(backup);
    }
  }
  return found;
}

/** What is older than the oldest base backup is of no use any more. */
async function listSegments(
  client: S3Client,
  bucket: string,
  prefix: string,
  baseBackups: readonly BaseBackup[],
): Promise<Segment[]> {
  const oldest = baseBackups
    .map(({ beginSegment }) => beginSegment)
    .filter(Boolean)
    .sort()[0];
  const from =
    oldest === undefined ? {} : { StartAfter: `${prefix}wals/${oldest.slice(0, 16)}/${oldest.slice(0, -1)}` };
  const found: Segment[] = [];
  for await (const { Contents = [] } of list(client, bucket, `${prefix}wals/`, from)) {
    for (const { Key = '', LastModified } of Contents) {
      const name = segmentNameOf(Key);
      if (name !== undefined && LastModified !== undefined)
        found.push({ name, key: Key, archivedAt: LastModified.toISOString() });
    }
  }
  return found;
}

async function readLastCommit(client: S3Client, bucket: string, run: SegmentRun): Promise<number | undefined> {
  for (const { key } of run.slice(-segmentsLookedThrough).reverse()) {
    const bytes = await read(client, bucket, key);
    const extension = /\.(gz|zst)$/.exec(key)?.[1] as keyof typeof decompress | undefined;
    const found = findLastCommit(extension === undefined ? bytes : await decompress[extension](bytes));
    if (found !== undefined) return found;
  }
  return undefined;
}

async function* list(
  client: S3Client,
  bucket: string,
  prefix: string,
  further: { readonly Delimiter?: string; readonly StartAfter?: string },
): AsyncGenerator<ListObjectsV2CommandOutput> {
  let token: string | undefined;
  do {
    const page = await client.send(
      new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ContinuationToken: token, ...further }),
    );
    yield page;
    token = page.NextContinuationToken;
  } while (token !== undefined);
}

async function read(client: S3Client, bucket: string, key: string): Promise<Buffer> {
  const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  return Buffer.from((await Body?.transformToByteArray()) ?? []);
}
