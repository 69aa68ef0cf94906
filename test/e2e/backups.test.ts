// Backups, their proof and a restore, end to end: real PostgreSQL, the agent as a process of a Job, S3 and the catalogue.

import { GetObjectCommand, ListMultipartUploadsCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { type AgentSettings, readSettings } from '../../containers/backup-agent/settings.ts';
import { verify } from '../../containers/backup-agent/verify.ts';
import { dumpName, type Manifest, manifestName } from '../../contracts/backup-manifest.ts';
import { approvalRecord } from '../../contracts/ledger/approvals.ts';
import {
  type BackupRecord,
  backupKeys,
  backupKinds,
  backupRecord,
  lastVerifiedRecord,
} from '../../contracts/ledger/backups.ts';
import { failOverRecord } from '../../contracts/ledger/fail-overs.ts';
import { freezeRecord } from '../../contracts/ledger/freezes.ts';
import {
  type RecoveryDrillRecord,
  recoveryDrillRecord,
  scorecardSchema,
} from '../../contracts/ledger/recovery-drills.ts';
import { ledgerKind } from '../../contracts/ledger.ts';
import { operatorOf } from '../../local/runtime/service.ts';
import type { Backup as BaseBackup } from '../../local/world/kubernetes/cloudnative-pg/resources.ts';
import { pods, secrets } from '../../local/world/kubernetes/resources/built-in-types.ts';
import type { KubernetesObject } from '../../local/world/kubernetes/resources/kubernetes-object.ts';
import type { Pod } from '../../local/world/kubernetes/resources/workload-types.ts';
import { putDatabaseSecrets } from '../../local/world/postgres/put-database-secrets.ts';
import { buildAgentImage } from '../../tour/build-agent-image.ts';
import { listLedgerItems } from '../../tour/list-ledger-items.ts';
import { readLedgerItem } from '../../tour/read-ledger-item.ts';
import { letTimePass, startTestSystem, type TestSystem } from './start-test-system.ts';

let system: TestSystem;
let s3: S3Client;
beforeAll(async () => {
  system = await startTestSystem();
  const credentials = { accessKeyId: 'operator', secretAccessKey: 'operator' };
  s3 = new S3Client({ endpoint: system.runtime.endpointUrl, region: system.deployment.region, credentials });
}, 180_000);
afterAll(async () => await system.stop());

const environment = 'dev';
const bucket = 'pyairtable-dev-backups';

/** Runs a workflow to its end; idle time is skipped, the Job's work is waited for. */
async function run(workflow: string, input: object): Promise<Record<string, string>> {
  return await endOf(await start(String(system.deployment.workflowArns[workflow]), input));
}

async function start(stateMachineArn: string, input: object): Promise<string> {
  const { executionArn } = await system.call<{ executionArn: string }>('sfn', 'StartExecution', {
    stateMachineArn,
    input: JSON.stringify(input),
  });
  return executionArn;
}

async function endOf(executionArn: string): Promise<Record<string, string>> {
  return await letTimePass(
    system,
    `the end of ${executionArn}`,
    async () => {
      const end = await system.call<Record<string, string>>('sfn', 'DescribeExecution', { executionArn });
      return end.status === 'RUNNING' ? undefined : end;
    },
    2_000,
  );
}

async function backUp(): Promise<BackupRecord> {
  const request = { environment, database: 'pyairtable', method: 'dump' };
  const { status, output = '{}', cause } = await run('back-up-database', { request });
  if (status !== 'SUCCEEDED') throw new Error(cause);
  const [made] = JSON.parse(output).backups as { backupId: string }[];
  return await find(String(made?.backupId));
}

async function find(backupId: string): Promise<BackupRecord> {
  const record = await readLedgerItem(system, backupKeys.backup(backupId), backupRecord);
  if (record === undefined) throw new Error(`no ${backupId} in the catalogue`);
  return record;
}

async function query<Row extends object>(text: string, database?: string): Promise<Row[]> {
  const { host, port, user, password, database: name } = system.world.databases.get(environment, 'pyairtable');
  const client = new Client({ host, port, user, password, database: database ?? name });
  await client.connect();
  try {
    return (await client.query<Row>(text)).rows;
  } finally {
    await client.end();
  }
}

const listRecords = () => query<{ id: string; fields: object }>('SELECT id, fields FROM records ORDER BY id');

/**
 * Stops a dump where it stands: a lock that nobody else gets keeps the agent's snapshot and pg_dump waiting for as long as the
 * returned client holds it.
 */
async function holdDump(): Promise<Client> {
  const { host, port, user, password, database } = system.world.databases.get(environment, 'pyairtable');
  const client = new Client({ host, port, user, password, database });
  client.on('error', () => undefined);
  await client.connect();
  await client.query('BEGIN; LOCK TABLE workspaces IN ACCESS EXCLUSIVE MODE');
  return client;
}

/** Until the agent waits for that lock, which is in the middle of its dump. The clock is moved by whoever waits for the end. */
async function untilDumpIsHeld(): Promise<void> {
  const waiting = `SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query ILIKE '%workspaces%'`;
  while ((await query(waiting)).length === 0) await new Promise((resolve) => setTimeout(resolve, 50));
}

/** Deletes the first pod of a Job whose name begins like this as soon as it runs. Call what is returned for how many the Job has had. */
function killFirstPod(job: string): () => number {
  let started = 0;
  const stop = system.runtime.context.trace.subscribe(({ name, subject }) => {
    if (name !== 'job-process-started' || !subject.includes(`/${job}`)) return;
    started += 1;
    const [cluster = '', namespace = '', pod = ''] = subject.split('/');
    if (started === 1) setImmediate(() => system.world.clusters.get(cluster)?.registry.delete(pods, namespace, pod));
  });
  return () => {
    stop();
    return started;
  };
}

let backup: BackupRecord;

describe('a backup', () => {
  it('is complete with its manifest, its counts and its locks, and leaves no open upload', async () => {
    backup = await backUp();
    expect(backup).toMatchObject({
      status: 'complete',
      rows: 2027,
      tables: 4,
      schemaVersion: '20261105_records_index',
    });
    const place = { Bucket: bucket, Key: `${backup.prefix}${dumpName}` };
    const object = await s3.send(new GetObjectCommand(place));
    expect(object).toMatchObject({ ObjectLockMode: 'GOVERNANCE', ServerSideEncryption: 'aws:kms', TagCount: 1 });
    expect(object.ObjectLockRetainUntilDate?.toISOString()).toBe(backup.keepUntil);
    const { Uploads = [] } = await s3.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
    expect(Uploads).toEqual([]);
  }, 90_000);

  it('puts no credential into the Job, its log or the bucket', async () => {
    const { password } = system.world.databases.get(environment, 'pyairtable');
    const cluster = [...system.world.clusters.values()].find(({ name }) => name === 'pyairtable-dev');
    const types = ['jobs', 'pods', 'events'].map((name) =>
      cluster?.registry.types.findResource(name === 'jobs' ? 'batch' : '', name),
    );
    const objects = types.flatMap((type) => (type && cluster ? cluster.registry.list(type, 'pyairtable-dev') : []));
    expect(objects.length).toBeGreaterThan(2);
    expect(JSON.stringify(objects)).not.toContain(password);
    const manifest = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: `${backup.prefix}${manifestName}` }));
    expect(await manifest.Body?.transformToString()).not.toContain(password);
  });

  it('is failed with the reason when the credentials are wrong, and made by the next run', async () => {
    const secret = system.world.clusters.get('pyairtable-dev')?.registry;
    secret?.update<KubernetesObject & { data: Record<string, string> }>(
      secrets,
      'pyairtable-dev',
      'pyairtable-database',
      (it) => {
        it.data.PGPASSWORD = Buffer.from('wrong').toString('base64');
      },
    );
    const { status, cause } = await run('back-up-database', { request: { environment, method: 'dump' } });
    expect([status, cause]).toEqual(['FAILED', expect.stringContaining('password authentication failed')]);
    putDatabaseSecrets(system.configuration, system.world.databases, system.world.clusters);
    expect(await backUp()).toMatchObject({ status: 'complete' });
  }, 120_000);
});

describe('a backup that is broken off', () => {
  const input = { request: { environment, database: 'pyairtable', method: 'dump' } };
  const listOpenUploads = async () =>
    (await s3.send(new ListMultipartUploadsCommand({ Bucket: bucket }))).Uploads?.length ?? 0;
  const findMade = async (executionArn: string) => {
    const records = await listLedgerItems(system, backupKinds.backup(environment), backupRecord);
    return records.find((record) => record.executionArn === executionArn);
  };

  it('because its pod is killed is begun anew by its Job, and completes', async () => {
    const lock = await holdDump();
    const executionArn = await start(String(system.deployment.workflowArns['back-up-database']), input);
    const ended = endOf(executionArn);
    await untilDumpIsHeld();
    const cluster = system.world.clusters.get('pyairtable-dev');
    const pod = cluster?.registry
      .list<Pod>(pods, 'pyairtable-dev')
      .find(
        ({ metadata, status }) =>
          metadata.labels?.['app.kubernetes.io/component'] === 'back-up' && status?.phase === 'Running',
      );
    cluster?.registry.delete(pods, 'pyairtable-dev', String(pod?.metadata.name));
    await lock.end();
    expect(await ended).toMatchObject({ status: 'SUCCEEDED' });
    expect(await findMade(executionArn)).toMatchObject({ status: 'complete', rows: 2027 });
    expect(await listOpenUploads()).toBe(0);
  }, 180_000);

  it('because the database dies is not taken for one, and the Job makes it when the database is back', async () => {
    await holdDump();
    const executionArn = await start(String(system.deployment.workflowArns['back-up-database']), input);
    const ended = endOf(executionArn);
    await untilDumpIsHeld();
    // The next connection starts it again.
    await system.world.databases.get(environment, 'pyairtable').kill();
    expect(await ended).toMatchObject({ status: 'SUCCEEDED' });
    expect(await findMade(executionArn)).toMatchObject({ status: 'complete', rows: 2027 });
    expect(await listOpenUploads()).toBe(0);
  }, 180_000);
});

describe('a snapshot of what RDS runs', () => {
  const regions = () => Object.values(system.configuration.aws);
  const describeIn = async (region: string, DBSnapshotIdentifier: string | undefined) =>
    (
      await system.runtime.context.call<{ DBSnapshots: { Status: string; KmsKeyId: string }[] }>({
        ...{ service: 'rds', operation: 'DescribeDBSnapshots', region, principal: operatorOf(system.runtime.context) },
        input: { DBSnapshotIdentifier },
      })
    ).DBSnapshots;

  it('is catalogued, copied to the recovery region under the key of that region, and deleted in both when it is due', async () => {
    const { status, output = '{}', cause } = await run('back-up-database', { request: { database: 'reporting' } });
    expect([status, cause]).toEqual(['SUCCEEDED', undefined]);
    const { backupId } = JSON.parse(output).backups[0] as { backupId: string };
    const snapshot = await letTimePass(
      system,
      'the copy of the snapshot',
      async () => [await find(backupId)].find(({ replicatedAt }) => replicatedAt !== undefined),
      10_000,
    );
    expect(snapshot).toMatchObject({ status: 'complete', engineVersion: '17.4', snapshotKind: 'instance' });
    const keys = system.configuration.databases.reporting?.environments.dev?.snapshot?.keys;
    for (const [index, region] of regions().entries())
      expect(await describeIn(region, snapshot.snapshotId)).toEqual([
        expect.objectContaining({ Status: 'available', KmsKeyId: [keys?.primary, keys?.recovery][index] }),
      ]);
    await system.call('dynamodb', 'UpdateItem', {
      ...{ TableName: system.deployment.ledgerTableName, UpdateExpression: 'SET keepUntil = :past' },
      Key: Object.fromEntries(Object.entries(backupKeys.backup(backupId)).map(([key, S]) => [key, { S }])),
      ExpressionAttributeValues: { ':past': { S: '2000-01-01T00:00:00.000Z' } },
    });
    await system.call('lambda', 'Invoke', { FunctionName: 'pyairtable-apply-retention', Payload: Buffer.from('{}') });
    expect(await find(backupId)).toMatchObject({ status: 'expired' });
    for (const region of regions())
      await expect(describeIn(region, snapshot.snapshotId)).rejects.toMatchObject({ code: 'DBSnapshotNotFoundFault' });
  }, 90_000);

  const listInstances = async () => {
    const answer = await system.call<{
      DBInstances: { DBInstanceIdentifier: string; BackupRetentionPeriod: number }[];
    }>(...(['rds', 'DescribeDBInstances', {}] as const));
    return answer.DBInstances;
  };
  const namesOf = async (prefix: string) =>
    (await listInstances())
      .map(({ DBInstanceIdentifier }) => DBInstanceIdentifier)
      .filter((name) => name.startsWith(prefix))
      .sort();

  describe.each([
    ['an instance', 'reporting', ['']],
    ['a cluster', 'analytics', ['-1', '-2']],
  ])('of %s', (_, database, instances) => {
    const live = `pyairtable-${environment}-${database}`;

    it('is proven by a restore in a network of its own, which is taken away again', async () => {
      const made = await run('back-up-database', { request: { database } });
      const { backupId } = JSON.parse(String(made.output)).backups[0] as { backupId: string };
      const { status, cause } = await run('verify-backup', { request: { backupId } });
      expect([status, cause]).toEqual(['SUCCEEDED', undefined]);
      const { verification } = await find(backupId);
      // Five minutes and more, as RDS takes: measured on the virtual clock.
      expect(verification?.restoreSeconds).toBeGreaterThan(300);
      expect(await namesOf(live)).toEqual(instances.map((suffix) => `${live}${suffix}`));
    }, 90_000);

    it('is restored beside the live one, which it replaces; the replaced one is kept', async () => {
      const latest = new Date(system.runtime.context.clock.now() - 10 * 60_000).toISOString();
      const { actor, reason } = { actor: 'ada', reason: 'a bad change' };
      const request = { environment, database, at: latest, confirmedDatabase: database, actor, reason };
      const { status, output = '{}', cause } = await run('restore-database', { request });
      expect([status, cause]).toEqual(['SUCCEEDED', undefined]);
      expect(JSON.parse(output)).toMatchObject({
        outcome: 'succeeded',
        reason: expect.stringContaining(`what it was is kept as ${live}-replaced-`),
      });
      const replaced = expect.stringContaining(`${live}-replaced-`);
      // The restored one has one instance, under the name of the first one of the live one.
      expect(await namesOf(live)).toEqual([`${live}${instances[0]}`, ...instances.map(() => replaced)]);
      expect((await listInstances()).every(({ BackupRetentionPeriod }) => BackupRetentionPeriod === 7)).toBe(true);
    }, 90_000);
  });
});

describe('a proof', () => {
  it('restores the newest backup into a server of its own, measures it, and is kept as the last one, although its pod is killed', async () => {
    const countPods = killFirstPod('verify-pyairtable');
    const { status, cause } = await run('verify-backup', { request: { backupId: backup.backupId } });
    expect([status, cause, countPods()]).toEqual(['SUCCEEDED', undefined, 2]);
    backup = await find(backup.backupId);
    expect(backup.verification?.restoreSeconds).toBeGreaterThan(0);
    const last = await readLedgerItem(system, backupKeys.lastVerified(environment, 'pyairtable'), lastVerifiedRecord);
    expect(last).toMatchObject({ backupId: backup.backupId, takenAt: backup.startedAt });
  }, 90_000);

  /** Stores a changed copy of the backup, and has the agent judge it. */
  async function judge(
    change: (manifest: Manifest, dump: Buffer) => { manifest?: Manifest; dump?: Buffer },
  ): Promise<string> {
    const read = async (name: string) =>
      Buffer.from(
        (await (
          await s3.send(new GetObjectCommand({ Bucket: bucket, Key: `${backup.prefix}${name}` }))
        ).Body?.transformToByteArray()) ?? [],
      );
    const [manifest, dump] = [JSON.parse((await read(manifestName)).toString()) as Manifest, await read(dumpName)];
    const changed = { manifest, dump, ...change(manifest, dump) };
    const prefix = 'database/20000101_000000/pyairtable/';
    const object = { ...changed.manifest.object, key: `${prefix}${dumpName}` };
    const put = (name: string, Body: string | Buffer) =>
      s3.send(new PutObjectCommand({ Bucket: bucket, Key: `${prefix}${name}`, Body }));
    await put(dumpName, changed.dump);
    await put(manifestName, JSON.stringify({ ...changed.manifest, object }));
    const settings: AgentSettings = {
      ...readSettings({
        ...buildAgentImage().environment,
        ...{ AGENT_JOB: 'j', AGENT_ENVIRONMENT: environment, AGENT_DATABASE: 'pyairtable', AGENT_BUCKET: bucket },
        ...{
          AGENT_BACKUP_ID: backup.backupId,
          AGENT_PREFIX: prefix,
          AGENT_TIER: 'daily',
          AGENT_KEEP_UNTIL: backup.keepUntil,
        },
        ...{
          AGENT_SCHEMA_VERSION_QUERY: 'select max(version) from schema_migrations',
          AGENT_MAXIMUM_RECORD_AGE_HOURS: '168',
        },
        AGENT_NEWEST_RECORD_QUERY: 'select max(updated_at) from records',
      }),
    };
    return await verify(s3, settings, AbortSignal.timeout(60_000)).then(
      ({ reason }) => reason,
      (error: Error) => error.message,
    );
  }

  it.each<[string, Parameters<typeof judge>[0], string | RegExp]>([
    ['nothing was changed', () => ({}), '2027 rows of 4 tables restored'],
    ['the dump is truncated', (_, dump) => ({ dump: dump.subarray(0, dump.length - 100) }), 'the dump is truncated'],
    [
      'one byte is flipped',
      (_, dump) => ({ dump: Buffer.from(dump).fill(Number(dump[4000]) ^ 1, 4000, 4001) }),
      'changed after it was stored',
    ],
    [
      'the engine is another',
      (manifest) => ({ manifest: { ...manifest, serverVersionNumber: 90_600 } }),
      'wrong engine version',
    ],
    [
      'a row is missing, and it is stale',
      (manifest) => ({
        manifest: {
          ...manifest,
          tables: manifest.tables.map((table) => ({ ...table, rows: table.rows + 1 })),
          snapshotAt: '2040-01-01T00:00:00.000Z',
        },
      }),
      /table public\.records has 2000 rows, the backup counted 2001; .*the backup is stale/,
    ],
    ['it is of another backup', (manifest) => ({ manifest: { ...manifest, backupId: 'x' } }), 'the manifest is of x'],
  ])(
    'says so when %s',
    async (_, change, words) => {
      expect(await judge(change)).toMatch(words);
    },
    60_000,
  );
});

describe('a restore', () => {
  it('brings back, row by row, what a bad change destroyed, and keeps what it replaced, although its pods are killed', async () => {
    const before = await listRecords();
    await query(`UPDATE records SET fields = '{}' WHERE id % 2 = 0; DELETE FROM workspaces WHERE name = 'workspace 3'`);
    expect(await listRecords()).not.toEqual(before);
    const request = {
      environment,
      database: 'pyairtable',
      backupId: backup.backupId,
      confirmedDatabase: 'pyairtable',
      actor: 'ada',
      reason: 'a bad change',
    };
    const countPods = ['restore-pyairtable', 'cut-over-pyairtable'].map(killFirstPod);
    const { status, output = '{}', cause } = await run('restore-database', { request });
    expect([status, cause, ...countPods.map((count) => count())]).toEqual(['SUCCEEDED', undefined, 2, 2]);
    expect(JSON.parse(output)).toMatchObject({
      outcome: 'succeeded',
      reason: expect.stringContaining('what it was is kept as pyairtable_replaced_'),
    });
    expect(await listRecords()).toEqual(before);
    const names = await query<{ datname: string }>(
      `SELECT datname FROM pg_database WHERE datname LIKE 'pyairtable%' ORDER BY 1`,
    );
    const [live, replaced] = names.map(({ datname }) => datname);
    expect([live, replaced]).toEqual(['pyairtable', expect.stringContaining('pyairtable_replaced_')]);
    const lost = await query<{ count: string }>(`SELECT count(*) FROM records WHERE fields = '{}'`, replaced);
    expect(Number(lost[0]?.count)).toBeGreaterThan(0);
    expect(await backUp()).toMatchObject({ status: 'complete', rows: 2027 });
  }, 180_000);

  it('is refused before anything is made when it is impossible', async () => {
    const request = { environment, database: 'pyairtable', at: '2001-01-01T00:00:00Z', actor: 'ada', reason: 'x' };
    const { status, output = '{}' } = await run('restore-database', { request });
    expect([status, JSON.parse(output)]).toEqual([
      'SUCCEEDED',
      expect.objectContaining({ outcome: 'refused', reason: expect.stringContaining('The nearest possible') }),
    ]);
  }, 60_000);
});

describe('a recovery to a point in time', () => {
  const accounts = 'SELECT aid, bid, abalance, filler FROM pgbench_accounts ORDER BY aid';
  const history = 'SELECT tid, bid, aid, delta, mtime FROM pgbench_history ORDER BY mtime, aid, delta';
  const request = { environment, database: 'pyairtable', actor: 'ada', reason: 'a bad change' };

  /** The database's own clock, behind every transaction so far and before every later one. */
  async function readMoment(): Promise<string> {
    const [moment] = await query<{ at: Date }>('SELECT clock_timestamp() AS at, pg_sleep(0.01)');
    return new Date(Number(moment?.at) + 1).toISOString();
  }

  it('brings back every row as it was before the corruption, from the base backup and the archived log', async () => {
    await query(`
      CREATE TABLE pgbench_accounts (aid int PRIMARY KEY, bid int, abalance int, filler char(84));
      CREATE TABLE pgbench_history (tid int, bid int, aid int, delta int, mtime timestamp);
      INSERT INTO pgbench_accounts SELECT n, 1 + n / 1000, 0, '' FROM generate_series(1, 5000) n`);
    const archive = await system.world.databases.get(environment, 'pyairtable').archive();
    // The first one was taken as the ScheduledBackup of gitops/databases says: with the server's first start.
    const registry = system.world.clusters.get('pyairtable-dev')?.registry;
    const type = registry?.types.findResource('postgresql.cnpg.io', 'backups');
    const [first] = type === undefined ? [] : (registry?.list<BaseBackup>(type, 'pyairtable-dev') ?? []);
    expect(first).toMatchObject({
      metadata: { labels: { 'cnpg.io/immediateBackup': 'true' }, ownerReferences: [{ name: 'pyairtable-database' }] },
      status: { phase: 'completed', serverName: 'pyairtable-database' },
    });
    const base = `point-in-time/pyairtable-database/base/${first?.status?.backupId}/backup.info`;
    const info = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: base }));
    expect(await info.Body?.transformToString()).toContain('status=DONE');
    await archive?.backUp();
    for (let transaction = 0; transaction < 40; transaction += 1) {
      const [aid, delta] = [1 + ((transaction * 7919) % 5000), (transaction * 31) % 1000];
      await query(`BEGIN; UPDATE pgbench_accounts SET abalance = abalance + ${delta} WHERE aid = ${aid};
        INSERT INTO pgbench_history VALUES (1, 1, ${aid}, ${delta}, clock_timestamp()); COMMIT`);
    }
    const at = await readMoment();
    const before = [await query(accounts), await query(history), await listRecords()];
    await query('UPDATE pgbench_accounts SET abalance = -1; TRUNCATE pgbench_history; DELETE FROM records');
    await archive?.flush();

    const {
      status,
      output = '{}',
      cause,
    } = await run('restore-database', {
      request: { ...request, at, confirmedDatabase: 'pyairtable' },
    });
    expect([status, cause]).toEqual(['SUCCEEDED', undefined]);
    expect(JSON.parse(output)).toMatchObject({ outcome: 'succeeded' });
    expect([await query(accounts), await query(history), await listRecords()]).toEqual(before);
  }, 240_000);

  it('is refused outside of the window, with the nearest possible times', async () => {
    for (const at of ['2001-01-01T00:00:00Z', '2101-01-01T00:00:00Z']) {
      const { output = '{}' } = await run('restore-database', { request: { ...request, at } });
      expect(JSON.parse(output)).toMatchObject({
        outcome: 'refused',
        reason: expect.stringMatching(/The nearest possible: 20/),
      });
    }
  }, 60_000);
});

/** Of the recovery region's stack. */
const recoveryRegion = 'eu-west-1';
const workflowThere = (name: string): string =>
  String(system.deployment.workflowArns['verify-backup'])
    .replace(system.deployment.region, recoveryRegion)
    .replace('verify-backup', name);

describe('a recovery drill', () => {
  const region = recoveryRegion;
  const drill = (): string => workflowThere('recovery-drill');
  const listDrills = async (): Promise<RecoveryDrillRecord[]> =>
    await listLedgerItems(system, ledgerKind.recoveryDrill, recoveryDrillRecord);
  const listDrillDatabases = async (): Promise<string[]> => {
    const { host, port, user, password } = system.world.databases.get('prod', 'pyairtable', 'recovery');
    const client = new Client({ host, port, user, password, database: 'postgres' });
    await client.connect();
    try {
      const { rows } = await client.query<{ datname: string }>(
        `SELECT datname FROM pg_database WHERE starts_with(datname, 'pyairtable_drill_')`,
      );
      return rows.map(({ datname }) => datname);
    } finally {
      await client.end();
    }
  };

  it('restores in the recovery region what was replicated, scores it, and leaves nothing behind', async () => {
    expect(await run('back-up-database', { request: { environment: 'prod' } })).toMatchObject({ status: 'SUCCEEDED' });
    expect(await run('back-up-configuration', {})).toMatchObject({ status: 'SUCCEEDED' });
    expect(await run('replicate-to-recovery-region', {})).toMatchObject({ status: 'SUCCEEDED' });
    const { status, cause } = await endOf(await start(drill(), {}));
    expect([status, cause]).toEqual(['SUCCEEDED', undefined]);
    const [record] = await listDrills();
    const place = { Bucket: 'pyairtable-prod-backups-replica', Key: `${record?.place.split('/').slice(1).join('/')}` };
    const there = new S3Client({
      ...{ endpoint: system.runtime.endpointUrl, region },
      credentials: { accessKeyId: 'operator', secretAccessKey: 'operator' },
    });
    const read = async (ending: string): Promise<string> =>
      (await (
        await there.send(new GetObjectCommand({ ...place, Key: `${place.Key}.${ending}` }))
      ).Body?.transformToString()) ?? '';
    const card = scorecardSchema.parse(JSON.parse(await read('json')));
    expect(card.scores.filter(({ passed }) => !passed)).toEqual([]);
    expect(card.scores[0]).toMatchObject({
      dataClass: 'database',
      reason: expect.stringContaining('2027 rows of 4 tables'),
    });
    expect(card.sweep).toEqual({
      removed: expect.arrayContaining([expect.stringMatching(/^database pyairtable_drill_/)]),
      left: [],
    });
    expect(await read('html')).toContain('Nothing of the drill is left.');
    expect(await listDrillDatabases()).toEqual([]);
  }, 180_000);

  it('that is cut off in the middle is swept up after, by itself', async () => {
    const { trace } = system.runtime.context;
    const restoring = new Promise<void>((resolve) => {
      const stop = trace.subscribe(({ name, subject }) => {
        if (name !== 'job-process-started' || !subject.includes('/drill-prod-pyairtable')) return;
        stop();
        resolve();
      });
    });
    const executionArn = await start(drill(), {});
    await restoring;
    await system.call('sfn', 'StopExecution', { executionArn });
    await letTimePass(
      system,
      'the sweep',
      async () => {
        const drills = await listDrills();
        const cutOff = drills.find((each) => each.executionArn === executionArn);
        return cutOff?.status === 'swept' ? cutOff : undefined;
      },
      2_000,
    );
    const sweep = (await listDrills()).find(({ scorecard }) => scorecard?.scores.length === 0)?.scorecard?.sweep;
    expect(sweep).toMatchObject({
      removed: expect.arrayContaining([expect.stringMatching(/^Job drill-prod/)]),
      left: [],
    });
    expect(await listDrillDatabases()).toEqual([]);
  }, 180_000);
});

describe('a fail-over', () => {
  const hostedZoneId = 'Z0PYAIRTABLEEXAMPLE';

  /** Starts it, and has somebody else agree. */
  async function begin(to: 'primary' | 'recovery'): Promise<string> {
    const request = { environment: 'prod', to, actor: 'ada-release', reason: 'tried' };
    const executionArn = await start(workflowThere('fail-over'), { request });
    const approval = await letTimePass(system, 'the request for approval', async () => {
      const pending = await listLedgerItems(system, ledgerKind.pendingApproval, approvalRecord);
      return pending.find((each) => each.executionArn === executionArn);
    });
    const { approvalId, planHash } = approval;
    const decision = { approvalId, planHash, approver: 'grace-platform', verdict: 'approve' };
    const { context } = system.runtime;
    await context.call({
      ...{ service: 'lambda', operation: 'Invoke', region: recoveryRegion, principal: operatorOf(context) },
      input: { FunctionName: 'pyairtable-decide-approval', Payload: Buffer.from(JSON.stringify(decision)) },
    });
    return executionArn;
  }
  const move = async (to: 'primary' | 'recovery'): Promise<Record<string, string>> => await endOf(await begin(to));

  /** Whether the database of a region lets somebody write into it. */
  async function takesWrites(site: 'primary' | 'recovery'): Promise<boolean> {
    const { host, port, user, password, database } = system.world.databases.get('prod', 'pyairtable', site);
    const client = new Client({ host, port, user, password, database });
    await client.connect();
    try {
      const { rows } = await client.query<{ default_transaction_read_only: string }>(
        'SHOW default_transaction_read_only',
      );
      return rows[0]?.default_transaction_read_only === 'off';
    } finally {
      await client.end();
    }
  }

  async function readTargets(): Promise<string[]> {
    const { ResourceRecordSets } = await system.call<{
      ResourceRecordSets: { ResourceRecords?: { Value: string }[] }[];
    }>('route53', 'ListResourceRecordSets', { HostedZoneId: hostedZoneId });
    return ResourceRecordSets.flatMap(({ ResourceRecords = [] }) => ResourceRecords.map(({ Value }) => Value));
  }

  async function countRecords(site: 'primary' | 'recovery'): Promise<number> {
    const { host, port, user, password, database } = system.world.databases.get('prod', 'pyairtable', site);
    const client = new Client({ host, port, user, password, database });
    await client.connect();
    try {
      const { rows } = await client.query<{ count: string }>(
        `SELECT count(*) FROM information_schema.tables WHERE table_name = 'records'`,
      );
      return Number(rows[0]?.count) === 0 ? 0 : ((await client.query('SELECT 1 FROM records')).rowCount ?? 0);
    } finally {
      await client.end();
    }
  }

  const home = 'ingress.eu-central-1.pyairtable.example';
  const away = 'ingress.eu-west-1.pyairtable.example';

  it('that is cut off in the middle of a restore is taken back by itself', async () => {
    const restoring = new Promise<void>((resolve) => {
      const stop = system.runtime.context.trace.subscribe(({ name, subject }) => {
        if (name !== 'job-process-started' || !subject.includes('/recovery-restore-prod-pyairtable')) return;
        stop();
        resolve();
      });
    });
    const before = await countRecords('recovery');
    const executionArn = await begin('recovery');
    const ended = endOf(executionArn);
    await restoring;
    expect(await takesWrites('primary')).toBe(false);
    await system.call('sfn', 'StopExecution', { executionArn });
    expect((await ended).status).toBe('ABORTED');
    await letTimePass(
      system,
      'the end of what was cut off',
      async () => {
        const moves = await listLedgerItems(system, ledgerKind.failOver, failOverRecord);
        return moves.find((each) => each.executionArn === executionArn && each.status === 'undone');
      },
      2_000,
    );
    expect(await listLedgerItems(system, ledgerKind.freeze, freezeRecord)).toEqual([]);
    expect([before, await takesWrites('primary'), await countRecords('recovery')]).toEqual([0, true, 0]);
    expect(await readTargets()).toEqual([home, home]);
  }, 300_000);

  it('moves data, services and names, holds everything else off, and comes home', async () => {
    const there = await move('recovery');
    expect([there.status, there.cause]).toEqual(['SUCCEEDED', undefined]);
    expect(JSON.parse(there.output ?? '{}')).toMatchObject({ outcome: 'completed' });
    expect(await countRecords('recovery')).toBe(await countRecords('primary'));
    expect(await readTargets()).toEqual([away, away]);
    expect([await takesWrites('primary'), await takesWrites('recovery')]).toEqual([false, true]);
    const { DBInstances } = await system.runtime.context.call<{ DBInstances: object[] }>({
      ...{ service: 'rds', operation: 'DescribeDBInstances', region: recoveryRegion },
      ...{ input: {}, principal: operatorOf(system.runtime.context) },
    });
    // What RDS runs was promoted: it follows nothing, and has backups of its own.
    expect(DBInstances).toEqual([expect.objectContaining({ DBInstanceStatus: 'available', BackupRetentionPeriod: 7 })]);
    expect(DBInstances[0]).not.toHaveProperty('ReadReplicaSourceDBInstanceIdentifier');
    expect(await listLedgerItems(system, ledgerKind.freeze, freezeRecord)).toMatchObject([{ environments: ['prod'] }]);
    const back = await move('primary');
    expect([back.status, back.cause]).toEqual(['SUCCEEDED', undefined]);
    expect(await readTargets()).toEqual([home, home]);
    expect(await takesWrites('primary')).toBe(true);
    expect(await listLedgerItems(system, ledgerKind.freeze, freezeRecord)).toEqual([]);
    const catalogue = await listLedgerItems(system, backupKinds.backup('prod'), backupRecord);
    expect(catalogue.filter(({ site }) => site === 'recovery')).toMatchObject([
      { status: 'complete', name: 'pyairtable' },
    ]);
  }, 300_000);
});
