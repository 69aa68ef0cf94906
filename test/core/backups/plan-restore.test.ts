// What a restore would do, and every restore that is refused before anything is made.
import { describe, expect, it } from '@jest/globals';
import { loadConfiguration } from '../../../config/load-configuration.ts';
import type { BackupRecord } from '../../../contracts/ledger/backups.ts';
import type { RestoreRequest } from '../../../contracts/workflows/restore-database.ts';
import { planBackups } from '../../../core/backups/plan-backups.ts';
import { planRestore } from '../../../core/backups/plan-restore.ts';
import { hashPlan } from '../../../core/plans/hash-plan.ts';
import { createMemoryBackupStore } from './memory-backup-store.ts';

const configuration = loadConfiguration('config/pyairtable.yaml');
const request: RestoreRequest = {
  environment: 'prod',
  database: 'pyairtable',
  actor: 'ada',
  reason: 'a bad migration',
};
const idOf = (day: number): string => `prod.pyairtable.dump.202611${day}_020000`;

async function buildCatalogue(): Promise<BackupRecord[]> {
  const store = createMemoryBackupStore();
  for (const day of [24, 25, 26]) {
    const startedAt = `2026-11-${day}T02:00:00.000Z`;
    await planBackups(configuration, store, {
      startedAt,
      executionArn: `run-${day}`,
      request: { environment: 'prod', method: 'dump' },
    });
    store.runs.clear();
    const record = store.backups.get(idOf(day)) as BackupRecord;
    store.backups.set(idOf(day), { ...record, status: day === 25 ? 'failed' : 'complete' });
  }
  return await store.list('prod');
}
const decide = async (changed: Partial<RestoreRequest>) =>
  planRestore(configuration, { ...request, ...changed }, await buildCatalogue());

describe('a plan', () => {
  it('says every step, what is lost and where the new database stands; the same request has the same hash', async () => {
    const first = await decide({ backupId: idOf(24) });
    expect(first).toMatchObject({
      outcome: 'planned',
      reason: `pyairtable in prod from ${idOf(24)}, never proven by a restore`,
      plan: {
        databaseBeside: 'pyairtable_restore_20261124_020000',
        isInPlace: false,
        loss: expect.stringContaining('2026-11-24T02:00:00.000Z'),
      },
    });
    if (first.outcome !== 'planned') throw new Error(first.reason);
    expect(first.plan.steps[0]).toBe('back up pyairtable in prod as it is now');
    expect(first.plan.steps).toContain('ask again whether to cut over');
    const again = await decide({ backupId: idOf(24) });
    expect(again.outcome === 'planned' && hashPlan(again.plan)).toBe(hashPlan(first.plan));
    const other = await decide({ backupId: idOf(26) });
    expect(other.outcome === 'planned' && hashPlan(other.plan)).not.toBe(hashPlan(first.plan));
  });

  it('goes to the moment of a backup', async () => {
    expect(await decide({ at: '2026-11-26T03:00:00+01:00' })).toMatchObject({
      plan: { backup: { backupId: idOf(26) } },
    });
  });

  it('is in place only with a confirmation that names the database', async () => {
    const plan = await decide({ backupId: idOf(24), confirmedDatabase: 'pyairtable' });
    expect(plan).toMatchObject({ plan: { isInPlace: true } });
    expect(plan.outcome === 'planned' && plan.plan.steps).not.toContain('ask again whether to cut over');
    expect(await decide({ backupId: idOf(24), confirmedDatabase: 'other' })).toMatchObject({
      outcome: 'refused',
      reason: 'the confirmation names other, the restore is of pyairtable',
    });
  });
});

describe('what is impossible is refused, with what is possible instead:', () => {
  it.each([
    [
      'a backup that there is not',
      { backupId: 'x' },
      `there is no backup x in prod: the newest that can is ${idOf(26)}`,
    ],
    ['a failed backup', { backupId: idOf(25) }, `${idOf(25)} is failed and cannot be restored from`],
    ['neither backup nor time', {}, 'say either from which backup or to which time'],
    ['both', { backupId: idOf(24), at: '2026-11-24T02:00:00Z' }, 'say either'],
    [
      'a time before the oldest',
      { at: '2026-11-01T00:00:00Z' },
      `it is before the oldest backup. The nearest possible: 2026-11-24T02:00:00.000Z (${idOf(24)})`,
    ],
    [
      'a time after the newest',
      { at: '2026-12-01T00:00:00Z' },
      'it is after what is stored. The nearest possible: 2026-11-26T02:00:00.000Z',
    ],
    [
      'a time between two',
      { at: '2026-11-25T12:00:00Z' },
      `it is between what is stored. The nearest possible: 2026-11-24T02:00:00.000Z (${idOf(24)}), 2026-11-26T02:00:00.000Z (${idOf(26)})`,
    ],
    ['no time at all', { at: 'yesterday' }, 'must be ISO 8601'],
    [
      'an environment that there is not',
      { backupId: 'x', environment: 'moon' },
      'no environment moon, there are dev, staging, prod',
    ],
    [
      'a database that there is not',
      { backupId: 'x', database: 'moon' },
      'no database moon in prod: the configuration names pyairtable in dev',
    ],
    [
      'an environment without backups',
      { at: '2026-11-24T02:00:00Z', environment: 'dev' },
      'there is no complete backup of pyairtable in dev yet',
    ],
  ] as [string, Partial<RestoreRequest>, string][])('%s', async (_, changed, reason) => {
    const backups = changed.environment === 'dev' ? [] : await buildCatalogue();
    const decision = planRestore(configuration, { ...request, ...changed }, backups);
    expect(decision).toMatchObject({ outcome: 'refused', reason: expect.stringContaining(reason) });
  });
});

describe('a restore by RDS', () => {
  const ofRds = { ...request, environment: 'dev', database: 'reporting' };
  const window = { earliest: '2026-11-20T00:00:00.000Z', latest: '2026-11-26T09:55:00.000Z' };
  const at = '2026-11-25T12:00:00.000Z';

  it('goes to any moment that RDS has, and says what becomes of the live instance', async () => {
    const decision = planRestore(configuration, { ...ofRds, at }, [], undefined, window);
    expect(decision).toMatchObject({
      outcome: 'planned',
      plan: {
        databaseBeside: 'pyairtable-dev-reporting-restore-20261125-120000',
        rds: { kind: 'instance', live: 'pyairtable-dev-reporting', at },
        steps: expect.arrayContaining([expect.stringContaining('nobody answers there')]),
      },
    });
    if (decision.outcome !== 'planned') throw new Error(decision.reason);
    expect(decision.plan.rds).not.toHaveProperty('snapshotId');
    expect(decision.plan.steps.some((step) => step.includes('one transaction'))).toBe(false);
  });

  it('is refused for a moment that RDS does not have, with the nearest', () => {
    const decision = planRestore(configuration, { ...ofRds, at: '2026-11-27T00:00:00Z' }, [], undefined, window);
    expect(decision).toMatchObject({
      outcome: 'refused',
      reason: expect.stringContaining('The nearest possible: 2026-11-26T09:55:00.000Z (by RDS)'),
    });
  });

  it('names what happens to a cluster and to its instances', () => {
    const decision = planRestore(configuration, { ...ofRds, database: 'analytics', at }, [], undefined, window);
    expect(decision).toMatchObject({
      plan: {
        rds: { kind: 'cluster', live: 'pyairtable-dev-analytics', at },
        steps: expect.arrayContaining([
          expect.stringContaining('with pyairtable-dev-analytics-restore-20261125-120000-1 in it'),
          expect.stringContaining('then the instances, which are named after their cluster'),
        ]),
      },
    });
  });

  it('takes a snapshot of what the database is, and none of what it was before', async () => {
    const store = createMemoryBackupStore();
    const run = { startedAt: at, executionArn: 'run', request: { database: 'reporting' } };
    const { backups } = await planBackups(configuration, store, run);
    const backupId = String(backups[0]?.backupId);
    const complete: BackupRecord = { ...(store.backups.get(backupId) as BackupRecord), status: 'complete' };
    expect(planRestore(configuration, { ...ofRds, backupId }, [complete])).toMatchObject({
      plan: { rds: { snapshotId: 'pyairtable-dev-reporting-20261125-120000' }, backup: { backupId } },
    });
    const ofCluster: BackupRecord = { ...complete, snapshotKind: 'cluster' };
    expect(planRestore(configuration, { ...ofRds, backupId }, [ofCluster])).toMatchObject({
      ...{ outcome: 'refused', reason: expect.stringContaining('is of an RDS cluster') },
    });
  });
});
