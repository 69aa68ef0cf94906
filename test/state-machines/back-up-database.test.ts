// Runs the paths of back-up-database on the local engine; its functions are stubs that keep the contracts.
import { afterEach, describe, expect, it } from '@jest/globals';
import { readAgentJobTask, startAgentJobTask } from '../../contracts/workflows/agent-jobs.ts';
import { type PlannedBackup, planBackupsTask, recordBackupTask } from '../../contracts/workflows/back-up-database.ts';
import { type Database, DatabaseTable } from '../../local/services/rds/database-table.ts';
import { createRdsModule } from '../../local/services/rds/module.ts';
import { snapshotQuota } from '../../local/services/rds/snapshot-desk.ts';
import { SnapshotTable } from '../../local/services/rds/snapshot-table.ts';
import { ACCOUNT_ID, REGION } from '../local/services/service-harness.ts';
import { FunctionFailure, openStateMachine, type Stub, type WorkflowHarness } from './workflow-harness.ts';

const contracts = {
  'plan-backups': planBackupsTask,
  'start-agent-job': startAgentJobTask,
  'read-agent-job': readAgentJobTask,
  'record-backup': recordBackupTask,
};

const planned = (environment: string): PlannedBackup => ({
  backupId: `${environment}.pyairtable.dump.20261124_020000`,
  environment,
  database: 'pyairtable',
  method: 'dump',
  tier: 'daily',
  keepUntil: '2026-12-24T02:00:00.000Z',
  stamp: '20261124_020000',
  startedAt: '2026-11-24T02:00:00.000Z',
  bucket: `pyairtable-${environment}-backups`,
  prefix: 'database/20261124_020000/pyairtable/',
  job: 'back-up-pyairtable-20261124-020000',
  actor: 'back-up-database',
  correlationId: 'backup/x',
});

const stubs: Record<keyof typeof contracts, Stub> = {
  'plan-backups': () => ({ backups: [planned('dev'), planned('prod')], skipped: [] }),
  'start-agent-job': ({ job }) => ({ job }),
  'read-agent-job': () => ({ status: 'succeeded', reason: 'CompletionsReached', waitSeconds: 2 }),
  'record-backup': (input) => {
    const { backup, status, reason } = input as { backup: PlannedBackup; status: string; reason?: string };
    const outcome = status === 'succeeded' ? 'complete' : 'failed';
    return { backupId: backup.backupId, outcome, reason: reason ?? '', bytes: 1, rows: 1 };
  },
};

let machine: WorkflowHarness;
afterEach(() => machine.services.stop());
const open = async (changed: Partial<typeof stubs> = {}): Promise<WorkflowHarness> => {
  machine = await openStateMachine('back-up-database', contracts, { ...stubs, ...changed });
  return machine;
};
const callsOf = (name: string) => machine.calls.filter((call) => call.name === name);

describe('back-up-database', () => {
  it('waits for each Job, records each backup, and hands on when it was scheduled', async () => {
    const looks = new Map<string, number>();
    await open({
      'read-agent-job': ({ environment }) => {
        const count = (looks.get(String(environment)) ?? 0) + 1;
        looks.set(String(environment), count);
        return { status: count < 3 ? 'running' : 'succeeded', reason: '', waitSeconds: 10 };
      },
    });
    const end = await machine.run({ scheduledFor: '2026-11-24T02:00:00Z' });
    expect(end).toMatchObject({ status: 'SUCCEEDED', output: { outcome: 'succeeded', reason: '2 backups made' } });
    expect(callsOf('plan-backups')[0]?.input).toMatchObject({ scheduledFor: '2026-11-24T02:00:00Z' });
    expect([...looks.values()]).toEqual([3, 3]);
    expect(callsOf('record-backup')).toHaveLength(2);
  });

  it('succeeds when others make everything already, and says so', async () => {
    await open({ 'plan-backups': () => ({ backups: [], skipped: ['a: it is still being made'] }) });
    expect(await machine.run({ request: { database: 'pyairtable' } })).toMatchObject({
      status: 'SUCCEEDED',
      output: { reason: '0 backups made, 1 left to others: a: it is still being made' },
    });
  });

  it.each([
    [
      'its Job fails',
      { 'read-agent-job': () => ({ status: 'failed', reason: 'BackoffLimitExceeded', waitSeconds: 2 }) },
      'BackoffLimitExceeded',
    ],
    [
      'the cluster refuses its Job',
      {
        'start-agent-job': () => {
          throw new FunctionFailure('ForbiddenError', 'no');
        },
      },
      'ForbiddenError',
    ],
    [
      'the cluster does not say how it is',
      {
        'read-agent-job': () => {
          throw new FunctionFailure('InvalidInputError', 'no');
        },
      },
      'InvalidInputError',
    ],
  ] as [string, Partial<typeof stubs>, string][])('records a failure when %s', async (_, changed, reason) => {
    await open(changed);
    const end = await machine.run({});
    expect(end).toMatchObject({ status: 'FAILED', error: 'BackupsFailed', cause: expect.stringContaining(reason) });
    expect(callsOf('record-backup').map(({ input }) => input.status)).toEqual(['failed', 'failed']);
  });

  it('makes the others although one cannot be recorded', async () => {
    await open({
      'record-backup': (input, harness) => {
        if ((input.backup as PlannedBackup).environment === 'dev') throw new FunctionFailure('NotFoundError', 'gone');
        return stubs['record-backup'](input, harness);
      },
    });
    const end = await machine.run({});
    expect(end).toMatchObject({ status: 'FAILED', cause: expect.stringContaining('dev.pyairtable.dump') });
    expect(end.cause).not.toContain('prod.pyairtable');
  });

  it('fails with the error when nothing could be planned', async () => {
    await open({
      'plan-backups': () => {
        throw new FunctionFailure('InvalidInputError', 'no database x');
      },
    });
    expect(await machine.run({ request: { database: 'x' } })).toMatchObject({
      status: 'FAILED',
      error: 'InvalidInputError',
    });
  });
});

describe('back-up-database of what RDS runs', () => {
  const keyArn = `arn:aws:kms:${REGION}:${ACCOUNT_ID}:key/shared`;
  const snapshotOf = (kind: 'instance' | 'cluster'): PlannedBackup => {
    const { bucket: _, prefix: __, job: ___, ...identity } = planned('prod');
    const until = new Date(Date.now() + 4 * 3_600_000).toISOString();
    return {
      ...{ ...identity, backupId: `prod.orders.snapshot.${kind}`, database: 'orders', method: 'snapshot' },
      ...{ snapshotId: `pyairtable-prod-orders-${kind}`, snapshot: { kind, identifier: 'orders', keyArn, until } },
    };
  };
  const openRds = async (kind: 'instance' | 'cluster', changed: Partial<Database> = {}): Promise<WorkflowHarness> => {
    const all = { ...stubs, 'plan-backups': () => ({ backups: [snapshotOf(kind)], skipped: [] }) };
    machine = await openStateMachine('back-up-database', contracts, all, [createRdsModule]);
    new DatabaseTable(machine.services.context.store).put({
      ...{ kind, region: REGION, identifier: 'orders', engine: 'postgres', engineVersion: '17.4', kmsKeyId: keyArn },
      ...{ allocatedGigabytes: 20, endpoint: 'orders.example', port: 5432, subnetGroup: 'live', securityGroups: [] },
      ...{ backupRetentionDays: 7, deletionProtection: true, tags: {}, createdAt: Date.now(), ...changed },
    });
    return machine;
  };
  const create = (kind: 'instance' | 'cluster') =>
    machine.services.call('rds', kind === 'instance' ? 'CreateDBSnapshot' : 'CreateDBClusterSnapshot', {
      ...(kind === 'instance'
        ? { DBInstanceIdentifier: 'orders', DBSnapshotIdentifier: 'pyairtable-prod-orders-instance' }
        : { DBClusterIdentifier: 'orders', DBClusterSnapshotIdentifier: 'pyairtable-prod-orders-cluster' }),
    });

  it.each(['instance', 'cluster'] as const)(
    'takes a snapshot of the %s, marks it as ours, waits for it, and records what RDS says',
    async (kind) => {
      await openRds(kind);
      expect(await machine.run({})).toMatchObject({ status: 'SUCCEEDED' });
      const [{ input } = { input: {} }] = callsOf('record-backup');
      expect(input).toMatchObject({
        ...{ status: 'succeeded', snapshot: { engineVersion: '17.4', allocatedGigabytes: 20, keyArn } },
      });
      const [snapshot] = new SnapshotTable(machine.services.context.store).all();
      expect(snapshot).toMatchObject({
        identifier: `pyairtable-prod-orders-${kind}`,
        tags: { 'managed-by': 'automation', backup: `prod.orders.snapshot.${kind}`, retention: 'daily' },
      });
    },
  );

  it('goes on with the snapshot of an earlier attempt', async () => {
    await openRds('instance');
    await create('instance');
    expect(await machine.run({})).toMatchObject({ status: 'SUCCEEDED' });
    expect(new SnapshotTable(machine.services.context.store).all()).toHaveLength(1);
  });

  it('waits for a database that is being changed', async () => {
    await openRds('instance', { transition: { status: 'modifying', until: Date.now() + 600_000 } });
    expect(await machine.run({})).toMatchObject({ status: 'SUCCEEDED' });
  });

  it('records what stands in the way by its name: the quota, a database that is not there, one that stays as it is', async () => {
    await openRds('instance');
    const snapshots = new SnapshotTable(machine.services.context.store);
    await create('instance');
    const [one] = snapshots.all();
    if (one === undefined) throw new Error('no snapshot');
    for (let number = 1; number < snapshotQuota; number += 1) snapshots.put({ ...one, identifier: `other-${number}` });
    snapshots.remove(one);
    snapshots.put({ ...one, identifier: 'other' });
    expect((await machine.run({})).cause).toContain('Rds.SnapshotQuotaExceededException');
    const databases = new DatabaseTable(machine.services.context.store);
    const [database] = databases.all();
    if (database === undefined) throw new Error('no database');
    snapshots.remove({ ...one, identifier: 'other' });
    databases.put({ ...database, transition: { status: 'modifying', until: Number.MAX_SAFE_INTEGER } });
    expect((await machine.run({})).cause).toContain('not currently in the available state');
    databases.remove(database);
    expect((await machine.run({})).cause).toContain('Rds.DbInstanceNotFoundException');
  });

  it('records a snapshot that RDS gives up', async () => {
    await openRds('instance');
    await create('instance');
    const snapshots = new SnapshotTable(machine.services.context.store);
    for (const snapshot of snapshots.all()) snapshots.put({ ...snapshot, isFailed: true });
    expect((await machine.run({})).cause).toContain('RDS says that the snapshot is failed');
  });
});
