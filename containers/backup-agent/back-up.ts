// `back-up`: dumps the database into the bucket, streamed, and writes the manifest when everything else is proven to be there.
import { createHash } from 'node:crypto';
import { PassThrough, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createZstdCompress, constants as zlib } from 'node:zlib';
import type { S3Client } from '@aws-sdk/client-s3';
import { dumpName, type Manifest, manifestName, manifestSchema } from '../../contracts/backup-manifest.ts';
import { describeDatabase } from './database/describe-database.ts';
import { openSnapshot } from './database/open-snapshot.ts';
import { type BlockPipe, openBlockPipe } from './postgres/block-pipe.ts';
import { type Program, readProgramVersion, startProgram } from './postgres/program.ts';
import type { AgentSettings } from './settings.ts';
import { findJson, putJson } from './storage/json-objects.ts';
import { sweepUploads } from './storage/sweep-uploads.ts';
import { uploadStream } from './storage/upload-stream.ts';

/** The begin of every archive of pg_dump in the custom format. */
const customMagic = 'PGDMP';
/** What is compressed at a time. */
const blockBytes = 1024 * 1024;
/** As zstd's own default. */
const compressionLevel = 3;

/** Idempotent: a second attempt finds the manifest of the first. Returns what was stored. */
export async function backUp(s3: S3Client, settings: AgentSettings, signal: AbortSignal): Promise<Manifest> {
  const { bucket, prefix, retention } = settings;
  const startedAt = new Date();
  const manifestPlace = { bucket, key: `${prefix}${manifestName}` };
  const finished = await findJson(s3, manifestPlace, manifestSchema);
  if (finished !== undefined) return finished;
  await sweepUploads(s3, settings);

  const snapshot = await openSnapshot();
  try {
    const { rows } = await snapshot.client.query<{ bytes: string }>(
      'SELECT pg_database_size(current_database()) AS bytes',
    );
    const key = `${prefix}${dumpName}`;
    const dump = await startDump(settings, snapshot.id);
    const version = readProgramVersion('pg_dump', { binaries: settings.binaries });
    // Whoever cannot be asked for it cannot dump either, which is waited for first.
    version.catch(() => undefined);
    const target = { bucket, key, retention, expectedBytes: Number(rows[0]?.bytes) };
    const storing = storeDump(s3, target, dump, settings, signal);
    const [object, facts] = await Promise.all([
      storing,
      describeDatabase(snapshot.client, settings).catch(async (error: unknown) => {
        // The database is gone for the counts: then it is for the dump too, whose upload is taken back before anything is said.
        dump.kill();
        await Promise.allSettled([storing]);
        throw error;
      }),
    ]);
    const manifest: Manifest = {
      formatVersion: 1,
      backupId: settings.backupId,
      environment: settings.environment,
      database: settings.database,
      ...facts,
      tool: await version,
      dumpFormat: settings.dumpFormat,
      compression: 'zstd',
      lsn: snapshot.lsn,
      snapshotAt: snapshot.takenAt,
      startedAt: startedAt.toISOString(),
      finishedAt: new Date().toISOString(),
      dumpBytes: object.dumpBytes,
      object: { key, bytes: object.bytes, sha256: object.sha256, checksum: object.checksum },
    };
    signal.throwIfAborted();
    await putJson(s3, manifestPlace, manifest, { onlyIfAbsent: true, retention });
    return manifest;
  } finally {
    await snapshot.close();
  }
}

interface Dump extends Pick<Program, 'done' | 'kill'> {
  readonly pipe: BlockPipe;
}

async function startDump(settings: AgentSettings, snapshotId: string): Promise<Dump> {
  const pipe = await openBlockPipe(blockBytes);
  const program = startProgram(
    'pg_dump',
    [
      `--format=${settings.dumpFormat}`,
      // A restore makes its own owners; in the custom format pg_restore leaves them out. Compressed by us: in the archive it would be
      // deflate, slower and larger.
      ...(settings.dumpFormat === 'custom' ? ['--compress=0'] : ['--no-owner', '--no-acl']),
      `--snapshot=${snapshotId}`,
    ],
    { binaries: settings.binaries, inlet: pipe.inlet },
  );
  program.input.end();
  return { done: program.done, kill: program.kill, pipe };
}

interface StoredDump {
  readonly bytes: number;
  readonly dumpBytes: number;
  readonly sha256: string;
  readonly checksum: string;
}

/** pg_dump → zstd → SHA-256 → S3, with no more in memory than what is on its way. */
async function storeDump(
  s3: S3Client,
  target: Parameters<typeof uploadStream>[1],
  dump: Dump,
  { dumpFormat }: AgentSettings,
  signal: AbortSignal,
): Promise<StoredDump> {
  const hash = createHash('sha256');
  let bytes = 0;
  let dumpBytes = 0;
  let start = Buffer.alloc(0);
  /** A block at a time: each is on its way to the compressor's thread until it has taken all of it. */
  const compress = async (): Promise<void> => {
    for await (const block of dump.pipe.blocks()) {
      if (start.length < customMagic.length)
        start = Buffer.concat([start, block.subarray(0, customMagic.length - start.length)]);
      dumpBytes += block.length;
      await new Promise<void>((resolve, reject) =>
        compressed.write(block, (error) => (error ? reject(error) : resolve())),
      );
    }
    compressed.end();
  };
  const hashed = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      bytes += chunk.length;
      done(null, chunk);
    },
    // The end of the stream is the end of the object: it is let through only when pg_dump has ended well and said something.
    flush(done) {
      dump.done.then(() => checkDump(dumpBytes, start.toString('latin1'), dumpFormat)).then(() => done(), done);
    },
  });
  const compressed = createZstdCompress({
    chunkSize: blockBytes,
    params: { [zlib.ZSTD_c_compressionLevel]: compressionLevel, [zlib.ZSTD_c_checksumFlag]: 1 },
  });
  const body = new PassThrough({ highWaterMark: 1024 * 1024 });
  const stop = new AbortController();
  const abort = (): void => stop.abort(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  try {
    const failures: unknown[] = [];
    // Both are waited for: an upload that is being taken back is still open.
    const [uploaded] = await Promise.allSettled([
      uploadStream(s3, target, body, stop.signal).catch((error: unknown) => {
        failures.push(error);
        stop.abort(error);
        throw error;
      }),
      Promise.all([compress(), pipeline(compressed, hashed, body, { signal: stop.signal })]).catch((error: unknown) => {
        failures.push(error);
        // Destroying the body makes the upload fail, which aborts it at S3.
        body.destroy(error as Error);
        throw error;
      }),
    ]);
    if (failures.length > 0 || uploaded.status === 'rejected') throw failures[0];
    const stored = uploaded.value;
    if (stored.bytes !== bytes)
      throw new Error(`S3 has ${stored.bytes} bytes of ${target.key}, ${bytes} were sent: the backup does not count`);
    return { bytes, dumpBytes, sha256: hash.digest('hex'), checksum: stored.checksum };
  } finally {
    signal.removeEventListener('abort', abort);
    dump.kill();
    dump.pipe.close();
  }
}

/** A dump of nothing with exit code 0 is no backup. */
function checkDump(bytes: number, start: string, format: 'custom' | 'plain'): void {
  if (bytes === 0) throw new Error('pg_dump wrote nothing although it ended well');
  if (format === 'custom' && !start.startsWith(customMagic))
    throw new Error(`pg_dump wrote no archive: it begins with ${JSON.stringify(start)}`);
}
