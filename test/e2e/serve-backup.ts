// A system in a process of its own that backs up a database, and dies by SIGKILL at a chosen moment of that:
// `node serve-backup.ts <options as JSON>`. When it lives to the end, it prints what came of it as one line of JSON.
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dumpName, manifestName, manifestSchema } from '../../contracts/backup-manifest.ts';
import { type BackupRecord, backupKinds, backupRecord } from '../../contracts/ledger/backups.ts';
import { listLedgerItems } from '../../tour/list-ledger-items.ts';
import { queryDatabase } from '../../tour/query-database.ts';
import type { KillableOptions } from './run-until-killed.ts';
import { letTimePass, startTestSystem } from './start-test-system.ts';

export interface BackedUp {
  readonly status: string;
  /** What each start found: the state in the catalogue, and what is stored of dump and manifest. */
  readonly found: readonly string[];
  /** State, rows, bytes and the reason of a failure of each in the catalogue. */
  readonly records: readonly (readonly unknown[])[];
  readonly rows: number;
  /** Of the manifest, and of the object that it names. */
  readonly bytes: readonly number[];
  readonly openUploads: number;
}

const stage = { environment: 'dev', name: 'pyairtable' };
const Bucket = 'pyairtable-dev-backups';
// What the trace says of S3: `<activity> <end of the subject>`.
const { stateDirectory, assemblyDirectory, dieAt, begins }: KillableOptions = JSON.parse(process.argv[2] ?? '{}');
const system = await startTestSystem({
  stateDirectory,
  assemblyDirectory,
  onContext({ trace }) {
    trace.subscribe(({ name, subject }) => {
      const reached = dieAt.find((moment) => {
        const [activity, end = ''] = moment.split(' ');
        return name === activity && subject.startsWith(`${Bucket}/database/`) && subject.endsWith(end);
      });
      if (reached === undefined) return;
      writeFileSync(join(stateDirectory, 'died-at'), reached);
      process.kill(process.pid, 'SIGKILL');
    });
  },
});
const note = join(stateDirectory, 'found');
if (begins) {
  // More than one part of what no compression makes smaller than that.
  await queryDatabase(
    system,
    stage,
    `INSERT INTO records (table_id, fields) SELECT 1, jsonb_build_object('Noise', (SELECT string_agg(md5(random()::text || n || m), '') FROM generate_series(1, 10000) m)) FROM generate_series(1, 80) n`,
  );
  await system.call('sfn', 'StartExecution', {
    stateMachineArn: system.deployment.workflowArns['back-up-database'],
    input: JSON.stringify({ request: { environment: stage.environment, database: stage.name, method: 'dump' } }),
  });
} else {
  const [record] = await listRecords();
  const stored = (await listKeys()).filter((key) => key.endsWith(dumpName) || key.endsWith(manifestName));
  appendFileSync(note, `${record?.status}: ${stored.map((key) => key.slice(key.lastIndexOf('/') + 1)).join(', ')}\n`);
}
const status = await letTimePass(
  system,
  'the end of the backup',
  async () => {
    const { executions } = await system.call<{ executions: { status: string }[] }>('sfn', 'ListExecutions', {
      stateMachineArn: system.deployment.workflowArns['back-up-database'],
    });
    const [execution] = executions;
    return execution?.status === 'RUNNING' ? undefined : execution?.status;
  },
  2_000,
);
const records = await listRecords();
const [manifest] = (await listKeys()).filter((key) => key.endsWith(manifestName));
const { rows, bytes } = manifest === undefined ? { rows: 0, bytes: [] } : await readManifest(manifest);
const { Uploads = [] } = await system.call<{ Uploads?: object[] }>('s3', 'ListMultipartUploads', { Bucket });
const outcome: BackedUp = {
  status,
  found: existsSync(note) ? readFileSync(note, 'utf8').trim().split('\n') : [],
  records: records.map(({ status: state, rows: counted, bytes: size, reason }) => [state, counted, size, reason ?? '']),
  ...{ rows, bytes },
  openUploads: Uploads.length,
};
process.stdout.write(`${JSON.stringify(outcome)}\n`);
await system.stop();
process.exit(0);

async function readManifest(Key: string): Promise<Pick<BackedUp, 'rows' | 'bytes'>> {
  const { Body } = await system.call<{ Body: AsyncIterable<Buffer> }>('s3', 'GetObject', { Bucket, Key });
  const chunks: Buffer[] = [];
  for await (const chunk of Body) chunks.push(chunk);
  const { object, tables } = manifestSchema.parse(JSON.parse(Buffer.concat(chunks).toString()));
  const stored = await system.call<{ ContentLength: number }>('s3', 'HeadObject', { Bucket, Key: object.key });
  return { rows: tables.reduce((sum, table) => sum + table.rows, 0), bytes: [object.bytes, stored.ContentLength] };
}

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
