// Metrics of the proofs of backups: how old the last one of each database is, and how long its restore took.
import { backupKinds, lastVerifiedRecord } from '../../contracts/ledger/backups.ts';
import type { Collector } from './collectors.ts';
import { toSeconds } from './metric-family.ts';

export const collectBackups: Collector = async ({ listByKind }) => {
  const records = await listByKind(lastVerifiedRecord, backupKinds.lastVerified);
  const gauge = (name: string, help: string, measure: (record: (typeof records)[number]) => number) => ({
    name,
    help,
    type: 'gauge' as const,
    samples: records.map((record) => ({
      labels: { database: record.name, environment: record.environment },
      value: measure(record),
    })),
  });
  return [
    gauge(
      'automation_backup_verified_timestamp_seconds',
      'When a backup was proven by a restore last.',
      ({ verifiedAt }) => toSeconds(verifiedAt),
    ),
    gauge(
      'automation_backup_verified_taken_timestamp_seconds',
      'When the backup that was proven last was taken.',
      ({ takenAt }) => toSeconds(takenAt),
    ),
    gauge(
      'automation_backup_restore_seconds',
      'How long its restore took: the measured RTO.',
      ({ restoreSeconds }) => restoreSeconds,
    ),
  ];
};
