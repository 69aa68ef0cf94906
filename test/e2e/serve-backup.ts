// A system in a process of its own that backs up a database, proves the backup and restores it: `node serve-backup.ts <options as JSON>`.
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dumpName, manifestName, manifestSchema } from '../../contracts/backup-manifest.ts';
import { type BackupRecord, backupKinds, backupRecord } from '../../contracts/ledger/backups.ts';
import { listLedgerItems } from '../../tour/list-ledger-items.ts';
import { queryDatabase } from '../../tour/query-database.ts';
import { startKillableSystem } from './start-killable-system.ts';
import { letTimePass } from './start-test-system.ts';

export interface BackedUp {
  /** How each workflow ended: of the backup and of the one before the restore, of the proof, of the restore. */
  readonly statuses: readonly (readonly string[])[];
  /** What each later start found: the state in the catalogue, and what is stored of dump and manifest. */
  readonly found: readonly string[];
  /** State, rows, bytes, the reason of a failure and whether it is proven, of each in the catalogue. */
  readonly records: readonly (readonly unknown[])[];
  /** Bytes of the first one's object, as its manifest and as S3 says. */
  readonly bytes: readonly number[];
  readonly openUploads: number;
  /** Rows of the live database: before the loss that the restore makes good, and in the end. */
  readonly rows: readonly number[];
  /** Databases whose names begin like the live one's. */
  readonly databases: readonly string[];
}

const { system, begins, stateDirectory, end } = await startKillableSystem();
const stage = { environment: 'dev', name: 'pyairtable' };
const Bucket = 'pyairtable-dev-backups';
const note = join(stateDirectory, 'found');

/** Starts it unless an earlier life has, and waits until none runs. Answers how each ended. */
async function ensure(name: string, request: object): Promise<string[]> {
  const stateMachineArn = system.deployment.workflowArns[name];
  const list = async () =>
    (
      await system.call<{ executions: { status: string }[] }>('sfn', 'ListExecutions', { stateMachineArn })
    ).executions.map(({ status }) => status);
  if ((await list()).length === 0)
    await system.call('sfn', 'StartExecution', { stateMachineArn, input: JSON.stringify({ request }) });
  return await letTimePass(
    system,
    `the end of ${name}`,
    async () => {
      const statuses = await list();
      return statuses.includes('RUNNING') ? undefined : statuses;
    },
    2_000,
  );
}

if (begins)
  // More than one part of what no compression makes smaller than that.
  await queryDatabase(
    system,
    stage,
    `INSERT INTO records (table_id, fields) SELECT 1, jsonb_build_object('Noise', (SELECT string_agg(md5(random()::text || n || m), '') FROM generate_series(1, 10000) m)) FROM generate_series(1, 80) n`,
  );
else {
  const [record] = await listRecords();
  const stored = (await listKeys()).filter((key) => key.endsWith(dumpName) || key.endsWith(manifestName));
  appendFileSync(note, `${record?.status}: ${stored.map((key) => key.slice(key.lastIndexOf('/') + 1)).join(', ')}\n`);
}
const target = { environment: stage.environment, database: stage.name };
await ensure('back-up-database', { ...target, method: 'dump' });
const proofs = await ensure('verify-backup', target);
// Whoever is connected is thrown out by a cut-over; the rows that the backup has are counted before anything is lost.
const counted = join(stateDirectory, 'counted');
if (!existsSync(counted)) {
  appendFileSync(counted, String(await countRows()));
  await queryDatabase(system, stage, 'DELETE FROM records WHERE id > 1000');
}
const [backup] = await listRecords();
const restores = await ensure('restore-database', {
  ...target,
  ...{ backupId: backup?.backupId, confirmedDatabase: stage.name, actor: 'ada', reason: 'rows are lost' },
});

const records = await listRecords();
const [manifest] = (await listKeys()).filter((key) => key.endsWith(manifestName));
const { Uploads = [] } = await system.call<{ Uploads?: object[] }>('s3', 'ListMultipartUploads', { Bucket });
const outcome: BackedUp = {
  statuses: [await ensure('back-up-database', {}), proofs, restores],
  found: existsSync(note) ? readFileSync(note, 'utf8').trim().split('\n') : [],
  records: records.map(({ status, rows, bytes, reason = '', verifiedAt }) => [
    ...[status, rows, bytes, reason],
    verifiedAt !== undefined,
  ]),
  bytes: manifest === undefined ? [] : await readBytes(manifest),
  openUploads: Uploads.length,
  rows: [Number(readFileSync(counted, 'utf8')), await countRows()],
  databases: (
    await queryDatabase<{ datname: string }>(
      system,
      stage,
      `SELECT datname FROM pg_database WHERE datname ~ '^${stage.name}' ORDER BY 1`,
    )
  ).map(({ datname }) => datname),
};
await end(outcome);

async function countRows(): Promise<number> {
  const [row] = await queryDatabase<{ count: string }>(system, stage, 'SELECT count(*) FROM records');
  return Number(row?.count);
}

async function readBytes(Key: string): Promise<number[]> {
  const { Body } = await system.call<{ Body: AsyncIterable<Buffer> }>('s3', 'GetObject', { Bucket, Key });
  const chunks: Buffer[] = [];
  for await (const chunk of Body) chunks.push(chunk);
  const { object } = manifestSchema.parse(JSON.parse(Buffer.concat(chunks).toString()));
  const stored = await system.call<{ ContentLength: number }>('s3', 'HeadObject', { Bucket, Key: object.key });
  return [object.bytes, stored.ContentLength];
}

/** Oldest first. */
async function listRecords(): Promise<BackupRecord[]> {
  const all = await listLedgerItems(system, backupKinds.backup(stage.environment), backupRecord);
  return all.filter(({ name, method }) => name === stage.name && method === 'dump');
}

async function listKeys(): Promise<string[]> {
  const { Contents = [] } = await system.call<{ Contents?: { Key: string }[] }>('s3', 'ListObjectsV2', {
    ...{ Bucket, Prefix: 'database/' },
  });
  return Contents.map(({ Key }) => Key);
}
