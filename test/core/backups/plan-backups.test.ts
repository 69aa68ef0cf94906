// Which backups a run makes, and that no two runs make the same one.
import { describe, expect, it } from '@jest/globals';
import { loadConfiguration } from '../../../config/load-configuration.ts';
import { planBackups } from '../../../core/backups/plan-backups.ts';
import { createMemoryBackupStore } from './memory-backup-store.ts';

const configuration = loadConfiguration('config/pyairtable.yaml');
const night = { scheduledFor: '2026-11-24T02:00:00Z', startedAt: '2026-11-24T02:00:03.000Z', executionArn: 'first' };

describe('a run', () => {
  it('makes every configured backup, named by the night and not by the minute in which it began', async () => {
    const { backups, skipped } = await planBackups(configuration, createMemoryBackupStore(), night);
    expect(backups.map(({ backupId }) => backupId)).toEqual(
      expect.arrayContaining(['dev', 'staging', 'prod'].map((env) => `${env}.pyairtable.dump.20261124_020000`)),
    );
    expect(backups[0]).toMatchObject({
      bucket: 'pyairtable-dev-backups',
      prefix: 'database/20261124_020000/pyairtable/',
      job: 'back-up-pyairtable-20261124-020000',
      keepUntil: '2027-11-25T02:00:00.000Z',
      tier: 'monthly',
    });
    expect(skipped).toEqual([]);
  });

  it('answers the same when it is repeated', async () => {
    const store = createMemoryBackupStore();
    const first = await planBackups(configuration, store, night);
    expect(await planBackups(configuration, store, night)).toEqual(first);
    expect(store.backups.size).toBe(first.backups.length);
  });

  it('makes only what a person asks for, and refuses what there is not', async () => {
    const store = createMemoryBackupStore();
    const request = { environment: 'prod', database: 'pyairtable', method: 'dump' as const, actor: 'ada' };
    const { backups } = await planBackups(configuration, store, { ...night, request });
    expect(backups.map(({ backupId, actor }) => [backupId, actor])).toEqual([
      ['prod.pyairtable.dump.20261124_020000', 'ada'],
    ]);
    await expect(planBackups(configuration, store, { ...night, request: { database: 'nope' } })).rejects.toThrow(
      'no database nope, there are pyairtable',
    );
    await expect(planBackups(configuration, store, { ...night, request: { environment: 'nope' } })).rejects.toThrow(
      'no environment nope',
    );
  });
});

describe('a second run', () => {
  it('of the same night makes nothing that the first makes or has made', async () => {
    const store = createMemoryBackupStore();
    await planBackups(configuration, store, night);
    const during = await planBackups(configuration, store, { ...night, executionArn: 'second' });
    expect(during.backups).toEqual([]);
    expect(during.skipped[0]).toContain('is still being made');
    store.runs.clear();
    const after = await planBackups(configuration, store, { ...night, executionArn: 'third' });
    expect(after.backups).toEqual([]);
    expect(after.skipped[0]).toContain('it was made by first already');
    expect(store.runs.size).toBe(0);
  });

  it('of the next night leaves out what still runs, and takes over what has outlived its time', async () => {
    const store = createMemoryBackupStore();
    const { backups } = await planBackups(configuration, store, night);
    const soon = { scheduledFor: '2026-11-24T04:00:00Z', startedAt: '2026-11-24T04:00:00Z', executionArn: 'second' };
    expect((await planBackups(configuration, store, soon)).skipped).toHaveLength(backups.length);
    const next = { scheduledFor: '2026-11-25T02:00:00Z', startedAt: '2026-11-25T02:00:00Z', executionArn: 'third' };
    expect((await planBackups(configuration, store, next)).backups).toHaveLength(backups.length);
    expect(store.backups.get(String(backups[0]?.backupId))).toMatchObject({
      status: 'failed',
      reason: 'its run ended without a result: a later run has taken over',
    });
  });
});

describe('two triggers at once', () => {
  it('make each backup of the night exactly once, whoever gets it', async () => {
    const store = createMemoryBackupStore();
    const runs = await Promise.all(
      ['first', 'second', 'third'].map((executionArn) => planBackups(configuration, store, { ...night, executionArn })),
    );
    const made = runs.flatMap(({ backups }) => backups.map(({ backupId }) => backupId));
    expect(made.toSorted()).toEqual([...store.backups.keys()].toSorted());
    expect(new Set(made).size).toBe(made.length);
    expect(runs.flatMap(({ skipped }) => skipped)).toHaveLength(2 * made.length);
  });
});

describe('the nights on which calendars stumble', () => {
  const day = 86_400_000;
  const nightsFrom = (first: string, count: number): string[] =>
    Array.from({ length: count }, (_, index) => new Date(Date.parse(first) + index * day).toISOString());

  it.each([
    ['clocks go forward', '2026-03-28T02:00:00.000Z'],
    ['clocks go back', '2026-10-24T02:00:00.000Z'],
    ['February has 29 days', '2028-02-27T02:00:00.000Z'],
    ['the year ends', '2027-12-30T02:00:00.000Z'],
  ])('have each one backup, kept for whole days, when %s', async (_, first) => {
    const store = createMemoryBackupStore();
    const request = { environment: 'prod', database: 'pyairtable' };
    for (const scheduledFor of nightsFrom(first, 4)) {
      const { backups } = await planBackups(configuration, store, {
        ...{ request, scheduledFor, startedAt: scheduledFor, executionArn: scheduledFor },
      });
      expect(backups.map(({ startedAt }) => startedAt)).toEqual([scheduledFor]);
      for (const { backupId, keepUntil } of backups) {
        expect((Date.parse(keepUntil) - Date.parse(scheduledFor)) % day).toBe(0);
        const record = store.backups.get(backupId);
        if (record !== undefined) store.backups.set(backupId, { ...record, status: 'complete' });
      }
      store.runs.clear();
    }
    expect(store.backups.size).toBe(4);
    // The first night after the turn of a month or of a week is the one that is kept for longer.
    const tiers = [...store.backups.values()].map(({ startedAt, tier }) => [startedAt.slice(5, 10), tier]);
    expect(tiers).toEqual(expectedTiers[first]);
  });

  const expectedTiers: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
    '2026-03-28T02:00:00.000Z': [
      ['03-28', 'monthly'],
      ['03-29', 'daily'],
      ['03-30', 'weekly'],
      ['03-31', 'daily'],
    ],
    '2026-10-24T02:00:00.000Z': [
      ['10-24', 'monthly'],
      ['10-25', 'daily'],
      ['10-26', 'weekly'],
      ['10-27', 'daily'],
    ],
    '2028-02-27T02:00:00.000Z': [
      ['02-27', 'monthly'],
      ['02-28', 'weekly'],
      ['02-29', 'daily'],
      ['03-01', 'monthly'],
    ],
    '2027-12-30T02:00:00.000Z': [
      ['12-30', 'monthly'],
      ['12-31', 'daily'],
      ['01-01', 'monthly'],
      ['01-02', 'daily'],
    ],
  };
});
