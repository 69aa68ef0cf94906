// Input and output of promote-release and of each of its tasks.
import * as z from 'zod/mini';
import { metadataSchema } from '../events/metadata.ts';
import { promotionDetailSchema } from '../events/promotion.ts';
import {
  buildResultSchema,
  failureSchema,
  leaseGrantSchema,
  promotionSchema,
  resolvedServiceSchema,
} from './promotion.ts';

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
