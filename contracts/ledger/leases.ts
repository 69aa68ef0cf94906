// Who may change a service in an environment.
import * as z from 'zod/mini';
import { keyed, type LedgerKey } from './item.ts';

export const leaseKeys = {
  lease: (environment: string, service: string): LedgerKey => ({ pk: `LEASE#${environment}`, sk: service }),
};

/** Who may change a service in an environment. The token only grows; a released lease keeps it and has no holder. */
export const leaseRecord = z.object({
  ...keyed,
  fencingToken: z.number(),
  /** Execution ARN. */
  holder: z.optional(z.string()),
  promotionId: z.optional(z.string()),
  leaseUntilMilliseconds: z.optional(z.number()),
  /** Some holder has lost it without giving it back, and may still be at work. Never taken away: nobody can know when that ends. */
  takenOver: z.optional(z.literal(true)),
});
export type LeaseRecord = z.infer<typeof leaseRecord>;
