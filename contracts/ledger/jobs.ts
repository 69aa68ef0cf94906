// What the ledger knows of scheduled jobs: each run, and what the watchdog last thought of the job.
import * as z from 'zod/mini';
import { indexed, keyed, type LedgerKey } from './item.ts';

export const jobKeys = {
  jobRun: (job: string, startedAt: string, executionName: string): LedgerKey => ({
    pk: `JOB#${job}`,
    sk: `RUN#${startedAt}#${executionName}`,
  }),
  jobState: (job: string): LedgerKey => ({ pk: `JOB#${job}`, sk: 'STATE' }),
};

export const jobKinds = { job: 'job' };

export const jobRunPrefix = 'RUN#';

/** What a run moved: bytes, rows, objects … by name. */
const measuresSchema = z.record(z.string(), z.number());

/** Written when a run starts and again, under the same key, when it ends. */
export const jobRunRecord = z.object({
  ...keyed,
  job: z.string(),
  /** An execution's ARN or a request's id. */
  executionArn: z.string(),
  /** The time that the schedule started it for; of a run that a person asked for, the time at which it started. */
  scheduledFor: z.string(),
  startedAt: z.string(),
  finishedAt: z.optional(z.string()),
  /** `running` for ever where a run was killed: the watchdog tells of it. */
  outcome: z.enum(['running', 'succeeded', 'failed']),
  /** Why it failed. */
  reason: z.optional(z.string()),
  measures: z.optional(measuresSchema),
  expiresAt: z.number(),
});
export type JobRunRecord = z.infer<typeof jobRunRecord>;

export const jobConditions = ['healthy', 'missed', 'overran', 'anomalous'] as const;

/** One item for each job, kept by the watchdog alone. */
export const jobStateRecord = z.object({
  ...indexed,
  job: z.string(),
  /** Expression and time zone by which it was last judged. */
  schedule: z.string(),
  /** Since when it is expected by that schedule. */
  registeredAt: z.string(),
  condition: z.enum(jobConditions),
  /** Since when it is in this condition. */
  since: z.string(),
  reason: z.string(),
  checkedAt: z.string(),
  /** The time of the schedule that it must fulfil next, and until when; absent when the schedule has no further time. */
  dueAt: z.optional(z.string()),
  deadline: z.optional(z.string()),
  lastSuccess: z.optional(
    z.object({
      scheduledFor: z.string(),
      startedAt: z.string(),
      finishedAt: z.string(),
      executionArn: z.string(),
      measures: measuresSchema,
    }),
  ),
});
export type JobStateRecord = z.infer<typeof jobStateRecord>;
