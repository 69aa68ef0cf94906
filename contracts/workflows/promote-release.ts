// Input and output of promote-release and of each of its tasks.
import * as z from 'zod/mini';
import { metadataSchema } from '../events/metadata.ts';
import { promotionDetailSchema } from '../events/promotion.ts';

/** What a person asks for; also the form of the console and of `automation promote`. */
export const promotionRequestSchema = z.object({
  /** Services to promote; all that have the version when left out. */
  services: z.optional(
    z.array(z.string().check(z.minLength(1), z.maxLength(40))).check(z.minLength(1), z.maxLength(100)),
  ),
  /** An image tag, or the commit (at least 7 characters) that it was built from. */
  version: z.string().check(z.minLength(7), z.maxLength(128)),
  environment: z.string().check(z.minLength(1), z.maxLength(40)),
  /** GitHub login of whoever asks. */
  actor: z.string().check(z.minLength(1), z.maxLength(100)),
  /** Why, for those who read the ledger later. */
  reason: z.string().check(z.minLength(1), z.maxLength(500)),
  /** The plan that was seen: refused when the world has moved since. */
  planHash: z.optional(z.string().check(z.regex(/^[0-9a-f]{64}$/))),
});
export type PromotionRequest = z.infer<typeof promotionRequestSchema>;

/** An event as EventBridge hands it to a target; only what the plan reads is checked. */
export const causingEventSchema = z.object({
  source: z.string(),
  'detail-type': z.string(),
  detail: z.object({ metadata: metadataSchema, payload: z.record(z.string(), z.unknown()) }),
});
export type CausingEvent = z.infer<typeof causingEventSchema>;

/** What was promoted to the environment before, with success: it travels on. */
export const travelEventSchema = z.object({
  source: z.literal('automation.promotion'),
  'detail-type': z.literal('PromotionSucceeded'),
  detail: promotionDetailSchema,
});
export type TravelEvent = z.infer<typeof travelEventSchema>;

/** The workflow's forms of input. */
export const promoteReleaseInputSchema = z.union([
  z.object({ request: promotionRequestSchema }),
  travelEventSchema,
  causingEventSchema,
]);

/** A service with the version that it shall run. */
export const plannedServiceSchema = z.object({ name: z.string(), version: z.string(), commit: z.string() });
export type PlannedService = z.infer<typeof plannedServiceSchema>;

/** A planned service with the image that was found for it; without `digest` there is none and `problem` says why. */
export const resolvedServiceSchema = z.object({
  ...plannedServiceSchema.shape,
  image: z.string(),
  digest: z.optional(z.string()),
  /** Where the digest comes from. */
  origin: z.optional(z.enum(['ledger', 'registry'])),
  problem: z.optional(z.string()),
});
export type ResolvedService = z.infer<typeof resolvedServiceSchema>;

/** What the plan decided; all later steps work on it. */
export const promotionSchema = z.object({
  promotionId: z.string(),
  environment: z.string(),
  /** `<owner>/<name>` of the repository whose commit is promoted. */
  repository: z.string(),
  commit: z.string(),
  previousCommit: z.optional(z.string()),
  /** The version as people call it. */
  version: z.string(),
  services: z.array(plannedServiceSchema),
  /** When it was pushed or asked for: decides what is newest. */
  desiredAt: z.string(),
  actor: z.string(),
  reason: z.string(),
  correlationId: z.string(),
  causationId: z.string(),
  /** Where a person sees the cause. */
  url: z.optional(z.string()),
  /** Whether the images exist only after the build of `commit`. */
  awaitsBuild: z.boolean(),
  /** Whether only digests may be used that an earlier environment has run. */
  recordedDigestsOnly: z.boolean(),
  buildTimeoutSeconds: z.number(),
  rolloutTimeoutSeconds: z.number(),
  executionArn: z.string(),
  startedAt: z.string(),
  /** A rollback is carried out by the same steps. Absent: a promotion. */
  change: z.optional(z.literal('rollback')),
});
export type Promotion = z.infer<typeof promotionSchema>;

/** How the build ended, as GitHub calls it (`success`, `failure`, `cancelled` …), or `timed_out` when we waited in vain. */
export const buildResultSchema = z.object({ conclusion: z.string(), url: z.optional(z.string()) });
export type BuildResult = z.infer<typeof buildResultSchema>;

export const leaseGrantSchema = z.object({
  service: z.string(),
  fencingToken: z.number(),
  /** A former holder has not given it back: it may still be about to write. */
  takenOver: z.optional(z.literal(true)),
});
export type LeaseGrant = z.infer<typeof leaseGrantSchema>;

export const planPromotionTask = {
  input: z.object({
    event: z.optional(z.union([travelEventSchema, causingEventSchema])),
    request: z.optional(promotionRequestSchema),
    promotionId: z.string(),
    executionArn: z.string(),
    startedAt: z.string(),
  }),
  output: z.object({
    outcome: z.enum(['promote', 'nothing', 'refused']),
    /** In words: what will be promoted, or why not. */
    reason: z.string(),
    /** Also when nothing is promoted: what is known about it, for the record. */
    promotion: promotionSchema,
  }),
};

export const awaitBuildTask = {
  input: z.object({ taskToken: z.string(), promotionId: z.string(), repository: z.string(), commit: z.string() }),
  /** Given to the waiting execution, not returned by the function. */
  result: buildResultSchema,
  output: z.object({ answered: z.boolean() }),
};

export const resolveImagesTask = {
  input: z.object({ promotion: promotionSchema }),
  output: z.object({ services: z.array(resolvedServiceSchema) }),
};

/** How long a promotion has been waiting for gates already; handed from one asking to the next. */
export const gateWaitSchema = z.object({
  since: z.string(),
  attempts: z.number(),
  told: z.array(z.string()),
});

export const gateVerdictSchema = z.object({
  gate: z.string(),
  verdict: z.enum(['open', 'closed', 'cannot-tell', 'not-asked']),
  reason: z.string(),
  /** Of a closed gate that opens by itself: when. */
  nextOpen: z.optional(z.string()),
});
export type GateVerdict = z.infer<typeof gateVerdictSchema>;

/** Whether people must agree to the plan, and what they are shown. */
export const neededApprovalSchema = z.object({
  isRequired: z.boolean(),
  timeoutSeconds: z.number(),
  title: z.string(),
  summary: z.array(z.string()),
});

export const evaluateGatesTask = {
  input: z.object({
    promotion: promotionSchema,
    services: z.array(resolvedServiceSchema),
    build: z.optional(buildResultSchema),
    /** The time now, by the workflow's clock. */
    askedAt: z.string(),
    wait: z.optional(gateWaitSchema),
    /** The plan that was agreed to: the promotion is refused when the world has moved since. */
    expectedPlanHash: z.optional(z.string()),
  }),
  output: z.object({
    /** `waiting`: the gates are asked again at `wait.until`. */
    outcome: z.enum(['passed', 'waiting', 'refused', 'superseded']),
    reason: z.string(),
    planHash: z.string(),
    approval: neededApprovalSchema,
    verdicts: z.array(gateVerdictSchema),
    wait: z.optional(z.extend(gateWaitSchema, { until: z.string(), isNews: z.boolean() })),
  }),
};

/** What `--plan` asks for; of a rollback the plan that decide-rollback has made. Changes nothing. */
export const previewChangeTask = {
  input: z.object({
    request: z.optional(promotionRequestSchema),
    rollback: z.optional(z.object({ promotion: promotionSchema, services: z.array(resolvedServiceSchema) })),
    askedAt: z.string(),
  }),
  output: z.object({
    outcome: z.enum(['passed', 'waiting', 'refused', 'superseded', 'nothing']),
    reason: z.string(),
    environment: z.string(),
    services: z.array(resolvedServiceSchema),
    verdicts: z.array(gateVerdictSchema),
    approval: z.optional(neededApprovalSchema),
    planHash: z.optional(z.string()),
    /** Unified, of the overlay's file in the GitOps repository. */
    diff: z.string(),
    /** What is touched, one fact a line. */
    blastRadius: z.array(z.string()),
    /** From commit to healthy, as the last deployments there took; absent when there were none. */
    expectedSeconds: z.optional(z.number()),
  }),
};
export type ChangePreview = z.infer<typeof previewChangeTask.output>;

export const acquireLeasesTask = {
  input: z.object({
    promotion: promotionSchema,
    services: z.array(resolvedServiceSchema),
    /** An execution that is known not to run any more: its leases are free. */
    deadHolder: z.optional(z.string()),
  }),
  output: z.object({
    outcome: z.enum(['acquired', 'busy', 'superseded']),
    reason: z.string(),
    /** The services that are still to be promoted: those with something newer wanted are left out. */
    services: z.array(resolvedServiceSchema),
    leases: z.array(leaseGrantSchema),
    /** When busy: the execution that holds what we want. */
    holder: z.optional(z.string()),
  }),
};

export const reportProgressTask = {
  input: z.object({
    promotion: promotionSchema,
    state: z.enum(['in_progress', 'success', 'failure', 'error', 'inactive']),
    description: z.string(),
    /** GitHub's deployment, once it was made. */
    deploymentId: z.optional(z.number()),
    url: z.optional(z.string()),
  }),
  output: z.object({
    deploymentId: z.optional(z.number()),
    /** What could not be shown, in words: kept as warnings of the promotion. */
    problems: z.array(z.string()),
  }),
};

/** `failed`: the answer is no. `errored`: we could not find out or do it. */
export const failureSchema = z.object({
  kind: z.enum(['failed', 'errored']),
  error: z.string(),
  cause: z.optional(z.string()),
});
export type Failure = z.infer<typeof failureSchema>;

export const recordOutcomeTask = {
  input: z.object({
    outcome: z.enum(['succeeded', 'failed', 'refused', 'superseded', 'nothing']),
    promotion: promotionSchema,
    services: z.array(resolvedServiceSchema),
    leases: z.array(leaseGrantSchema),
    revision: z.optional(z.string()),
    committedAt: z.optional(z.string()),
    reason: z.optional(z.string()),
    failure: z.optional(failureSchema),
    warnings: z.array(z.string()),
    /** The time now, by the workflow's clock. */
    finishedAt: z.string(),
  }),
  output: z.object({
    /** The sentence that people are told. */
    reason: z.string(),
    recorded: z.array(z.string()),
  }),
};

export const releaseLeasesTask = {
  input: z.object({ promotion: promotionSchema, leases: z.array(leaseGrantSchema) }),
  output: z.object({ released: z.array(z.string()) }),
};

/** What an execution ends with. */
export const promoteReleaseOutputSchema = z.object({
  outcome: z.enum(['succeeded', 'refused', 'expired', 'superseded', 'nothing', 'duplicate']),
  promotionId: z.string(),
  reason: z.string(),
  revision: z.optional(z.string()),
});
