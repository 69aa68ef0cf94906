// What was heard last of an environment's cluster, what Flagger complained of, and which executions wait for news.
import * as z from 'zod/mini';
import { keyed, type LedgerKey } from './item.ts';

export const rolloutSignalKeys = {
  rolloutSignal: (environment: string): LedgerKey => ({ pk: `ROLLOUT-SIGNAL#${environment}`, sk: 'LATEST' }),
  rolloutWaiter: (environment: string, promotionId: string): LedgerKey => ({
    pk: `ROLLOUT-SIGNAL#${environment}`,
    sk: `WAITER#${promotionId}`,
  }),
  canaryHalt: (environment: string, service: string): LedgerKey => ({
    pk: `CANARY-HALT#${environment}`,
    sk: service,
  }),
};

/** The latest news of an environment; only whether it is another one than before matters. */
export const rolloutSignalRecord = z.object({ ...keyed, signal: z.string(), heardAt: z.string() });
export type RolloutSignalRecord = z.infer<typeof rolloutSignalRecord>;

/** An execution that waits for news of an environment. */
export const rolloutWaiterRecord = z.object({
  ...keyed,
  taskToken: z.string(),
  promotionId: z.string(),
  expiresAt: z.number(),
});
export type RolloutWaiterRecord = z.infer<typeof rolloutWaiterRecord>;

/** Why Flagger did not go on with a canary when it last said so. */
export const canaryHaltRecord = z.object({ ...keyed, words: z.string(), heardAt: z.string(), expiresAt: z.number() });
export type CanaryHaltRecord = z.infer<typeof canaryHaltRecord>;
