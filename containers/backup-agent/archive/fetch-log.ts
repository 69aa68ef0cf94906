// Fetches the log that a recovery reads: from where the base backup began to the first segment with a transaction after the time.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { S3Client } from '@aws-sdk/client-s3';
import type { BaseBackup } from '../../../core/point-in-time/read-backup-info.ts';
import { findLastCommit } from '../../../core/point-in-time/read-commits.ts';
import { findRuns, historyNameOf, positionOf, segmentNameOf } from '../../../core/point-in-time/segments.ts';
import { type ArchivePlace, listKeys, openObject } from './archive-objects.ts';

/**
 * Returns how many segments there are. @throws Error before any server is started when the log has a gap or ends before the
 * time: PostgreSQL would say so only after it had read everything.
 */
export async function fetchLog(
  s3: S3Client,
  { bucket, archive }: ArchivePlace,
  { base, at, folder }: { readonly base: BaseBackup; readonly at: string; readonly folder: string },
  signal: AbortSignal,
): Promise<number> {
  mkdirSync(folder);
  const keys = await listKeys(s3, bucket, `${archive}wals/`);
  const fetch = async (key: string, name: string): Promise<Buffer> => {
    const { source, decompress } = await openObject(s3, bucket, key, signal);
    const chunks: Buffer[] = [];
    await pipeline(source, decompress, async (bytes) => {
      for await (const chunk of bytes) chunks.push(chunk as Buffer);
    });
    const content = Buffer.concat(chunks);
    writeFileSync(join(folder, name), content);
    return content;
  };
  for (const key of keys) {
    const name = historyNameOf(key);
    if (name !== undefined) await fetch(key, name);
  }
  const { beginSegment, endSegment, segmentBytes } = base;
  const segments = keys.flatMap((key) => {
    const name = segmentNameOf(key);
    return name === undefined ? [] : [{ name, key, archivedAt: '' }];
  });
  const begin = positionOf(beginSegment, segmentBytes);
  const run = findRuns(segments, segmentBytes).find((one) => one.some(({ name }) => name === beginSegment)) ?? [];
  let fetched = 0;
  let last = '';
  for (const { key, name } of run.filter((segment) => positionOf(segment.name, segmentBytes) >= begin)) {
    const commit = findLastCommit(await fetch(key, name));
    fetched += 1;
    last = name;
    const isConsistent = positionOf(name, segmentBytes) >= positionOf(endSegment, segmentBytes);
    // Both timelines of a segment are fetched: which one is read is decided by the history.
    if (isConsistent && commit !== undefined && commit > Date.parse(at) * 1000) return fetched;
  }
  if (last === '') throw new Error(`the archive misses ${beginSegment}, with which base backup ${base.id} begins`);
  throw new Error(
    `the archive has no transaction after ${at} that follows ${beginSegment} without a gap: it ends at ${last}`,
  );
}
