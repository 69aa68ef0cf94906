// What was pinned past Git while Git could not be reached, until it stands in Git.
import * as z from 'zod/mini';
import { promotionSchema, resolvedServiceSchema } from '../workflows/promotion.ts';
import { indexed, type LedgerKey } from './item.ts';

export const breakGlassKeys = {
  breakGlass: (environment: string, service: string): LedgerKey => ({ pk: `BREAK-GLASS#${environment}`, sk: service }),
};

export const breakGlassKinds = { breakGlass: 'break-glass' };

/** The pin of one service: Argo CD's Application overrides what Git says of its image. */
export const breakGlassRecord = z.object({
  ...indexed,
  environment: z.string(),
  /** What Git is still to be told: the rollback and the version that it goes back to. */
  promotion: promotionSchema,
  service: resolvedServiceSchema,
  /** `reconciled`: Git says the same, or something newer, and the override is gone. */
  status: z.enum(['open', 'reconciled']),
  openedAt: z.string(),
  reconciledAt: z.optional(z.string()),
  /** Commit in the GitOps repository. */
  revision: z.optional(z.string()),
});
export type BreakGlassRecord = z.infer<typeof breakGlassRecord>;
