// What is told of a backup of the configuration, and of what it found changed.
import { type BackupDetail, type BackupEventType, backupSource } from '../../contracts/events/backup.ts';
import { type ConfigurationDetail, configurationSource } from '../../contracts/events/configuration.ts';
import type { BackupRecord } from '../../contracts/ledger/backups.ts';
import type { Changes } from './compare-lines.ts';

/** So many lines fit well into an event and a message; the bucket has them all. */
const toldLines = 40;

export function buildBackupEvent(
  record: BackupRecord,
  type: Extract<BackupEventType, 'BackupCompleted' | 'BackupFailed'>,
  reason: string,
  occurredAt: string,
) {
  const { backupId, environment, subject, name, method, tier, keepUntil, bucket, prefix } = record;
  const { startedAt, finishedAt, bytes, rows } = record;
  const detail: BackupDetail = {
    metadata: {
      eventId: `${backupId}-${type === 'BackupCompleted' ? 'completed' : 'failed'}`,
      correlationId: record.correlationId,
      occurredAt,
      actor: 'back-up-configuration',
    },
    backup: {
      ...{ backupId, environment, subject, name, method, tier, keepUntil, bucket, prefix },
      ...{ startedAt, finishedAt, bytes, rows },
    },
    reason,
  };
  return { source: backupSource, detailType: type, detail };
}

export function buildChangeEvent(
  { backupId, environment, rows = 0, correlationId }: BackupRecord,
  previousBackupId: string,
  { added, removed, changed, lines }: Changes,
  occurredAt: string,
) {
  const counts = [
    [added, 'added'],
    [removed, 'removed'],
    [changed, 'changed'],
  ] as const;
  const words = counts.flatMap(([count, word]) => (count === 0 ? [] : [`${count} ${word}`])).join(', ');
  const more = lines.length - toldLines;
  const detail: ConfigurationDetail = {
    metadata: { eventId: `${backupId}-changed`, correlationId, occurredAt, actor: 'back-up-configuration' },
    configuration: { environment, backupId, previousBackupId, objects: rows, added, removed, changed },
    changes: [...lines.slice(0, toldLines), ...(more > 0 ? [`and ${more} more: see changes.txt of the backup`] : [])],
    reason: `${words} since ${previousBackupId}`,
  };
  return { source: configurationSource, detailType: 'ConfigurationChanged', detail };
}
