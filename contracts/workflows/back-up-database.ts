// Input of back-up-database and of its tasks.
import * as z from 'zod/mini';
import { backupTiers, snapshotKinds } from '../ledger/backups.ts';

/** What a person or another workflow asks for; also the form of the console and of `automation backups create`. */
export const backupRequestSchema = z.object({
  /** All of the configuration when left out. */
  environment: z.optional(z.string()),
  database: z.optional(z.string()),
  method: z.optional(z.enum(['dump', 'snapshot'])),
  reason: z.optional(z.string()),
  actor: z.optional(z.string()),
});
export type BackupRequest = z.infer<typeof backupRequestSchema>;

/** One backup to make. */
export const plannedBackupSchema = z.object({
  backupId: z.string(),
  environment: z.string(),
  database: z.string(),
  method: z.enum(['dump', 'snapshot']),
  tier: z.enum(backupTiers),
  keepUntil: z.string(),
  /** When it was begun, as its names carry it: `YYYYMMDD_HHMMSS`, UTC. */
  stamp: z.string(),
  startedAt: z.string(),
  bucket: z.optional(z.string()),
  prefix: z.optional(z.string()),
  /** Of the Kubernetes Job. */
  job: z.optional(z.string()),
  /** Of a snapshot by RDS: what it is called, and what it is taken of. */
  snapshotId: z.optional(z.string()),
  snapshot: z.optional(
    z.object({
      kind: z.enum(snapshotKinds),
      identifier: z.string(),
      /** It must be encrypted under this key. */
      keyArn: z.string(),
      /** One that is not available by then has failed. */
      until: z.string(),
    }),
  ),
  actor: z.string(),
  correlationId: z.string(),
});
export type PlannedBackup = z.infer<typeof plannedBackupSchema>;

export const planBackupsTask = {
  input: z.object({
    request: z.optional(backupRequestSchema),
    /** The time for which it was scheduled: the same night has the same backups, however often it is started. */
    scheduledFor: z.optional(z.string()),
    executionArn: z.string(),
    startedAt: z.string(),
  }),
  output: z.object({
    backups: z.array(plannedBackupSchema),
    /** What was not taken on, each with the reason. */
    skipped: z.array(z.string()),
  }),
};

export const recordBackupTask = {
  input: z.object({
    backup: plannedBackupSchema,
    executionArn: z.string(),
    /** How its Job or snapshot ended. */
    status: z.enum(['succeeded', 'failed', 'missing']),
    reason: z.optional(z.string()),
    /** Of a snapshot. */
    snapshot: z.optional(
      z.object({
        engineVersion: z.string(),
        allocatedGigabytes: z.number(),
        /** Absent: it is not encrypted. */
        keyArn: z.optional(z.string()),
      }),
    ),
  }),
  output: z.object({
    backupId: z.string(),
    outcome: z.enum(['complete', 'failed']),
    reason: z.string(),
    bytes: z.number(),
    rows: z.number(),
  }),
};
