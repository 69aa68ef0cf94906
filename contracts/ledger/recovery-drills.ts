// The drills in the recovery region: each with its scorecard, and who runs one right now.
import * as z from 'zod/mini';
import { indexed, keyed, type LedgerKey } from './item.ts';
import { dataClasses } from './replications.ts';

export const recoveryDrillKeys = {
  recoveryDrill: (drillId: string): LedgerKey => ({ pk: `RECOVERY-DRILL#${drillId}`, sk: 'DRILL' }),
  /** One at a time: each sweeps away what the others have made. */
  recoveryDrillRun: (): LedgerKey => ({ pk: 'RECOVERY-DRILL-RUN', sk: 'RUN' }),
};

export const recoveryDrillKinds = { recoveryDrill: 'recovery-drill' };

/** One line of a scorecard: what was tried of one class of data, and how it stands against the configuration. */
export const scoreSchema = z.object({
  dataClass: z.enum(dataClasses),
  environment: z.string(),
  /** The database, the service, the secret … */
  subject: z.string(),
  passed: z.boolean(),
  /** The age of what was recovered when the drill began. Absent: nothing was recovered, or it has no age. */
  recoveryPointSeconds: z.optional(z.number()),
  recoveryPointTargetSeconds: z.number(),
  /** From the beginning of its recovery until it could be worked with. */
  recoveryTimeSeconds: z.optional(z.number()),
  recoveryTimeTargetSeconds: z.number(),
  /** For a person. */
  reason: z.string(),
});
export type Score = z.infer<typeof scoreSchema>;

/** What is stored as JSON beside the page that shows it. */
export const scorecardSchema = z.object({
  drillId: z.string(),
  application: z.string(),
  region: z.string(),
  environments: z.array(z.string()),
  startedAt: z.string(),
  finishedAt: z.string(),
  outcome: z.enum(['passed', 'failed']),
  reason: z.string(),
  scores: z.array(scoreSchema),
  sweep: z.object({
    /** Jobs and databases that were made for drills and are gone now. */
    removed: z.array(z.string()),
    /** What is still there: a drill that leaves something behind has failed. */
    left: z.array(z.string()),
  }),
  executionArn: z.string(),
  actor: z.string(),
});
export type Scorecard = z.infer<typeof scorecardSchema>;

/** Written before anything is made, so that a sweep knows of everything that can be left behind. */
export const recoveryDrillRecord = z.object({
  ...indexed,
  drillId: z.string(),
  /** `swept`: it was cut off, and what it had made was swept away by a later run. */
  status: z.enum(['running', 'passed', 'failed', 'swept']),
  environments: z.array(z.string()),
  startedAt: z.string(),
  finishedAt: z.optional(z.string()),
  actor: z.string(),
  executionArn: z.string(),
  /** Where the scorecard lies: `<bucket>/<key without ending>`. */
  place: z.string(),
  scorecard: z.optional(scorecardSchema),
});
export type RecoveryDrillRecord = z.infer<typeof recoveryDrillRecord>;

export const recoveryDrillRunRecord = z.object({ ...keyed, drillId: z.string(), executionArn: z.string() });
export type RecoveryDrillRunRecord = z.infer<typeof recoveryDrillRunRecord>;
