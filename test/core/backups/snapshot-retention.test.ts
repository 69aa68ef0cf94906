// Snapshots have no lifecycle: they are deleted when they are due, and never when they are held or the last proof.
import { describe, expect, it } from '@jest/globals';
import { loadConfiguration } from '../../../config/load-configuration.ts';
import { type BackupRecord, backupKeys } from '../../../contracts/ledger/backups.ts';
import { applyRetention } from '../../../core/backups/apply-retention.ts';
import { createMemoryBackupStore } from './memory-backup-store.ts';

const configuration = loadConfiguration('config/pyairtable.yaml');
const now = '2027-01-10T04:30:00.000Z';
const snapshotOf = (day: string, changed: Partial<BackupRecord> = {}): BackupRecord => {
  const backupId = `dev.reporting.snapshot.${day}`;
  const startedAt = `${day}T02:00:00.000Z`;
  return {
    ...{ ...backupKeys.backup(backupId), kind: 'backup#dev', sortKey: `${startedAt}#${backupId}`, backupId, startedAt },
    ...{ environment: 'dev', subject: 'database', name: 'reporting', method: 'snapshot', status: 'complete' },
    ...{ tier: 'daily', keepUntil: new Date(Date.parse(startedAt) + 30 * 86_400_000).toISOString() },
    ...{ snapshotId: day, snapshotKind: 'instance', executionArn: 'x', actor: 'x', correlationId: 'x', ...changed },
  };
};

async function apply(backups: readonly BackupRecord[], lastVerified?: string) {
  const store = createMemoryBackupStore();
  for (const backup of backups) await store.begin(backup);
  if (lastVerified !== undefined)
    await store.putLastVerified({
      ...{ ...backupKeys.lastVerified('dev', 'reporting'), kind: 'last-verified', sortKey: 'dev#reporting' },
      ...{ environment: 'dev', name: 'reporting', backupId: lastVerified, takenAt: now, verifiedAt: now },
      restoreSeconds: 1,
    });
  const there = new Set(backups.map(({ snapshotId }) => snapshotId));
  const removed: string[] = [];
  const told: string[] = [];
  const report = await applyRetention(configuration, {
    store,
    objects: {
      areThere: async ({ snapshotId }) => there.has(snapshotId),
      tag: async () => undefined,
      remove: async ({ snapshotId = '' }) => {
        removed.push(snapshotId);
        there.delete(snapshotId);
      },
    },
    publisher: { publish: async ({ detailType }) => void told.push(detailType) },
    now: () => now,
  });
  const statuses = [...store.backups.values()].map(({ status }) => status);
  return { report, removed, told, statuses };
}

describe('the retention of snapshots', () => {
  it('deletes what is due, tells of it, and leaves the others', async () => {
    const { report, removed, told, statuses } = await apply([snapshotOf('2026-12-10'), snapshotOf('2027-01-09')]);
    expect([removed, told, statuses]).toEqual([['2026-12-10'], ['BackupExpired'], ['expired', 'complete']]);
    expect(report).toMatchObject({ expired: 1, lost: 0 });
  });

  it('deletes neither what is held nor what was proven last', async () => {
    const held = snapshotOf('2026-11-01', { legalHold: true });
    const proven = snapshotOf('2026-11-02');
    const { removed, statuses } = await apply([held, proven], proven.backupId);
    expect([removed, statuses]).toEqual([[], ['complete', 'complete']]);
  });

  it('takes away what a failed one left, and does not call it expired', async () => {
    const failed = snapshotOf('2027-01-09', { status: 'failed' });
    const { removed, told, statuses } = await apply([failed]);
    expect([removed, told, statuses]).toEqual([['2027-01-09'], [], ['failed']]);
  });
});
