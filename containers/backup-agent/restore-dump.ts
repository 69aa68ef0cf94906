// Reads a stored dump into a database, and says when its bytes are not those that were stored.
import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createZstdDecompress } from 'node:zlib';
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { Manifest } from '../../contracts/backup-manifest.ts';
import { type Program, startProgram } from './postgres/program.ts';

export interface RestoreTarget {
  readonly binaries: string | undefined;
  /** libpq's variables of the server and the (empty) database. */
  readonly variables: Readonly<Record<string, string>>;
}

/**
 * S3 → SHA-256 → zstd → pg_restore, streamed. The bytes are judged before the words of the programs that choked on them: a
 * flipped byte is said to be one. @throws Error with the reason.
 */
export async function restoreDump(
  s3: S3Client,
  bucket: string,
  manifest: Manifest,
  { binaries, variables }: RestoreTarget,
  signal: AbortSignal,
): Promise<void> {
  const { key, bytes: expectedBytes, sha256 } = manifest.object;
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }), { abortSignal: signal });
  const source = Body as Readable;
  const hash = createHash('sha256');
  let bytes = 0;
  const hashed = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      bytes += chunk.length;
      done(null, chunk);
    },
  });
  const restore = startRestore(manifest.dumpFormat, { binaries, variables });
  restore.output.resume();
  let failure: unknown;
  try {
    await pipeline(source, hashed, createZstdDecompress(), restore.input, { signal });
    await restore.done;
  } catch (error) {
    // A pipe that nobody reads any more is the program's doing, and it says why.
    failure = isBrokenPipe(error) ? await restore.done.then(() => error).catch((words: unknown) => words) : error;
    restore.kill();
    // What was not read yet decides about the bytes all the same.
    await drain(s3, bucket, key, bytes, hash).then((rest) => {
      bytes += rest;
    });
  }
  signal.throwIfAborted();
  if (bytes !== expectedBytes)
    throw new Error(`the dump is truncated: ${bytes} bytes are stored, its manifest says ${expectedBytes}`);
  if (hash.digest('hex') !== sha256)
    throw new Error('the dump was changed after it was stored: its SHA-256 is not that of its manifest');
  if (failure !== undefined) throw new Error('the dump could not be restored', { cause: failure });
}

function isBrokenPipe(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'EPIPE' || error.code === 'ECONNRESET');
}

/** Reads a dump from its input into the target. */
export function startRestore(format: Manifest['dumpFormat'], { binaries, variables }: RestoreTarget): Program {
  const options = { binaries, environment: variables };
  return format === 'custom'
    ? startProgram(
        'pg_restore',
        ['--no-owner', '--no-acl', '--exit-on-error', `--dbname=${variables.PGDATABASE}`],
        options,
      )
    : startProgram(
        'psql',
        ['--quiet', '--no-psqlrc', '--single-transaction', '--set=ON_ERROR_STOP=1', '--output=/dev/null'],
        options,
      );
}

/** Hashes what lies behind the first `from` bytes. */
async function drain(
  s3: S3Client,
  bucket: string,
  key: string,
  from: number,
  hash: ReturnType<typeof createHash>,
): Promise<number> {
  try {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key, Range: `bytes=${from}-` }));
    let bytes = 0;
    for await (const chunk of Body as Readable) {
      hash.update(chunk as Buffer);
      bytes += (chunk as Buffer).length;
    }
    return bytes;
  } catch (error) {
    // Nothing lies behind it.
    if (error instanceof Error && error.name === 'InvalidRange') return 0;
    throw error;
  }
}
