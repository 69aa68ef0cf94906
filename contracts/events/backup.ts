// The events of backups and restores.
import * as z from 'zod/mini';
import { backupIdentity, backupTiers } from '../ledger/backups.ts';
import { metadataSchema } from './metadata.ts';

export const backupSource = 'automation.backup';

export const backupEventTypes = [
  'BackupStarted',
  'BackupCompleted',
  'BackupFailed',
  'BackupVerified',
  'BackupVerificationFailed',
  'BackupExpired',
  'RestoreStarted',
  'RestoreReady',
  'RestoreCompleted',
  'RestoreFailed',
] as const;
export type BackupEventType = (typeof backupEventTypes)[number];

export const backupDetailSchema = z.object({
  metadata: metadataSchema,
  /** Of a restore: the backup that it restores from. */
  backup: z.object({
    ...backupIdentity,
    tier: z.enum(backupTiers),
    keepUntil: z.string(),
    bucket: z.optional(z.string()),
    prefix: z.optional(z.string()),
    snapshotId: z.optional(z.string()),
    startedAt: z.string(),
    finishedAt: z.optional(z.string()),
    bytes: z.optional(z.number()),
    rows: z.optional(z.number()),
    /** Of a verified one: the measured RTO. */
    restoreSeconds: z.optional(z.number()),
  }),
  /** For a person. */
  reason: z.string(),
});
export type BackupDetail = z.infer<typeof backupDetailSchema>;

/** What people are told of: good news of every night would hide the bad. */
export const backupNotificationPattern = {
  source: [backupSource],
  detailType: [
    'BackupFailed',
    'BackupVerified',
    'BackupVerificationFailed',
    'RestoreStarted',
    'RestoreReady',
    'RestoreCompleted',
    'RestoreFailed',
  ],
};

export const backupCompletedExample: BackupDetail = {
  metadata: {
    eventId: 'prod.pyairtable.dump.20261124_020000-completed',
    correlationId: 'backup/prod.pyairtable.dump.20261124_020000',
    occurredAt: '2026-11-24T02:04:11.020Z',
    actor: 'back-up-database',
  },
  backup: {
    backupId: 'prod.pyairtable.dump.20261124_020000',
    environment: 'prod',
    subject: 'database',
    name: 'pyairtable',
    method: 'dump',
    tier: 'daily',
    keepUntil: '2026-12-24T02:00:00.000Z',
    bucket: 'pyairtable-prod-backups',
    prefix: 'database/20261124_020000/pyairtable/',
    startedAt: '2026-11-24T02:00:00.000Z',
    finishedAt: '2026-11-24T02:04:10.311Z',
    bytes: 186_420_331,
    rows: 2_114_502,
  },
  reason: '2114502 rows of 14 tables in 186420331 bytes',
};
