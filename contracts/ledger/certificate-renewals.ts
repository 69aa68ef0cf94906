// Who renews a certificate now, how often that failed lately, and how each renewal went.
import * as z from 'zod/mini';
import { indexed, keyed, type LedgerKey } from './item.ts';

export const certificateRenewalKeys = {
  renewalState: (name: string): LedgerKey => ({ pk: `RENEWAL#${name}`, sk: 'STATE' }),
  renewal: (name: string, startedAt: string, renewalId: string): LedgerKey => ({
    pk: `RENEWAL#${name}`,
    sk: `RUN#${startedAt}#${renewalId}`,
  }),
};

export const certificateRenewalKinds = {
  renewalState: 'certificate-renewal',
};

/** One item for each name: the right to renew it, and what holds the next automatic renewal back. */
export const renewalStateRecord = z.object({
  ...indexed,
  name: z.string(),
  /** Execution ARN of whoever renews it now. */
  holder: z.optional(z.string()),
  leaseUntil: z.optional(z.string()),
  /** Failures in a row. */
  failures: z.number(),
  expiresAt: z.optional(z.number()),
  /** Until then nothing is started without a person. */
  notBefore: z.optional(z.string()),
  /** Until then the issuer refuses: a person is held back too, unless they insist. */
  rateLimitedUntil: z.optional(z.string()),
});
export type RenewalStateRecord = z.infer<typeof renewalStateRecord>;

/** How one renewal ended; written once. */
export const renewalRecord = z.object({
  ...keyed,
  renewalId: z.string(),
  name: z.string(),
  outcome: z.enum(['succeeded', 'failed']),
  action: z.enum(['issue', 'restart']),
  reason: z.string(),
  /** What stood in the way, such as `rate-limited`. */
  obstacle: z.optional(z.string()),
  actor: z.string(),
  executionArn: z.string(),
  startedAt: z.string(),
  finishedAt: z.string(),
  /** SHA-256 of the certificate before and after. */
  before: z.optional(z.string()),
  after: z.optional(z.string()),
  correlationId: z.string(),
  expiresAt: z.number(),
});
export type RenewalRecord = z.infer<typeof renewalRecord>;
