import { describe, expect, it } from '@jest/globals';
import { loadConfiguration } from '../../../config/load-configuration.ts';
import { replicationDetailSchema, replicationLaggingExample } from '../../../contracts/events/replication.ts';
import type { BackupRecord } from '../../../contracts/ledger/backups.ts';
import { type ReplicationRecord, replicationRecord } from '../../../contracts/ledger/replications.ts';
import { followBackup } from '../../../core/recovery/follow-backup.ts';
import {
  measureReplication,
  type ReplicationParts,
  type RunningImage,
} from '../../../core/recovery/measure-replication.ts';

const configuration = loadConfiguration('config/pyairtable.yaml');

const backup = (day: string, changes: Partial<BackupRecord> = {}): BackupRecord => ({
  ...{ pk: 'p', sk: 's', kind: 'k', sortKey: 's', backupId: `prod.pyairtable.dump.202611${day}_020000` },
  ...{
    environment: 'prod',
    subject: 'database',
    name: 'pyairtable',
    method: 'dump',
    status: 'complete',
    tier: 'daily',
  },
  ...{
    keepUntil: '2026-12-24T02:00:00.000Z',
    bucket: 'pyairtable-prod-backups',
    prefix: `database/202611${day}_020000/`,
  },
  ...{ startedAt: `2026-11-${day}T02:00:00.000Z`, executionArn: 'arn', actor: 'a', correlationId: 'c' },
  ...changes,
});

function open(initial: BackupRecord[]) {
  const backups = [...initial];
  const records = new Map<string, ReplicationRecord>();
  const events: { detailType: string; detail: unknown }[] = [];
  const state = {
    arriving: true,
    resent: 0,
    ledgerSeconds: 1,
    differsSince: undefined as string | undefined,
    images: [] as RunningImage[],
  };
  const followed: string[] = [];
  const parts: ReplicationParts = {
    configuration,
    backups: {
      find: async (backupId) => backups.find((each) => each.backupId === backupId),
      list: async (environment, since) =>
        backups.filter((each) => each.environment === environment && each.startedAt >= since),
      markReplicated: async (backupId, at) => {
        const index = backups.findIndex((each) => each.backupId === backupId);
        backups[index] = { ...(backups[index] as BackupRecord), replicatedAt: at };
      },
    },
    followObjects: async ({ backupId }) => {
      followed.push(backupId);
      return { arrived: state.arriving, resent: state.resent };
    },
    measureLedger: async () => state.ledgerSeconds,
    listSecrets: async () => [
      { name: 'github', differsSince: state.differsSince, isResent: state.differsSince !== undefined },
    ],
    listImages: async () => state.images,
    store: {
      find: async (dataClass, subject) => records.get(`${dataClass}/${subject}`),
      put: async (record) => void records.set(`${record.dataClass}/${record.subject}`, replicationRecord.parse(record)),
    },
    publisher: { publish: async (event) => void events.push(event as never) },
  };
  return {
    ...{ backups, records, events, state, followed },
    types: () => events.map(({ detailType }) => detailType),
    measure: (now: string) => measureReplication(parts, now),
    follow: (now: string, backupId: string) => followBackup(parts, now, backupId),
  };
}

describe('a round of the replication', () => {
  it('sends secrets again that are not the same there, and measures since when they differ', async () => {
    const { measure, state, records } = open([]);
    state.differsSince = '2026-11-24T00:00:00.000Z';
    expect(await measure('2026-11-24T03:00:00.000Z')).toMatchObject({ resent: 1, lagging: 1 });
    expect(records.get('secrets/secrets')).toMatchObject({ state: 'lagging', rpoSeconds: 3 * 3600 });
  });

  it('misses an image of what runs since it has begun to run', async () => {
    const { measure, state, records } = open([]);
    const image = { service: 'api-gateway', digest: `sha256:${'1'.repeat(64)}`, since: '2026-11-24T00:00:00.000Z' };
    state.images = [{ ...image, isThere: true }];
    expect(await measure('2026-11-24T02:00:00.000Z')).toMatchObject({ lagging: 0 });
    state.images = [{ ...image, isThere: false }];
    expect(await measure('2026-11-24T03:00:00.000Z')).toMatchObject({ lagging: 1 });
    expect(records.get('images/prod')).toMatchObject({
      ...{ rpoSeconds: 3 * 3600, state: 'lagging' },
      reason: expect.stringContaining('api-gateway sha256:111111111111 cannot be pulled'),
    });
  });

  it('marks what has arrived once, and measures the age of the newest that stands there', async () => {
    const { measure, backups, records, followed } = open([backup('23'), backup('24')]);
    expect(await measure('2026-11-24T03:00:00.000Z')).toEqual({ replicated: 2, pending: 0, resent: 0, lagging: 0 });
    expect(backups.map(({ replicatedAt }) => replicatedAt)).toEqual(Array(2).fill('2026-11-24T03:00:00.000Z'));
    expect(records.get('database/prod/pyairtable')).toMatchObject({ state: 'in-time', rpoSeconds: 3600 });
    await measure('2026-11-24T04:00:00.000Z');
    expect(followed).toHaveLength(2);
  });

  it('tells once when the newest backup there is too old, and once when it is in time again', async () => {
    const { measure, backups, state, types, events } = open([
      backup('23', { replicatedAt: '2026-11-23T02:10:00.000Z' }),
    ]);
    backups.push(backup('24'));
    state.arriving = false;
    expect(await measure('2026-11-24T03:00:00.000Z')).toMatchObject({ pending: 1, lagging: 0 });
    expect(await measure('2026-11-24T05:00:00.000Z')).toMatchObject({ pending: 1, lagging: 1 });
    await measure('2026-11-24T06:00:00.000Z');
    expect(types()).toEqual(['ReplicationLagging']);
    expect(replicationDetailSchema.parse(events[0]?.detail).reason).toBe(
      'the newest backup in the recovery region is of 2026-11-23T02:00:00.000Z: 27 h where 26 h are allowed',
    );
    state.arriving = true;
    await measure('2026-11-24T07:00:00.000Z');
    expect(types()).toEqual(['ReplicationLagging', 'ReplicationRecovered']);
  });

  it('also when there is no new backup: what stands there grows older', async () => {
    const { measure, types } = open([backup('23', { replicatedAt: '2026-11-23T02:10:00.000Z' })]);
    await measure('2026-11-24T05:00:00.000Z');
    expect(types()).toEqual(['ReplicationLagging']);
  });

  it('counts from the first backup while none has arrived', async () => {
    const { measure, state, records } = open([backup('23'), backup('24')]);
    state.arriving = false;
    await measure('2026-11-24T05:00:00.000Z');
    expect(records.get('database/prod/pyairtable')).toMatchObject({
      state: 'lagging',
      reason: expect.stringContaining('no backup has arrived in the recovery region since 2026-11-23T02:00:00.000Z'),
    });
  });

  it('counts what was sent again, and leaves failed and running backups alone', async () => {
    const { measure, state, followed } = open([
      backup('24'),
      backup('23', { status: 'failed' }),
      backup('22', { status: 'running' }),
    ]);
    Object.assign(state, { arriving: false, resent: 3 });
    expect(await measure('2026-11-24T03:00:00.000Z')).toMatchObject({ resent: 3, pending: 1 });
    expect(followed).toEqual(['prod.pyairtable.dump.20261124_020000']);
  });

  it('measures the ledger and the secrets against their own targets', async () => {
    const { measure, state, records, types } = open([]);
    Object.assign(state, { ledgerSeconds: 301, differsSince: '2026-11-24T03:30:00.000Z' });
    expect(await measure('2026-11-24T04:00:00.000Z')).toMatchObject({ lagging: 1 });
    expect(records.get('ledger/ledger')).toMatchObject({ state: 'lagging', targetSeconds: 300 });
    expect(records.get('secrets/secrets')).toMatchObject({ state: 'in-time', rpoSeconds: 1800 });
    expect(types()).toEqual(['ReplicationLagging']);
  });

  it('has an example that keeps the contract', () => {
    expect(replicationDetailSchema.parse(replicationLaggingExample)).toEqual(replicationLaggingExample);
  });
});

describe('the round of one backup', () => {
  const id = 'prod.pyairtable.dump.20261124_020000';

  it('follows that one only, however many wait, and measures what it is of', async () => {
    const { follow, followed, records, backups, state } = open([backup('22'), backup('23'), backup('24')]);
    state.arriving = false;
    expect(await follow('2026-11-24T02:01:00.000Z', id)).toEqual({ replicated: 0, pending: 1, resent: 0, lagging: 0 });
    expect(records.size).toBe(0);
    state.arriving = true;
    expect(await follow('2026-11-24T02:02:00.000Z', id)).toEqual({ replicated: 1, pending: 0, resent: 0, lagging: 0 });
    expect(followed).toEqual([id, id]);
    expect(backups.map(({ replicatedAt }) => replicatedAt)).toEqual([undefined, undefined, '2026-11-24T02:02:00.000Z']);
    expect([...records.values()]).toMatchObject([
      {
        ...{ dataClass: 'database', subject: 'prod/pyairtable', rpoSeconds: 120, newestAt: '2026-11-24T02:00:00.000Z' },
        reason: expect.stringContaining('the newest backup in the recovery region is of 2026-11-24T02:00:00.000Z'),
      },
    ]);
  });

  it('does not make younger what stands there when an older one arrives late', async () => {
    const { follow, measure, records } = open([backup('22'), backup('23'), backup('24')]);
    await follow('2026-11-24T03:00:00.000Z', id);
    await follow('2026-11-24T04:00:00.000Z', 'prod.pyairtable.dump.20261123_020000');
    const newest = { rpoSeconds: 7200, newestAt: '2026-11-24T02:00:00.000Z' };
    expect(records.get('database/prod/pyairtable')).toMatchObject(newest);
    // Nor does the sweep think otherwise.
    expect(await measure('2026-11-24T04:00:00.000Z')).toMatchObject({ replicated: 1 });
    expect(records.get('database/prod/pyairtable')).toMatchObject(newest);
  });

  it('tells that it is in time again', async () => {
    const { follow, measure, types, backups } = open([backup('22', { replicatedAt: '2026-11-22T02:05:00.000Z' })]);
    await measure('2026-11-24T01:00:00.000Z');
    backups.push(backup('24'));
    await follow('2026-11-24T02:05:00.000Z', id);
    expect(types()).toEqual(['ReplicationLagging', 'ReplicationRecovered']);
  });

  it('has nothing to follow when it failed, is gone, or is there already', async () => {
    const { follow, followed } = open([backup('24', { status: 'failed' }), backup('23', { replicatedAt: 'then' })]);
    for (const each of [id, 'prod.pyairtable.dump.20261123_020000', 'unknown'])
      expect(await follow('2026-11-24T02:05:00.000Z', each)).toMatchObject({ replicated: 0, pending: 0 });
    expect(followed).toEqual([]);
  });
});
