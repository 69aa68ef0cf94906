// How builds ended, and who waits for them.
import * as z from 'zod/mini';
import { keyed, type LedgerKey } from './item.ts';

export const buildKeys = {
  buildConclusion: (repository: string, commit: string): LedgerKey => ({
    pk: `BUILD#${repository}#${commit}`,
    sk: 'CONCLUSION',
  }),
  buildWaiter: (repository: string, commit: string, promotionId: string): LedgerKey => ({
    pk: `BUILD#${repository}#${commit}`,
    sk: `WAITER#${promotionId}`,
  }),
};

/** How the build of a commit ended; a later attempt of the same run overwrites an earlier one. */
export const buildConclusionRecord = z.object({
  ...keyed,
  conclusion: z.string(),
  runId: z.number(),
  runAttempt: z.number(),
  url: z.string(),
  concludedAt: z.string(),
  eventId: z.string(),
  expiresAt: z.number(),
});
export type BuildConclusionRecord = z.infer<typeof buildConclusionRecord>;

/** An execution that waits for a build. */
export const buildWaiterRecord = z.object({
  ...keyed,
  taskToken: z.string(),
  promotionId: z.string(),
  expiresAt: z.number(),
});
export type BuildWaiterRecord = z.infer<typeof buildWaiterRecord>;
