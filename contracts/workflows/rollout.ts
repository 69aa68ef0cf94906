// Input and output of the tasks by which a change is brought into an environment: phase by phase, of promotions and rollbacks.
import * as z from 'zod/mini';
import { leaseGrantSchema, promotionSchema, resolvedServiceSchema } from './promotion.ts';

/** The phases that strategies are made of, each one commit, one wait and one set of smoke tests. */
export const phaseNames = ['roll-out', 'fill-idle-colour', 'switch-traffic', 'shift-traffic'] as const;
export type PhaseName = (typeof phaseNames)[number];

/** Where a phase shows its result. */
export const rolloutTargetSchema = z.object({
  service: z.string(),
  /** The Deployment that must run the new version. */
  deployment: z.string(),
  /** The Kubernetes Service by which the smoke tests of the phase ask it: a preview, or the live one. */
  address: z.string(),
});
export type RolloutTarget = z.infer<typeof rolloutTargetSchema>;

const phase = z.enum(phaseNames);

const change = {
  promotion: promotionSchema,
  services: z.array(resolvedServiceSchema),
};

export const commitPromotionTask = {
  input: z.object({
    ...change,
    leases: z.array(leaseGrantSchema),
    /** The strategy's first one when absent. */
    phase: z.optional(phase),
    /** The plan that was agreed to: nothing is written when the overlay has moved since. */
    expectedPlanHash: z.optional(z.string()),
    /** The time now, by the workflow's clock. */
    committedAt: z.string(),
  }),
  output: z.object({
    /** `unchanged`: the repository says already what we want. */
    outcome: z.enum(['committed', 'unchanged']),
    revision: z.string(),
    url: z.string(),
    phase,
    /** What comes after this one has proved itself; null after the last one. */
    nextPhase: z.nullable(phase),
    targets: z.array(rolloutTargetSchema),
  }),
};

export const readRolloutTask = {
  input: z.object({
    ...change,
    leases: z.array(leaseGrantSchema),
    targets: z.array(rolloutTargetSchema),
    revision: z.string(),
    committedAt: z.string(),
    /** The time now, by the workflow's clock. */
    observedAt: z.string(),
    /** Whether the version was pinned past Git: then what runs counts, not what Argo CD says of Git. */
    isPinned: z.optional(z.boolean()),
    /** What comes after this phase: its gates are asked before the phase counts as done. Absent in the last one, and for a rollback. */
    nextPhase: z.optional(phase),
  }),
  output: z.object({
    status: z.enum(['progressing', 'healthy', 'failed']),
    words: z.string(),
    /**
     * Name of the failure. `CanaryHadNoData`: nobody knows whether the version is bad. `CanaryHeld`, `GatesClosed`: it is not, but a
     * gate stayed closed; of a canary some users have it. `ArgoCdDidNotSync`: a rollback can go past it.
     */
    error: z.enum(['RolloutFailed', 'CanaryHadNoData', 'CanaryHeld', 'GatesClosed', 'ArgoCdDidNotSync']),
    /** The last signal of the cluster that was known before it was read. */
    signal: z.string(),
    /** When to look again although nothing was heard. */
    pollSeconds: z.number(),
  }),
};

/** Given to the waiting execution: something has happened in its environment, look. */
export const rolloutSignalSchema = z.object({ signal: z.string() });
export type RolloutSignal = z.infer<typeof rolloutSignalSchema>;

export const awaitRolloutTask = {
  input: z.object({
    taskToken: z.string(),
    promotionId: z.string(),
    environment: z.string(),
    /** What was heard before the cluster was read: anything later is news. */
    signal: z.string(),
  }),
  /** Given to the waiting execution, not returned by the function. */
  result: rolloutSignalSchema,
  output: z.object({ answered: z.boolean() }),
};

export const runSmokeTestsTask = {
  input: z.object({ ...change, targets: z.array(rolloutTargetSchema) }),
  output: z.object({
    passed: z.boolean(),
    words: z.string(),
    results: z.array(
      z.object({
        service: z.string(),
        test: z.string(),
        passed: z.boolean(),
        words: z.string(),
        durationMilliseconds: z.number(),
      }),
    ),
  }),
};
export type SmokeTestResult = z.infer<typeof runSmokeTestsTask.output>['results'][number];
