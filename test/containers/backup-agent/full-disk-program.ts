// What a proof does on a disk that is really full: `node full-disk-program.ts <told as JSON>`, with small file systems of its own.
// It prints what came of it as one line of JSON.
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import { Client } from 'pg';
import { backUp } from '../../../containers/backup-agent/back-up.ts';
import { readSettings } from '../../../containers/backup-agent/settings.ts';
import { verify } from '../../../containers/backup-agent/verify.ts';
import { findPostgresPrograms } from '../../../local/world/postgres/find-programs.ts';
import { startServer } from '../../../local/world/postgres/server.ts';

export interface Told {
  /** Where not even an empty server has room. */
  readonly tiny: string;
  /** Where a server has room, and what is restored has not. */
  readonly small: string;
  readonly roomy: string;
  /** Of S3. */
  readonly url: string;
  readonly bucket: string;
}

export interface FullDiskOutcome {
  readonly onTinyDisk: string;
  readonly onSmallDisk: string;
  readonly withRoom: string;
  /** Files on the small file systems afterwards. */
  readonly left: readonly string[];
}

const access = { user: 'postgres', password: 'x' };
const { tiny, small, roomy, url, bucket }: Told = JSON.parse(process.argv[2] ?? '{}');
const directory = join(roomy, 'server');
mkdirSync(directory);
const server = await startServer({ directory, ...access });
const client = new Client({ host: '127.0.0.1', port: server.port, ...access, database: 'postgres' });
await client.connect();
await client.query('CREATE TABLE records (id int PRIMARY KEY, fields text)');
// As large on disk as they are: PostgreSQL would compress them.
await client.query('ALTER TABLE records ALTER fields SET STORAGE EXTERNAL');
await client.query('INSERT INTO records SELECT n, repeat(md5(n::text), 250) FROM generate_series(1, 4000) n');
await client.end();

Object.assign(process.env, { PGHOST: '127.0.0.1', PGPORT: String(server.port), PGDATABASE: 'postgres' });
Object.assign(process.env, { PGUSER: access.user, PGPASSWORD: access.password });
const credentials = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'secret' };
const s3 = new S3Client({ endpoint: url, region: 'eu-west-1', credentials });
const { client: binaries, server: serverBinaries, dumpFormat } = findPostgresPrograms();
const settings = readSettings({
  ...{ AGENT_JOB: 'job', AGENT_ENVIRONMENT: 'dev', AGENT_DATABASE: 'shop', AGENT_BUCKET: bucket, AGENT_TIER: 'daily' },
  ...{ AGENT_BACKUP_ID: 'dev.shop.dump.20261124_020000', AGENT_PREFIX: 'database/20261124_020000/shop/' },
  ...{ AGENT_KEEP_UNTIL: '2036-01-01T00:00:00Z', AGENT_DUMP_FORMAT: dumpFormat },
  ...{ AGENT_POSTGRES_BINARIES: binaries, AGENT_POSTGRES_SERVER_BINARIES: serverBinaries },
});
const { signal } = new AbortController();
await backUp(s3, settings, signal);
const prove = (scratchDirectory: string) => wordsOf(verify(s3, { ...settings, scratchDirectory }, signal));
const outcome: FullDiskOutcome = {
  onTinyDisk: await prove(tiny),
  onSmallDisk: await prove(small),
  withRoom: await prove(roomy),
  left: [tiny, small].flatMap((folder) => readdirSync(folder)),
};
await server.kill();
process.stdout.write(`${JSON.stringify(outcome)}\n`);
process.exit(0);

/** What it answered, or everything that its error says. */
async function wordsOf(work: Promise<{ readonly reason: string }>): Promise<string> {
  try {
    return (await work).reason;
  } catch (error) {
    const words: string[] = [];
    for (let one: unknown = error; one instanceof Error; one = one.cause) words.push(one.message);
    return `failed: ${words.join(': ')}`;
  }
}
