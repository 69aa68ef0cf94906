// What people ask of a canary by `automation canary`, and what they are told.
import * as z from 'zod/mini';

export const canaryActions = ['status', 'promote', 'rollback', 'pause', 'resume'] as const;
export type CanaryAction = (typeof canaryActions)[number];

export const controlCanaryTask = {
  input: z.object({
    action: z.enum(canaryActions),
    service: z.string().check(z.minLength(1), z.maxLength(40)),
    environment: z.string().check(z.minLength(1), z.maxLength(40)),
    /** GitHub login of whoever asks. */
    actor: z.string().check(z.minLength(1), z.maxLength(100)),
    reason: z.string().check(z.minLength(1), z.maxLength(500)),
  }),
  output: z.object({
    outcome: z.enum(['done', 'refused']),
    /** What was done or found, or why not. */
    words: z.string(),
    canary: z.object({
      phase: z.string(),
      weight: z.number(),
      failedChecks: z.number(),
      isSuspended: z.boolean(),
      haltedBecause: z.optional(z.string()),
      version: z.optional(z.string()),
    }),
    /** Commit in the GitOps repository, where one was needed. */
    revision: z.optional(z.string()),
  }),
};
export type CanaryControl = z.infer<typeof controlCanaryTask.input>;
export type CanaryControlAnswer = z.infer<typeof controlCanaryTask.output>;
