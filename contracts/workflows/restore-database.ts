// Input of restore-database and of its tasks.
import * as z from 'zod/mini';
import { recoverySchema, recoveryWindowSchema } from '../point-in-time.ts';
import { serverRestorePlanSchema } from './advance-database.ts';
import { agentBackupSchema } from './agent-jobs.ts';

/** What a person asks for; also the form of the console and of `automation restore`. */
export const restoreRequestSchema = z.object({
  environment: z.string(),
  database: z.string(),
  /** From this backup … */
  backupId: z.optional(z.string()),
  /** … or as it was at this time (ISO 8601). One of the two. */
  at: z.optional(z.string()),
  /** The plan that the person has seen: with another one nothing is done. */
  planHash: z.optional(z.string()),
  /** Cut over as soon as the comparison agrees, without asking again: must name the database. */
  confirmedDatabase: z.optional(z.string()),
  actor: z.string(),
  reason: z.string(),
});
export type RestoreRequest = z.infer<typeof restoreRequestSchema>;

/** What will be done. Everything in it but `hash` is hashed. */
export const restorePlanSchema = z.object({
  environment: z.string(),
  database: z.string(),
  /** What it is restored from; of a recovery: what it is called by, since no backup of the catalogue has this time. */
  backup: agentBackupSchema,
  /** From the archive, to a time. */
  recovery: z.optional(recoverySchema),
  /** Of what RDS restores. */
  rds: z.optional(serverRestorePlanSchema),
  takenAt: z.string(),
  /** When it was proven by a restore, and how long that took; absent: never. */
  verifiedAt: z.optional(z.string()),
  restoreSeconds: z.optional(z.number()),
  databaseBeside: z.string(),
  /** Cut over without asking again. */
  isInPlace: z.boolean(),
  /** For a person, in order. */
  steps: z.array(z.string()),
  /** What is lost, in words. */
  loss: z.string(),
});
export type RestorePlan = z.infer<typeof restorePlanSchema>;

export const planRestoreTask = {
  input: z.object({
    request: restoreRequestSchema,
    /** Of the execution: names what is made, so that repeating it makes the same. */
    startedAt: z.string(),
  }),
  output: z.object({
    outcome: z.enum(['planned', 'refused']),
    /** Of a refusal: why, and what is possible instead. */
    reason: z.string(),
    plan: z.optional(restorePlanSchema),
    /** Of the database's archive, where it has one. */
    window: z.optional(recoveryWindowSchema),
    planHash: z.string(),
    restoreId: z.string(),
    restoreJob: z.string(),
    cutOverJob: z.string(),
    /** How long people are asked; 0: the configuration asks nobody. */
    approvalTimeoutSeconds: z.number(),
  }),
};

export const recordRestoreTask = {
  input: z.object({
    plan: restorePlanSchema,
    restoreId: z.string(),
    job: z.optional(z.string()),
    /** `started`: nothing has been made yet. `restored`: beside the live one. `cut-over`: in its place. `failed`, `refused`: as before. */
    stage: z.enum(['started', 'restored', 'cut-over', 'failed', 'refused']),
    status: z.optional(z.enum(['succeeded', 'failed', 'missing'])),
    reason: z.optional(z.string()),
    actor: z.string(),
    executionArn: z.string(),
  }),
  output: z.object({ outcome: z.enum(['succeeded', 'failed']), reason: z.string() }),
};
