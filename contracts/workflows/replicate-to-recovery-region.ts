// Input and output of the task of replicate-to-recovery-region.
import * as z from 'zod/mini';

export const measureReplicationTask = {
  input: z.object({
    now: z.string(),
    /** The backup whose completion started the run. */
    backupId: z.optional(z.string()),
  }),
  output: z.object({
    /** Backups that arrived with this round. */
    replicated: z.number(),
    /** Backups on their way. */
    pending: z.number(),
    /** Objects that were sent again. */
    resent: z.number(),
    /** Subjects beyond their target. */
    lagging: z.number(),
  }),
};
