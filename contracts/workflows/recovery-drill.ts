// Input of recovery-drill, and input and output of its tasks.
import * as z from 'zod/mini';
import { sites } from '../ledger/fail-overs.ts';
import { scoreSchema } from '../ledger/recovery-drills.ts';
import { agentBackupSchema, agentCommands, readAgentJobTask } from './agent-jobs.ts';

/** What a person asks for; the schedule asks for nothing and means everything. */
export const drillRequestSchema = z.object({
  /** This one only. */
  environment: z.optional(z.string()),
  /** Only sweeps away what earlier drills have left behind. */
  sweepOnly: z.optional(z.boolean()),
  actor: z.optional(z.string()),
});
export type DrillRequest = z.infer<typeof drillRequestSchema>;

/** A Job of the agent in the recovery region. */
export const recoveryJobSchema = z.object({
  command: z.enum(agentCommands),
  job: z.string(),
  backup: agentBackupSchema,
  databaseBeside: z.string(),
});
export type RecoveryJob = z.infer<typeof recoveryJobSchema>;

export const drillPlanSchema = z.object({
  drillId: z.string(),
  environments: z.array(z.string()),
  startedAt: z.string(),
  actor: z.string(),
  sweepOnly: z.boolean(),
  /** Bucket, and key without its ending, of the scorecard. */
  bucket: z.string(),
  key: z.string(),
  restores: z.array(
    z.extend(recoveryJobSchema, {
      takenAt: z.string(),
      /** Why this backup and no other, for a person. */
      why: z.string(),
    }),
  ),
  /** One for each database, whether it was restored or not. */
  sweeps: z.array(recoveryJobSchema),
  /** Drills that were cut off: this one marks them as swept. */
  abandoned: z.array(z.string()),
  /** What cannot be tried, such as a database whose backups have not arrived. */
  missing: z.array(scoreSchema),
});
export type DrillPlan = z.infer<typeof drillPlanSchema>;

export const planDrillTask = {
  input: z.object({
    request: z.optional(drillRequestSchema),
    startedAt: z.string(),
    executionArn: z.string(),
    /** The execution of a drill that was cut off: what it holds is taken over. */
    deadHolder: z.optional(z.string()),
  }),
  output: z.object({
    outcome: z.enum(['planned', 'busy']),
    reason: z.string(),
    /** Of `busy`: who is at work. */
    holder: z.optional(z.string()),
    plan: z.optional(drillPlanSchema),
  }),
};

/** Drills and fail-overs run their Jobs by these two. */
export const startRecoveryJobTask = {
  input: z.extend(recoveryJobSchema, {
    /** Absent: in the recovery region. */
    site: z.optional(z.enum(sites)),
    /** Of a drill: what a sweep finds the Job by. */
    drillId: z.optional(z.string()),
    /** Jobs that are removed before, with their pods: what they still do would be in the way of this one. */
    replaces: z.optional(z.array(z.string())),
  }),
  output: z.object({ job: z.string() }),
};

export const readRecoveryJobTask = {
  input: z.extend(readAgentJobTask.input, {
    site: z.optional(z.enum(sites)),
    /** Where the agent leaves its result: what went wrong is said there better than by Kubernetes. */
    bucket: z.optional(z.string()),
  }),
  output: readAgentJobTask.output,
};

/** How a Job ended, as the workflow saw it. */
export const endedJobSchema = z.object({
  job: z.string(),
  environment: z.string(),
  status: z.enum(['succeeded', 'failed', 'missing']),
  reason: z.string(),
  startedAt: z.string(),
  finishedAt: z.string(),
});
export type EndedJob = z.infer<typeof endedJobSchema>;

export const scoreDrillTask = {
  input: z.object({ plan: drillPlanSchema, restores: z.array(endedJobSchema) }),
  output: z.object({ scores: z.array(scoreSchema) }),
};

export const stopDrillJobsTask = {
  input: z.object({ environments: z.array(z.string()) }),
  output: z.object({ removed: z.array(z.string()), left: z.array(z.string()) }),
};

export const settleDrillTask = {
  input: z.object({
    plan: drillPlanSchema,
    scores: z.array(scoreSchema),
    stopped: z.array(z.string()),
    sweeps: z.array(endedJobSchema),
    /** What kept the drill from its end. */
    failure: z.optional(z.string()),
    executionArn: z.string(),
  }),
  output: z.object({ outcome: z.enum(['passed', 'failed', 'swept']), reason: z.string(), restores: z.number() }),
};
