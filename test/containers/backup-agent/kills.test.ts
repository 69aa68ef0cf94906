// Kills at every stage of a backup, its proof, a restore and its cut-over: of the agent's process, of the database and of S3. Whatever
// dies whenever, nothing bad looks good, the live database answers whole, and the next run completes.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, ListMultipartUploadsCommand, type S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { bundleAgent } from '../../../containers/backup-agent/bundle.mjs';
import { judgeDump } from '../../../core/backups/record-backup.ts';
import { createS3BackupObjects } from '../../../lambdas/adapters/s3-backup-objects.ts';
import { findPostgresPrograms } from '../../../local/world/postgres/find-programs.ts';
import { type PostgresServer, startServer } from '../../../local/world/postgres/server.ts';
import { REGION, startS3 } from '../../local/services/s3/s3-runtime.ts';
import { type Front, type Moment, openDatabaseFront, openHttpFront } from './fronts.ts';

type Victim = 'agent' | 'database' | 's3';

interface Stage {
  readonly victim: Victim;
  readonly at: 's3' | 'database';
  readonly moment: Moment;
  /** From here on what the command is for is done, although it does not know. */
  readonly isDone?: boolean;
  /** The server itself dies, and not only the way to it. */
  readonly crashes?: boolean;
}

type When = Moment['when'];
const request = (of: RegExp, when: When) => ({ at: 's3', moment: { of, when } }) as const;
const query = (of: RegExp, when: When) => ({ at: 'database', moment: { of, when } }) as const;
const agent = (at: ReturnType<typeof request | typeof query>): Stage => ({ victim: 'agent', ...at });
const database = (at: ReturnType<typeof query | typeof request>): Stage => ({ victim: 'database', ...at });
const s3 = (at: ReturnType<typeof request>): Stage => ({ victim: 's3', ...at });
const done = (stage: Stage): Stage => ({ ...stage, isDone: true });

/**
 * In the order in which they come: each run meets one of them, and finds what the one before has left. S3 at every call of a backup:
 * back-up-faults.test.ts.
 */
const stages = {
  'back-up': [
    agent(query(/pg_export_snapshot/, 'before')),
    agent(request(/^PUT dump.zst\?partNumber=1&/, 'after')),
    agent(request(/^PUT dump.zst\?partNumber=2&/, 'before')),
    agent(request(/^POST dump.zst\?uploadId/, 'after')),
    done(agent(request(/^PUT manifest.json/, 'after'))),
    database(query(/pg_export_snapshot/, 'before')),
    database(query(/(COPY|ONLY) public\.records/, 'after')),
    database(query(/count\(\*\) FROM public/, 'before')),
  ],
  verify: [
    agent(request(/^GET dump.zst/, 'within')),
    agent(request(/^PUT job-verify.json/, 'before')),
    s3(request(/^GET dump.zst/, 'within')),
  ],
  restore: [
    agent(query(/CREATE DATABASE/, 'after')),
    agent(request(/^GET dump.zst/, 'within')),
    agent(query(/COMMENT ON DATABASE/, 'before')),
    done(agent(query(/COMMENT ON DATABASE/, 'after'))),
    s3(request(/^GET dump.zst/, 'within')),
    database(query(/count\(\*\) FROM public/, 'before')),
    database(query(/COMMENT ON DATABASE/, 'before')),
  ],
  'cut-over': [
    agent(query(/RENAME TO "?\w+_replaced/, 'after')),
    agent(query(/COMMIT/, 'before')),
    done(agent(query(/COMMIT/, 'after'))),
    { ...database(query(/COMMIT/, 'before')), crashes: true },
    done(database(query(/COMMIT/, 'after'))),
  ],
  'undo-restore': [
    agent(query(/COMMIT/, 'before')),
    done(agent(query(/COMMIT/, 'after'))),
    database(query(/COMMIT/, 'before')),
    done(database(query(/DROP DATABASE/, 'before'))),
  ],
} satisfies Record<string, readonly Stage[]>;
type Command = keyof typeof stages;

const bucket = 'backups-under-test';
const access = { user: 'postgres', password: 'x' };
let directory: string;
let bundle: string;
let server: PostgresServer;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'kills-'));
  chmodSync(directory, 0o755);
  mkdirSync(join(directory, 'scratch'));
  chmodSync(join(directory, 'scratch'), 0o777);
  bundle = join(directory, 'agent.mjs');
  bundleAgent(bundle);
  server = await startServer({ directory: join(directory, 'server'), ...access });
  await ask('postgres', 'CREATE DATABASE noise');
  // Two parts, of what no compression makes smaller than one.
  await ask(
    'noise',
    createTable(55, `(SELECT string_agg(md5(random()::text || n || m), '') FROM generate_series(1, 10000) m)`),
  );
  for (const name of ['shop_agent', 'shop_around']) {
    await ask('postgres', `CREATE DATABASE ${name}`);
    await ask(name, createTable(60, 'md5(n::text)'));
  }
}, 120_000);
afterAll(async () => {
  await server.kill();
  rmSync(directory, { recursive: true, force: true });
});

const createTable = (rows: number, fields: string): string =>
  `CREATE TABLE records (id int PRIMARY KEY, fields text NOT NULL); INSERT INTO records SELECT n, ${fields} FROM generate_series(1, ${rows}) n`;

async function ask<Row extends object>(name: string, text: string): Promise<Row[]> {
  const client = new Client({ host: '127.0.0.1', port: server.port, ...access, database: name });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Row>(text)).rows;
  } finally {
    await client.end();
  }
}

/** Every row, as one text. */
async function digest(name: string): Promise<string> {
  const [row] = await ask<{ digest: string }>(
    name,
    `SELECT count(*) || ' ' || md5(string_agg(id || fields, '' ORDER BY id)) AS digest FROM records`,
  );
  return String(row?.digest);
}

/** Undefined when there is no such database. */
async function commentOf(name: string): Promise<string | null | undefined> {
  const [row] = await ask<{ comment: string | null }>(
    'postgres',
    `SELECT shobj_description(oid, 'pg_database') AS comment FROM pg_database WHERE datname = '${name}'`,
  );
  return row?.comment;
}

/** The ways of the agent to S3 and the database, and who dies on them. */
interface Lane {
  readonly victims: readonly Victim[];
  readonly client: S3Client;
  readonly fronts: { readonly s3: Front; readonly database: Front };
}

async function openLane(victims: readonly Victim[]): Promise<Lane> {
  const { client, context } = await startS3();
  await client.send(
    new CreateBucketCommand({
      Bucket: bucket,
      ObjectLockEnabledForBucket: true,
      CreateBucketConfiguration: { LocationConstraint: REGION },
    }),
  );
  const fronts = {
    s3: await openHttpFront(context.endpointUrl()),
    database: await openDatabaseFront(() => server.port),
  };
  return { victims, client, fronts };
}

const backupIdOf = (live: string): string => `dev.${live}.dump.20261124_020000`;
const prefixOf = (live: string): string => `database/20261124_020000/${live}/`;
const besideOf = (live: string, stamp = '20261124_020000'): string => `${live}_restore_${stamp}`;

/** Ends when the agent has ended, with its exit code and its log. */
async function runAgent({ fronts }: Lane, command: Command, live: string, onStart?: (pid: number) => void) {
  const { server: serverBinaries, client: binaries, dumpFormat } = findPostgresPrograms();
  const child = spawn(process.execPath, [bundle, command], {
    env: {
      PATH: process.env.PATH,
      NODE_COMPILE_CACHE: join(directory, 'compiled'),
      ...{ AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret', AWS_REGION: REGION },
      AWS_ENDPOINT_URL: `http://127.0.0.1:${fronts.s3.port}`,
      ...{ PGHOST: '127.0.0.1', PGPORT: String(fronts.database.port), PGDATABASE: live },
      ...{ PGUSER: access.user, PGPASSWORD: access.password },
      ...{ AGENT_JOB: `job-${command}`, AGENT_ENVIRONMENT: 'dev', AGENT_DATABASE: live, AGENT_BUCKET: bucket },
      ...{ AGENT_BACKUP_ID: backupIdOf(live), AGENT_PREFIX: prefixOf(live), AGENT_TIER: 'daily' },
      ...{ AGENT_KEEP_UNTIL: '2036-01-01T00:00:00Z', AGENT_DATABASE_BESIDE: besideOf(live) },
      ...{ AGENT_POSTGRES_BINARIES: binaries, AGENT_POSTGRES_SERVER_BINARIES: serverBinaries },
      ...{ AGENT_DUMP_FORMAT: dumpFormat, AGENT_SCRATCH_DIRECTORY: join(directory, 'scratch') },
    },
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  let words = '';
  child.stdout.on('data', (chunk: Buffer) => {
    words += chunk.toString();
  });
  onStart?.(Number(child.pid));
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  return { end: signal ?? code, words };
}

/** Runs the command until it meets the stage, and has the victim die there. */
async function strike(lane: Lane, command: Command, live: string, { at, moment, victim, crashes }: Stage) {
  const { fronts } = lane;
  let [pid, hasStruck] = [0, false];
  let crash: Promise<void> | undefined;
  fronts[at].arm(moment, () => {
    hasStruck = true;
    if (victim === 'agent') process.kill(-pid, 'SIGKILL');
    else if (crashes) crash = server.kill();
    else fronts[victim].cut();
  });
  const { end, words } = await runAgent(lane, command, live, (started) => {
    pid = started;
  });
  if (victim !== 'agent') fronts[victim].mend();
  if (crash !== undefined) {
    await crash;
    server = await startServer({ directory: join(directory, 'server'), ...access });
  }
  if (!hasStruck || end !== (victim === 'agent' ? 'SIGKILL' : 1)) throw new Error(`it ended with ${end}: ${words}`);
}

/** Kills it at each stage, with what must hold after each, and then lets it end. Returns what it said. */
async function walk(
  lane: Lane,
  command: Command,
  live: string,
  check: (isDone: boolean) => Promise<void>,
): Promise<string> {
  for (const stage of stages[command] as readonly Stage[]) {
    if (!lane.victims.includes(stage.victim)) continue;
    try {
      await strike(lane, command, live, stage);
      await check(stage.isDone === true);
    } catch (cause) {
      const { of, when } = stage.moment;
      throw new Error(`${command}, the ${stage.victim} killed ${when} ${of}`, { cause });
    }
  }
  const { end, words } = await runAgent(lane, command, live);
  if (end !== 0) throw new Error(`${command} ended with ${end}: ${words}`);
  await check(true);
  return words;
}

async function countOpenUploads({ client }: Lane): Promise<number> {
  return (await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }))).Uploads?.length ?? 0;
}

/** With what the catalogue would have when the Job is given up. */
async function backUp(lane: Lane, live: string): Promise<void> {
  const objects = createS3BackupObjects(lane.client);
  const backup = { backupId: backupIdOf(live), bucket, prefix: prefixOf(live), job: 'job-back-up' };
  await walk(lane, 'back-up', live, async (isDone) => {
    expect((await judgeDump(objects, { backup, status: 'failed' })).status).toBe(isDone ? 'complete' : 'failed');
    // Of the one that was killed: the one before it was ended by this one.
    expect(await countOpenUploads(lane)).toBeLessThanOrEqual(1);
  });
  expect(await countOpenUploads(lane)).toBe(0);
}

it.each<[string, readonly Victim[], string, string]>([
  ['the agent', ['agent'], 'shop_agent', 'noise'],
  ['the database or S3', ['database', 's3'], 'shop_around', 'shop_around'],
])(
  '%s dies at every stage of a backup, its proof, a restore, a cut-over and its undoing',
  async (_, victims, live, backedUp) => {
    const lane = await openLane(victims);
    const objects = createS3BackupObjects(lane.client);
    const [beside, whole] = [besideOf(live), await digest(live)];
    const replaced = beside.replace('_restore_', '_replaced_');

    await backUp(lane, backedUp);
    if (backedUp !== live) await runAgent(lane, 'back-up', live);

    const proof = await walk(lane, 'verify', live, async (isDone) => {
      expect((await objects.findResult(bucket, 'job-verify'))?.outcome === 'succeeded').toBe(isDone);
    });
    expect(proof).toContain('60 rows of 1 tables restored');

    await ask(live, 'DELETE FROM records WHERE id > 30');
    const damaged = await digest(live);
    const [abandoned, leftBeside] = [besideOf(live, '20261122_020000'), besideOf(live, '20261123_020000')];
    for (const name of [abandoned, leftBeside]) await ask('postgres', `CREATE DATABASE ${name}`);
    await ask('postgres', `COMMENT ON DATABASE ${leftBeside} IS 'restored from another, whole'`);
    await walk(lane, 'restore', live, async (isDone) => {
      expect(await digest(live)).toBe(damaged);
      const isMarked = typeof (await commentOf(beside)) === 'string';
      expect(isMarked).toBe(isDone);
      if (isMarked) expect(await digest(beside)).toBe(whole);
    });
    expect([await commentOf(abandoned), await commentOf(leftBeside)]).toEqual([undefined, expect.any(String)]);

    // Somebody is connected, and would not go by themselves.
    const client = new Client({ host: '127.0.0.1', port: server.port, ...access, database: live });
    client.on('error', () => undefined);
    await client.connect();
    await walk(lane, 'cut-over', live, async (isDone) => {
      expect(await digest(live)).toBe(isDone ? whole : damaged);
      if (!isDone) return;
      expect(await digest(replaced)).toBe(damaged);
      expect(await commentOf(replaced)).toContain(`replaced by ${backupIdOf(live)}`);
    });

    await walk(lane, 'undo-restore', live, async (isDone) => {
      expect(await digest(live)).toBe(isDone ? damaged : whole);
      // It would be dropped after a week.
      if (isDone) expect(await commentOf(live)).toBeNull();
    });
    expect([await commentOf(beside), await commentOf(replaced)]).toEqual([undefined, undefined]);
    lane.fronts.s3.close();
    lane.fronts.database.close();
  },
  300_000,
);
