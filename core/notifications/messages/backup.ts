// What people are told of backups and restores: what failed or was not proven, and each restore from its start to its end.
import { type BackupEventType, backupDetailSchema, backupSource } from '../../../contracts/events/backup.ts';
import type { Mark } from '../../../contracts/notifications.ts';
import { defineMessages } from '../define-messages.ts';

interface Words {
  readonly mark: Mark;
  readonly verb: string;
  readonly severity: 'info' | 'warning' | 'critical';
  readonly rank: number;
  readonly closes: boolean;
}

const words = {
  BackupFailed: { mark: 'failure', verb: 'could not be backed up', severity: 'warning', rank: 2, closes: true },
  BackupVerified: { mark: 'success', verb: 'was proven by a restore', severity: 'info', rank: 1, closes: true },
  BackupVerificationFailed: {
    mark: 'failure',
    verb: 'has a backup that proved bad',
    severity: 'critical',
    rank: 2,
    closes: true,
  },
  RestoreStarted: { mark: 'running', verb: 'is being restored', severity: 'warning', rank: 0, closes: false },
  RestoreReady: {
    mark: 'question',
    verb: 'is restored beside the live one',
    severity: 'warning',
    rank: 1,
    closes: false,
  },
  RestoreCompleted: { mark: 'success', verb: 'was restored', severity: 'warning', rank: 2, closes: true },
  RestoreFailed: { mark: 'failure', verb: 'was not restored', severity: 'critical', rank: 2, closes: true },
} as const satisfies Partial<Record<BackupEventType, Words>>;

export const backupMessages = defineMessages({
  source: backupSource,
  types: Object.keys(words) as (keyof typeof words)[],
  schema: backupDetailSchema,
  build(type, { metadata, backup, reason }) {
    const { mark, verb, severity, rank, closes } = words[type];
    const { name, environment, backupId, method, restoreSeconds } = backup;
    return {
      // Of a restore the correlation is the restore's, of everything else the backup's.
      subject: `backup/${metadata.correlationId}`,
      family: 'backup',
      environment,
      severity,
      rank,
      closes,
      recurring: type === 'BackupVerified' || type === 'BackupVerificationFailed',
      mark,
      headline: `${name} in ${environment} ${verb}`,
      reason,
      facts: [
        { label: 'backup', value: backupId, code: true },
        { label: 'by', value: method },
        ...(restoreSeconds === undefined ? [] : [{ label: 'restored in', value: `${restoreSeconds.toFixed(1)} s` }]),
      ],
      details: [],
    };
  },
});
