// Input and output of back-up-configuration and of its tasks.
import * as z from 'zod/mini';
import { backupTiers } from '../ledger/backups.ts';

/** What a person asks for: everything when left out. */
export const configurationBackupRequestSchema = z.object({
  environment: z.optional(z.string()),
  actor: z.optional(z.string()),
});

export const plannedConfigurationBackupSchema = z.object({
  backupId: z.string(),
  environment: z.string(),
  bucket: z.string(),
  /** With the slash at the end. */
  prefix: z.string(),
  tier: z.enum(backupTiers),
  keepUntil: z.string(),
  startedAt: z.string(),
});
export type PlannedConfigurationBackup = z.infer<typeof plannedConfigurationBackupSchema>;

export const planConfigurationBackupsTask = {
  input: z.object({
    request: z.optional(configurationBackupRequestSchema),
    scheduledFor: z.optional(z.string()),
    executionArn: z.string(),
    startedAt: z.string(),
  }),
  output: z.object({ backups: z.array(plannedConfigurationBackupSchema), skipped: z.array(z.string()) }),
};

export const backUpConfigurationTask = {
  input: z.object({
    backup: plannedConfigurationBackupSchema,
    executionArn: z.string(),
    now: z.string(),
    /** What made it fail for good: it is only recorded then. */
    failure: z.optional(z.string()),
  }),
  output: z.object({
    backupId: z.string(),
    outcome: z.enum(['complete', 'failed']),
    reason: z.string(),
    objects: z.number(),
    bytes: z.number(),
    /** How many objects only the sealing keys can open. */
    sealedSecrets: z.number(),
  }),
};

export const escrowSealingKeysTask = {
  input: z.object({ backup: plannedConfigurationBackupSchema, sealedSecrets: z.number() }),
  output: z.object({ keys: z.number() }),
};
