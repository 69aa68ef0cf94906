// A physical backup of a running server, as Barman Cloud stores one: the data folder, the label, and what it says of itself.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { constants, createGzip } from 'node:zlib';
import type { Client } from 'pg';
import type { ArchiveStore } from './archive-store.ts';

interface Begin {
  readonly lsn: string;
  readonly segment: string;
  readonly time: string;
}

/** Left out of the copy: what a server makes anew, and the log, which the archive has. */
const leftOut = [
  'pg_wal/*',
  'pg_replslot/*',
  'pg_dynshmem/*',
  'pg_notify/*',
  'pg_stat_tmp/*',
  'pgsql_tmp*',
  'postmaster.*',
];

/** Returns its id. The session of `client` must last as long: the server ends a backup with it. */
export async function takeBaseBackup(client: Client, dataDirectory: string, store: ArchiveStore): Promise<string> {
  const begin = await readPosition(client, `pg_backup_start(label => 'base', fast => true)`);
  const id = begin.time.replace(/\..*$/, '').replaceAll(/[-:]/g, '').replace(' ', 'T');
  await store.put(`base/${id}/backup.info`, describe(begin, undefined));
  await storeFolder(store, `base/${id}/data.tar.gz`, dataDirectory, leftOut);
  const { rows } = await client.query<{ lsn: string; segment: string; label: string; time: string }>(
    `SELECT lsn::text, pg_walfile_name(lsn) AS segment, labelfile AS label, ${clock} AS time
       FROM pg_backup_stop(wait_for_archive => false)`,
  );
  const [end] = rows;
  if (end === undefined) throw new Error('the server did not end the backup');
  const folder = await mkdtemp(join(tmpdir(), 'base-backup-'));
  try {
    await writeFile(join(folder, 'backup_label'), end.label, { mode: 0o644 });
    await storeFolder(store, `base/${id}/data_0001.tar.gz`, folder, []);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  await store.put(`base/${id}/backup.info`, describe(begin, end));
  return id;
}

const clock = `to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') || '+00:00'`;

async function readPosition(client: Client, call: string): Promise<Begin> {
  const { rows } = await client.query<Begin>(
    `SELECT lsn::text, pg_walfile_name(lsn) AS segment, ${clock} AS time FROM ${call} AS lsn`,
  );
  const [position] = rows;
  if (position === undefined) throw new Error('the server did not begin the backup');
  return position;
}

function describe(begin: Begin, end: Begin | undefined): Buffer {
  const values = {
    backup_label: 'None',
    begin_time: begin.time,
    begin_wal: begin.segment,
    begin_xlog: begin.lsn,
    compression: 'gzip',
    end_time: end?.time ?? 'None',
    end_wal: end?.segment ?? 'None',
    end_xlog: end?.lsn ?? 'None',
    error: 'None',
    mode: 'concurrent',
    server_name: 'cloud',
    status: end === undefined ? 'STARTED' : 'DONE',
    tablespaces: 'None',
    timeline: String(Number.parseInt(begin.segment.slice(0, 8), 16)),
    xlog_segment_size: '16777216',
  };
  return Buffer.from(
    `${Object.entries(values)
      .map(([name, value]) => `${name}=${value}`)
      .join('\n')}\n`,
  );
}

async function storeFolder(
  store: ArchiveStore,
  key: string,
  folder: string,
  without: readonly string[],
): Promise<void> {
  const excludes = without.map((pattern) => `--exclude=./${pattern}`);
  const tar = spawn('tar', ['-c', ...excludes, '-C', folder, '.'], { stdio: ['ignore', 'pipe', 'pipe'] });
  let words = '';
  tar.stderr.on('data', (chunk: Buffer) => {
    words += chunk.toString();
  });
  const ended = once(tar, 'close') as Promise<[number | null]>;
  const compressed = createGzip({ level: constants.Z_BEST_SPEED });
  tar.stdout.pipe(compressed);
  await Promise.all([store.putStream(key, compressed), finished(tar.stdout)]);
  const [code] = await ended;
  // 1: a file changed while it was read, which is what the log is for.
  if (code !== 0 && code !== 1) throw new Error(`tar ended with code ${code}: ${words.slice(-500)}`);
}

/** Whether this machine can make one. */
export async function canTakeBaseBackups(): Promise<boolean> {
  return await new Promise((resolve) => execFile('tar', ['--version'], (error) => resolve(error === null)));
}
