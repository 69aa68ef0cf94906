// A backup and a restore by the agent's bundle against the bare pipe to a file: bytes per second and peak memory.
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleAgent } from '../../containers/backup-agent/bundle.mjs';
import { manifestSchema } from '../../contracts/backup-manifest.ts';
import { findPostgresPrograms, type PostgresPrograms } from '../../local/world/postgres/find-programs.ts';
import { startServer } from '../../local/world/postgres/server.ts';
import type { Benchmark } from '../benchmark.ts';
import { buildFigure, interleave, median } from '../compare.ts';
import { openContestant } from '../contestant.ts';
import { generateDatabase } from './generate-database.ts';
import { type Measured, measureProcess } from './measure-process.ts';
import { openPgBackRest } from './pgbackrest.ts';
import type { Sink } from './sink-program.ts';

const megabyte = 1_000_000;
const password = 'bench';
/** Of the database on disk; `BENCH_DATABASE_MEGABYTES` says another size. */
const [fullMegabytes, quickMegabytes] = [1_100, 100];

export const backupThroughput: Benchmark = {
  name: 'backup-throughput',
  async *run({ isQuick, progress, afterwards }) {
    const programs = findPrograms();
    if (typeof programs === 'string') {
      yield { name: 'backup', skipped: 'backup and restore', why: programs };
      return;
    }
    const directory = mkdtempSync(join(tmpdir(), 'backup-bench-'));
    chmodSync(directory, 0o755);
    afterwards(() => rmSync(directory, { recursive: true, force: true }));
    const server = await startServer({ directory: join(directory, 'server'), user: 'postgres', password });
    afterwards(() => server.kill());
    const wanted = Number(process.env.BENCH_DATABASE_MEGABYTES ?? (isQuick ? quickMegabytes : fullMegabytes));
    progress(`a database of ${wanted} MB`);
    const size = await generateDatabase(server, { password, bytes: wanted * megabyte });
    const bundle = join(directory, 'agent.mjs');
    bundleAgent(bundle);
    const settings = { folder: join(directory, 'sink') };
    const sink = await openContestant<{ forget: boolean }, Sink & { manifest?: string }>(
      new URL('sink-program.ts', import.meta.url),
      { settings },
    );
    afterwards(() => sink.close());
    const { url } = await sink.round({ forget: true });
    const connection = {
      ...{ PGHOST: '127.0.0.1', PGPORT: String(server.port), PGUSER: 'postgres', PGPASSWORD: password },
      PGDATABASE: 'postgres',
    };
    const agent = async (command: string): Promise<Measured> =>
      await measureProcess(process.execPath, [bundle, command], {
        ...connection,
        ...agentVariables,
        AWS_ENDPOINT_URL: url,
        AGENT_POSTGRES_BINARIES: programs.client,
      });
    const file = join(directory, 'peer.zst');
    const pipe = async (text: string): Promise<Measured> =>
      await measureProcess('bash', ['-o', 'pipefail', '-c', text], connection);

    const physical = await openPgBackRest(server, join(directory, 'pgbackrest'), connection);
    const dumps = await interleave<string, Measured>(isQuick ? 1 : 3, {
      async ours() {
        progress('a backup by the agent');
        await sink.round({ forget: true });
        return await agent('back-up');
      },
      async peer() {
        progress('pg_dump | zstd > file');
        return await pipe(`${programs.client}/pg_dump --format=custom --compress=0 | zstd -q -3 -f -o ${file}`);
      },
      ...(physical && {
        async physical() {
          progress('a backup by pgBackRest');
          return await physical.backUp();
        },
      }),
    });
    const { manifest = '' } = await sink.round({ forget: false });
    const { dumpBytes, object } = manifestSchema.parse(JSON.parse(manifest));
    const rate = (runs: readonly Measured[] = [], bytes = dumpBytes): number =>
      median(runs.map(({ seconds }) => bytes / seconds / megabyte));
    /** It copies files where we dump rows: what both have in common is the database on disk. */
    const comparePhysical = (name: string, ours: readonly Measured[] = [], peer: readonly Measured[] = []) =>
      buildFigure({
        ...{ name, value: rate(ours, size), unit: 'MB/s', peer: 'pgBackRest', peerValue: rate(peer, size) },
        ...{ aim: 'none', isMet: () => true },
        note: `${Math.round(size / megabyte)} MB on disk: a physical copy by one process, compressed by zstd`,
      });
    const missing = { name: 'backup of files', skipped: 'pgBackRest', why: 'it is not installed' };
    const note = `${Math.round(size / megabyte)} MB on disk, ${Math.round(dumpBytes / megabyte)} MB dumped, ${Math.round(object.bytes / megabyte)} MB stored`;
    yield buildFigure({
      ...{ name: 'backup', value: rate(dumps.ours), unit: 'MB/s' },
      ...{ peer: 'pg_dump | zstd > file', peerValue: rate(dumps.peer), note },
      aim: '≥ 0.9 ×',
      isMet: (ratio) => ratio >= 0.9,
    });
    yield peakOf('backup peak memory', dumps.ours);
    yield physical === undefined ? missing : comparePhysical('backup of files', dumps.ours, dumps.physical);

    const restores = await interleave<string, Measured>(1, {
      async ours() {
        progress('a restore by the agent, beside and compared');
        return await agent('restore');
      },
      async peer() {
        progress('zstd | pg_restore');
        const create = `${programs.client}/psql -q -c 'CREATE DATABASE peer'`;
        return await pipe(`${create} && zstd -q -dc ${file} | ${programs.client}/pg_restore --no-owner --dbname=peer`);
      },
      ...(physical && {
        async physical() {
          progress('a restore by pgBackRest');
          return await physical.restore();
        },
      }),
    });
    yield buildFigure({
      ...{ name: 'restore', value: rate(restores.ours), unit: 'MB/s' },
      ...{
        peer: 'zstd | pg_restore',
        peerValue: rate(restores.peer),
        note: 'ours hashes what it reads and counts every table afterwards',
      },
      aim: 'none',
      isMet: () => true,
    });
    yield peakOf('restore peak memory', restores.ours);
    if (physical) yield comparePhysical('restore of files', restores.ours, restores.physical);
  },
};

const agentVariables = {
  ...{ AGENT_JOB: 'bench', AGENT_ENVIRONMENT: 'bench', AGENT_DATABASE: 'bench', AGENT_BUCKET: 'bench' },
  ...{ AGENT_BACKUP_ID: 'bench', AGENT_PREFIX: 'database/20261124_020000/bench/', AGENT_TIER: 'daily' },
  ...{ AGENT_KEEP_UNTIL: '2036-01-01T00:00:00Z', AGENT_DATABASE_BESIDE: 'bench_beside' },
  ...{ AWS_REGION: 'eu-central-1', AWS_ACCESS_KEY_ID: 'bench', AWS_SECRET_ACCESS_KEY: 'bench' },
};

function peakOf(name: string, runs: readonly Measured[] = []) {
  const peaks = runs.flatMap(({ peakBytes }) => peakBytes ?? []);
  if (peaks.length === 0) return { name, skipped: 'peak memory', why: 'this system does not tell it in /proc' };
  return buildFigure({
    ...{ name, value: Math.max(...peaks) / megabyte, unit: 'MB' },
    aim: '< 200 MB whatever the size',
    isMet: () => Math.max(...peaks) < 200 * megabyte,
    note: 'the agent alone, without pg_dump or pg_restore',
  });
}

/** Or why there is nothing to measure. */
function findPrograms(): PostgresPrograms | string {
  if (spawnSync('zstd', ['--version']).error) return 'zstd is not installed';
  try {
    const programs = findPostgresPrograms();
    return programs.dumpFormat === 'custom' ? programs : 'no PostgreSQL with its own pg_dump is installed';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
