// What gates are asked and answer, in promote-release and for a plan that is only looked at.
import * as z from 'zod/mini';
import { promotionRequestSchema } from './promote-release.ts';
import { buildResultSchema, promotionSchema, resolvedServiceSchema } from './promotion.ts';

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
