// What people have asked of a canary that is under way.
import * as z from 'zod/mini';
import { keyed, type LedgerKey } from './item.ts';

export const canaryKeys = {
  canaryRollback: (environment: string, service: string): LedgerKey => ({
    pk: `CANARY-ROLLBACK#${environment}`,
    sk: service,
  }),
};

/** Asks Flagger, by its rollback webhook, to take back just this digest. */
export const canaryRollbackRecord = z.object({
  ...keyed,
  digest: z.string(),
  actor: z.string(),
  reason: z.string(),
  requestedAt: z.string(),
  expiresAt: z.number(),
});
export type CanaryRollbackRecord = z.infer<typeof canaryRollbackRecord>;
