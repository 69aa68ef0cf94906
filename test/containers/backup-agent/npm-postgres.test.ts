// A dump by the PostgreSQL that npm brings, whose pg_dump is WebAssembly and writes SQL, proven in a server of it.
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { backUp } from '../../../containers/backup-agent/back-up.ts';
import { readSettings } from '../../../containers/backup-agent/settings.ts';
import { verify } from '../../../containers/backup-agent/verify.ts';
import { findPostgresPrograms, type PostgresPrograms } from '../../../local/world/postgres/find-programs.ts';
import { type PostgresServer, startServer } from '../../../local/world/postgres/server.ts';
import { REGION, type S3Runtime, startS3 } from '../../local/services/s3/s3-runtime.ts';

const access = { user: 'postgres', password: 'x' };
/** More than one block of the pipe. */
const rows = 20_000;
let directory: string;
let programs: PostgresPrograms;
let server: PostgresServer | undefined;
let runtime: S3Runtime;

beforeAll(async () => {
  process.env.LOCAL_POSTGRES = 'npm';
  programs = findPostgresPrograms();
  directory = mkdtempSync(join(tmpdir(), 'npm-postgres-'));
  chmodSync(directory, 0o755);
  server = await startServer({ directory: join(directory, 'server'), ...access });
  Object.assign(process.env, { PGHOST: '127.0.0.1', PGPORT: String(server.port), PGDATABASE: 'postgres' });
  Object.assign(process.env, { PGUSER: access.user, PGPASSWORD: access.password });
  runtime = await startS3();
  const place = { CreateBucketConfiguration: { LocationConstraint: REGION } as const };
  await runtime.client.send(new CreateBucketCommand({ Bucket: 'backups', ObjectLockEnabledForBucket: true, ...place }));
}, 300_000);
afterAll(async () => {
  await server?.kill();
  rmSync(directory, { recursive: true, force: true });
});

it('is stored whole and restored as it was counted', async () => {
  const client = new Client({ host: '127.0.0.1', port: server?.port, ...access, database: 'postgres' });
  await client.connect();
  await client.query('CREATE TABLE records (id int PRIMARY KEY, fields text)');
  await client.query(`INSERT INTO records SELECT n, repeat(md5(n::text), 4) FROM generate_series(1, ${rows}) n`);
  await client.end();
  const settings = readSettings({
    ...{ AGENT_JOB: 'job', AGENT_ENVIRONMENT: 'dev', AGENT_DATABASE: 'shop', AGENT_BUCKET: 'backups' },
    ...{ AGENT_BACKUP_ID: 'dev.shop.dump.20261124_020000', AGENT_PREFIX: 'database/20261124_020000/shop/' },
    ...{ AGENT_TIER: 'daily', AGENT_KEEP_UNTIL: '2036-01-01T00:00:00Z', AGENT_DUMP_FORMAT: programs.dumpFormat },
    ...{ AGENT_POSTGRES_BINARIES: programs.client, AGENT_POSTGRES_SERVER_BINARIES: programs.server },
    AGENT_SCRATCH_DIRECTORY: directory,
  });
  const { signal } = new AbortController();
  const manifest = await backUp(runtime.client, settings, signal);
  expect(manifest).toMatchObject({ dumpFormat: 'plain', tables: [{ name: 'public.records', rows }] });
  expect(manifest.dumpBytes).toBeGreaterThan(2_000_000);
  const { reason } = await verify(runtime.client, settings, signal);
  expect(reason).toContain(`${rows} rows of 1 tables restored`);
}, 300_000);
