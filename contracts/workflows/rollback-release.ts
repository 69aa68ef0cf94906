// Input and output of rollback-release and of those of its tasks that promote-release does not have.
import * as z from 'zod/mini';
import { metadataSchema } from '../events/metadata.ts';
import { leaseGrantSchema, promotionSchema, resolvedServiceSchema } from './promotion.ts';
import { rolloutTargetSchema } from './rollout.ts';

/** What a person asks for; also the form of the console and of `automation rollback`. */
export const rollbackRequestSchema = z.object({
  service: z.string().check(z.minLength(1), z.maxLength(40)),
  environment: z.string().check(z.minLength(1), z.maxLength(40)),
  /** A version that the environment has run, as tag or commit; the best known-good one when left out. */
  to: z.optional(z.string().check(z.minLength(7), z.maxLength(128))),
  /** GitHub login of whoever asks. */
  actor: z.string().check(z.minLength(1), z.maxLength(100)),
  /** Why, for those who read the ledger later. */
  reason: z.string().check(z.minLength(1), z.maxLength(500)),
  /** The plan that was seen: refused when the world has moved since. */
  planHash: z.optional(z.string().check(z.regex(/^[0-9a-f]{64}$/))),
});
export type RollbackRequest = z.infer<typeof rollbackRequestSchema>;

/** `alert.firing` or `PromotionFailed`, as EventBridge hands it to a target. */
export const rollbackEventSchema = z.object({
  source: z.string(),
  'detail-type': z.string(),
  detail: z.looseObject({ metadata: metadataSchema }),
});
export type RollbackEvent = z.infer<typeof rollbackEventSchema>;

/** A change that is taken back. */
export const blamedSchema = z.object({
  service: z.string(),
  version: z.string(),
  digest: z.string(),
  promotionId: z.string(),
});
export type Blamed = z.infer<typeof blamedSchema>;

export const decideRollbackTask = {
  input: z.object({
    event: z.optional(rollbackEventSchema),
    request: z.optional(rollbackRequestSchema),
    rollbackId: z.string(),
    executionArn: z.string(),
    startedAt: z.string(),
    /** Decide, and leave no trace: what `automation rollback --plan` asks for. */
    planOnly: z.optional(z.boolean()),
  }),
  output: z.object({
    outcome: z.enum(['acted', 'suppressed', 'deferred', 'refused']),
    rule: z.string(),
    reason: z.string(),
    /** The rollback in the form in which a promotion is carried out; also when nothing is done, for the record. */
    promotion: promotionSchema,
    /** Where each service goes back to. */
    services: z.array(resolvedServiceSchema),
    blamed: z.array(blamedSchema),
    /** Versions that were not taken, with the reason. */
    refusedTargets: z.array(z.object({ service: z.string(), version: z.string(), because: z.string() })),
    /** Id of the event by which the alert says that it is over; absent when no alert is behind it. */
    alertResolvedEventId: z.optional(z.string()),
    alertResolveSeconds: z.number(),
    /** So often Git is tried before the rollback goes past it. */
    gitTries: z.number(),
    /** It goes back because a gate stayed closed, not because it is bad: nothing is quarantined. */
    isInnocent: z.optional(z.boolean()),
    /** A limit was reached: the circuit that this opens, and what people have to decide on. */
    tripped: z.optional(z.object({ scope: z.string(), blamed: z.array(blamedSchema) })),
  }),
};
export type RollbackPlan = z.infer<typeof decideRollbackTask.output>;

export const preemptLeasesTask = {
  input: z.object({
    promotion: promotionSchema,
    services: z.array(resolvedServiceSchema),
    /** An execution that is known not to run any more: its leases are free. */
    deadHolder: z.optional(z.string()),
  }),
  output: z.object({
    /** `busy`: another rollback is at it. */
    outcome: z.enum(['acquired', 'busy']),
    reason: z.string(),
    leases: z.array(leaseGrantSchema),
    /** When busy: the execution that holds what we want. */
    holder: z.optional(z.string()),
  }),
};

export const breakGlassTask = {
  input: z.object({
    promotion: promotionSchema,
    services: z.array(resolvedServiceSchema),
    leases: z.array(leaseGrantSchema),
    /** The time now, by the workflow's clock. */
    openedAt: z.string(),
    /** Whether Git is why; else Argo CD, which does not bring what Git says already. */
    isGitAway: z.boolean(),
  }),
  output: z.object({
    /** What Argo CD stands at: Git's last word before it went away, now overridden. */
    revision: z.string(),
    targets: z.array(rolloutTargetSchema),
    words: z.string(),
  }),
};

export const openIncidentTask = {
  input: z.object({
    promotion: promotionSchema,
    blamed: z.array(blamedSchema),
    outcome: z.enum(['succeeded', 'failed', 'refused']),
    /** `open` while it is not known that the harm has stopped. */
    status: z.enum(['open', 'mitigated']),
    reason: z.string(),
    revision: z.optional(z.string()),
    /** The time now, by the workflow's clock. */
    openedAt: z.string(),
  }),
  output: z.object({
    issueUrl: z.optional(z.string()),
    /** What could not be shown, in words: kept as warnings. */
    problems: z.array(z.string()),
  }),
};

/** What an execution ends with. */
export const rollbackReleaseOutputSchema = z.object({
  outcome: z.enum(['succeeded', 'suppressed', 'deferred', 'refused', 'duplicate']),
  rollbackId: z.string(),
  reason: z.string(),
  revision: z.optional(z.string()),
});
