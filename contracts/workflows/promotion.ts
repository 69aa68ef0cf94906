// What the steps of promotions and rollbacks hand on: the promotion itself, its services, builds, leases and failures.
import * as z from 'zod/mini';

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

/** `failed`: the answer is no. `errored`: we could not find out or do it. */
export const failureSchema = z.object({
  kind: z.enum(['failed', 'errored']),
  error: z.string(),
  cause: z.optional(z.string()),
});
export type Failure = z.infer<typeof failureSchema>;
