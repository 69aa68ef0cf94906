// Input and output of the task of reconcile-git.
import * as z from 'zod/mini';

export const reconcileGitTask = {
  input: z.object({
    rollbackId: z.string(),
    environment: z.string(),
    services: z.array(z.string()),
    /** Who takes the leases: the execution. */
    executionArn: z.string(),
    /** The time now, by the workflow's clock. */
    now: z.string(),
  }),
  output: z.object({
    /** `waiting`: Git is still away, or somebody changes the service right now. */
    outcome: z.enum(['reconciled', 'waiting']),
    words: z.string(),
    revision: z.optional(z.string()),
  }),
};
