// Input of fail-over, and input and output of its tasks. To the recovery region, or back: the sides are exchanged, the steps the same.
import * as z from 'zod/mini';
import { failOverStages, sites } from '../ledger/fail-overs.ts';
import { agentBackupSchema } from './agent-jobs.ts';
import { recoveryJobSchema } from './recovery-drill.ts';

/** What a person asks for; also the form of the console and of `automation recovery fail-over|fail-back`. */
export const failOverRequestSchema = z.object({
  environment: z.string(),
  /** `recovery`: a fail-over. `primary`: a fail-back. */
  to: z.enum(sites),
  /** The plan that the person has seen: with another one nothing is done. */
  planHash: z.optional(z.string()),
  actor: z.string(),
  reason: z.string(),
});
export type FailOverRequest = z.infer<typeof failOverRequestSchema>;

/** What will be done. All of it is hashed. */
export const failOverPlanSchema = z.object({
  environment: z.string(),
  to: z.enum(sites),
  /** Of a fail-back the backup is made when it is carried out: there is none yet. */
  databases: z.array(
    z.object({
      database: z.string(),
      backupId: z.optional(z.string()),
      takenAt: z.optional(z.string()),
      /** Of a fail-over: it is promoted, and nothing is restored. */
      replica: z.optional(z.string()),
    }),
  ),
  services: z.array(z.object({ service: z.string(), image: z.string(), digest: z.string(), version: z.string() })),
  overlay: z.object({ file: z.string(), replicas: z.number() }),
  dns: z.object({
    hostedZoneId: z.string(),
    ttlSeconds: z.number(),
    /** `from`: what stood there when it was planned. */
    changes: z.array(z.object({ name: z.string(), from: z.optional(z.string()), to: z.string() })),
  }),
  /** For a person, in order. */
  steps: z.array(z.string()),
  /** What is lost, in words. */
  loss: z.string(),
});
export type FailOverPlan = z.infer<typeof failOverPlanSchema>;

/** A Job of the agent, and in which region it runs. */
export const siteJobSchema = z.extend(recoveryJobSchema, { site: z.enum(sites) });
export type SiteJob = z.infer<typeof siteJobSchema>;

/** One that must not meet others of the same move. */
const replacingJobSchema = z.extend(siteJobSchema, { replaces: z.array(z.string()) });

/** What is done with one database. Names are made of the execution's start, so that repeating it makes the same. */
export const databaseMoveSchema = z.object({
  database: z.string(),
  /** In order; each must succeed before the next one begins. */
  jobs: z.array(z.extend(siteJobSchema, { replaces: z.optional(z.array(z.string())) })),
  undo: replacingJobSchema,
  /** Of a fail-over: the one that is left behind takes no writes any more, and takes them again when the move is taken back. */
  fence: z.optional(siteJobSchema),
  open: z.optional(replacingJobSchema),
});
export type DatabaseMove = z.infer<typeof databaseMoveSchema>;

/** A read replica that becomes the database. It cannot be undone: it is done when everything else is. */
export const replicaPromotionSchema = z.object({
  database: z.string(),
  identifier: z.string(),
  /** As it was when it was planned. */
  engineVersion: z.string(),
  backupRetentionDays: z.number(),
  timeoutMinutes: z.number(),
  /** As of a `databaseMove`: what it follows takes no writes any more, and takes them again. */
  fence: siteJobSchema,
  open: replacingJobSchema,
  /** The fence is a setting of the database, which comes to the replica too: there it is taken off when it is promoted. */
  admit: siteJobSchema,
});
export type ReplicaPromotion = z.infer<typeof replicaPromotionSchema>;

export const planFailOverTask = {
  input: z.object({ request: failOverRequestSchema, startedAt: z.string() }),
  output: z.object({
    outcome: z.enum(['planned', 'refused']),
    /** Of a refusal: why, and what is possible instead. */
    reason: z.string(),
    plan: z.optional(failOverPlanSchema),
    planHash: z.string(),
    failOverId: z.string(),
    moves: z.array(databaseMoveSchema),
    promotions: z.array(replicaPromotionSchema),
    /** How far each replica was behind just now, in words: it changes by the minute, and so is no part of the plan. */
    lags: z.array(z.string()),
    approvalTimeoutSeconds: z.number(),
  }),
};

const step = { plan: failOverPlanSchema, failOverId: z.string(), executionArn: z.string() };

export const fenceEnvironmentTask = {
  input: z.object({
    ...step,
    actor: z.string(),
    /** `settle`: it has moved. `undo`: it has not. At home the fence is lifted, away it stays. */
    action: z.enum(['fence', 'settle', 'undo']),
    /** Of `fence`: what whoever takes the move over has to know. */
    request: z.optional(failOverRequestSchema),
    planHash: z.optional(z.string()),
    moves: z.optional(z.array(databaseMoveSchema)),
    promotions: z.optional(z.array(replicaPromotionSchema)),
    startedAt: z.optional(z.string()),
    /** Of `settle`: databases at home that are known to take no writes. */
    fenced: z.optional(z.array(z.string())),
  }),
  output: z.object({ reason: z.string() }),
};

/** An execution was cut off before it could end by itself: aborted, timed out, or broken. */
export const takeOverMoveTask = {
  input: z.object({ deadHolder: z.string(), executionArn: z.string() }),
  output: z.object({
    /** `nothing`: it held nothing any more, or somebody else sees to it. */
    outcome: z.enum(['undo', 'complete', 'nothing']),
    reason: z.string(),
    /** Under whose name the fence stands. */
    holder: z.optional(z.string()),
    request: z.optional(failOverRequestSchema),
    plan: z.optional(failOverPlanSchema),
    planHash: z.optional(z.string()),
    failOverId: z.optional(z.string()),
    moves: z.optional(z.array(databaseMoveSchema)),
    promotions: z.optional(z.array(replicaPromotionSchema)),
    startedAt: z.optional(z.string()),
  }),
};

export const promoteReplicaTask = {
  input: z.object({
    promotion: replicaPromotionSchema,
    /** Of the first look. */
    startedAt: z.string(),
    /** Since when what it follows takes no writes; absent: that is not known, and nothing is waited for. */
    fencedAt: z.optional(z.string()),
  }),
  output: z.object({
    status: z.enum(['running', 'succeeded', 'failed']),
    reason: z.string(),
    waitSeconds: z.number(),
    /** Of the look that has begun it: what it had not received, in words. */
    loss: z.optional(z.string()),
  }),
};

export const commitSiteTask = {
  input: z.object({ ...step, action: z.enum(['apply', 'undo']), actor: z.string() }),
  output: z.object({ revision: z.string(), reason: z.string() }),
};

/** A backup that was made on the way home enters the catalogue. */
export const recordMoveTask = {
  input: z.object({
    backup: agentBackupSchema,
    job: z.string(),
    failOverId: z.string(),
    executionArn: z.string(),
    actor: z.string(),
  }),
  output: z.object({ backupId: z.string(), reason: z.string() }),
};

export const verifySiteTask = {
  input: z.object({
    environment: z.string(),
    to: z.enum(sites),
    /** Jobs that have restored its databases. */
    restores: z.array(z.object({ database: z.string(), bucket: z.string(), job: z.string() })),
  }),
  output: z.object({
    healthy: z.boolean(),
    reason: z.string(),
    /** How old the data are, for a person; of each database of which it is known. */
    data: z.string(),
  }),
};

export const switchDnsTask = {
  input: z.object({
    plan: failOverPlanSchema,
    failOverId: z.string(),
    action: z.enum(['switch', 'confirm', 'undo']),
    /** Of `confirm`. */
    changeId: z.optional(z.string()),
  }),
  /** `refused`: somebody has changed a record since it was planned, and nothing was switched. */
  output: z.object({
    outcome: z.enum(['pending', 'in-sync', 'refused']),
    changeId: z.optional(z.string()),
    reason: z.string(),
  }),
};

export const settleFailOverTask = {
  input: z.object({
    request: failOverRequestSchema,
    plan: z.optional(failOverPlanSchema),
    planHash: z.string(),
    failOverId: z.string(),
    stage: z.enum(failOverStages),
    reason: z.string(),
    startedAt: z.string(),
    executionArn: z.string(),
  }),
  output: z.object({ reason: z.string() }),
};
