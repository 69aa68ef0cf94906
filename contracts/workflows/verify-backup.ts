// Input of verify-backup and of its tasks.
import * as z from 'zod/mini';
import { snapshotProofSchema } from './advance-database.ts';
import { agentBackupSchema } from './agent-jobs.ts';

/** What a person asks for; also the form of the console and of `automation backups verify`. */
export const verificationRequestSchema = z.object({
  /** This one; the newest complete dump of each database when left out. */
  backupId: z.optional(z.string()),
  environment: z.optional(z.string()),
  database: z.optional(z.string()),
});
export type VerificationRequest = z.infer<typeof verificationRequestSchema>;

export const plannedVerificationSchema = z.object({
  job: z.string(),
  backup: agentBackupSchema,
  /** Of a snapshot by RDS: it is restored by RDS, and no Job runs. */
  snapshot: z.optional(snapshotProofSchema),
});
export type PlannedVerification = z.infer<typeof plannedVerificationSchema>;

export const planVerificationsTask = {
  input: z.object({ request: z.optional(verificationRequestSchema), startedAt: z.string() }),
  output: z.object({
    verifications: z.array(plannedVerificationSchema),
    /** Databases without a backup that could be verified. */
    missing: z.array(z.string()),
  }),
};

export const recordVerificationTask = {
  input: z.object({
    job: z.string(),
    backup: agentBackupSchema,
    status: z.enum(['succeeded', 'failed', 'missing']),
    reason: z.optional(z.string()),
    /** Of a snapshot: how long RDS took. A dump's is in what the agent left. */
    restoreSeconds: z.optional(z.number()),
    executionArn: z.string(),
  }),
  output: z.object({
    backupId: z.string(),
    outcome: z.enum(['verified', 'failed']),
    reason: z.string(),
    restoreSeconds: z.number(),
  }),
};
