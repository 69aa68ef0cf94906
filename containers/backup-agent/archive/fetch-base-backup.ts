// Unpacks a base backup into the folder of a server that is not running yet.
import { chmodSync, chownSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { S3Client } from '@aws-sdk/client-s3';
import { type BaseBackup, readBackupInfo } from '../../../core/point-in-time/read-backup-info.ts';
import { startProgram } from '../postgres/program.ts';
import { type ArchivePlace, listKeys, openObject } from './archive-objects.ts';

/** @throws Error when it is not there or was never finished. */
export async function getBaseBackup(
  s3: S3Client,
  { bucket, archive }: ArchivePlace,
  id: string,
  signal: AbortSignal,
): Promise<BaseBackup> {
  const { source } = await openObject(s3, bucket, `${archive}base/${id}/backup.info`, signal);
  const chunks: Buffer[] = [];
  for await (const chunk of source) chunks.push(chunk as Buffer);
  const backup = readBackupInfo(id, Buffer.concat(chunks).toString());
  if (backup?.isDone !== true) throw new Error(`base backup ${id} is not whole: ${backup?.error ?? 'it never ended'}`);
  return backup;
}

/** What the server of the original was told of itself is left behind: it names files and programs of another machine. */
export async function fetchBaseBackup(
  s3: S3Client,
  { bucket, archive }: ArchivePlace,
  id: string,
  { data, userId }: { readonly data: string; readonly userId: number | undefined },
  signal: AbortSignal,
): Promise<void> {
  const keys = await listKeys(s3, bucket, `${archive}base/${id}/`);
  const names = keys.map((key) => key.slice(key.lastIndexOf('/') + 1));
  if (names.some((name) => /^\d+\.tar/.test(name)))
    throw new Error(`base backup ${id} has tablespaces of its own, which are not recovered here`);
  const parts = keys.filter((key) => /\/data(_\d+)?\.tar(\.\w+)?$/.test(key)).sort();
  if (parts.length === 0) throw new Error(`base backup ${id} has no data: ${names.join(', ') || 'nothing'} is there`);
  mkdirSync(data);
  if (userId !== undefined) chownSync(data, userId, userId);
  for (const key of parts) {
    const { source, decompress } = await openObject(s3, bucket, key, signal);
    const tar = startProgram('tar', ['-x', '--no-same-owner', '-C', data], { binaries: undefined, userId });
    tar.output.resume();
    const copied = pipeline(source, decompress, tar.input, { signal });
    // tar may end early, and then says why: that counts more than the broken pipe.
    await Promise.all([
      tar.done,
      copied.catch((error: unknown) => (signal.aborted ? Promise.reject(error) : tar.done)),
    ]);
  }
  chmodSync(data, 0o700);
  for (const name of ['postmaster.pid', 'postmaster.opts', 'standby.signal']) rmSync(join(data, name), { force: true });
  const files = { 'postgresql.conf': '', 'postgresql.auto.conf': '', 'pg_hba.conf': 'local all all trust\n' };
  for (const [name, text] of Object.entries({ ...files, 'pg_ident.conf': '', 'recovery.signal': '' })) {
    rmSync(join(data, name), { force: true });
    writeFileSync(join(data, name), text);
    if (userId !== undefined) chownSync(join(data, name), userId, userId);
  }
}
