// How promotions ended.
import * as z from 'zod/mini';
import { indexed, type LedgerKey } from './item.ts';

export const promotionKeys = {
  promotion: (promotionId: string): LedgerKey => ({ pk: `PROMOTION#${promotionId}`, sk: 'PROMOTION' }),
};

export const promotionKinds = {
  promotion: (environment: string): string => `promotion#${environment}`,
};

/** How a promotion ended: the entry that the summary names. */
export const promotionRecord = z.object({
  ...indexed,
  promotionId: z.string(),
  environment: z.string(),
  outcome: z.enum(['succeeded', 'failed', 'refused', 'superseded']),
  reason: z.string(),
  services: z.array(z.object({ name: z.string(), version: z.string(), digest: z.optional(z.string()) })),
  repository: z.string(),
  commit: z.string(),
  revision: z.optional(z.string()),
  /** Absent: a promotion. */
  change: z.optional(z.literal('rollback')),
  actor: z.string(),
  executionArn: z.string(),
  startedAt: z.string(),
  finishedAt: z.string(),
  correlationId: z.string(),
  causationId: z.string(),
  /** What went wrong on the way without stopping it. */
  warnings: z.array(z.string()),
});
export type PromotionRecord = z.infer<typeof promotionRecord>;
