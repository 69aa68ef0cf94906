// What was taken already: deliveries, bodies, and the events that start workflows.
import * as z from 'zod/mini';
import { keyed, type LedgerKey } from './item.ts';

/** What a claim protects: a delivery id, a signed body, or the event that starts a workflow. */
export type ClaimScope =
  | 'github-delivery'
  | 'github-body'
  | 'alert'
  | 'slack-interaction'
  | 'argocd'
  | 'flagger'
  | 'promote-release'
  | 'rollback-release'
  | 'reconcile-git'
  | 'renew-certificate';

export const claimKeys = {
  claim: (scope: ClaimScope, id: string): LedgerKey => ({ pk: `CLAIM#${scope}#${id}`, sk: 'CLAIM' }),
};

/** `in-progress` until what it protects is durable; taken over when its lease ran out. */
export const claimRecord = z.object({
  ...keyed,
  status: z.enum(['in-progress', 'done']),
  /** Who works on it: a request id or an execution ARN. */
  holder: z.string(),
  /** Epoch milliseconds after which another may take over. */
  leaseUntilMilliseconds: z.optional(z.number()),
  /** Of the claim of a body: the delivery that brought it first. */
  deliveryId: z.optional(z.string()),
  /** Of the claim of a delivery: SHA-256 of the body it came with. */
  bodyDigest: z.optional(z.string()),
  expiresAt: z.number(),
});
export type ClaimRecord = z.infer<typeof claimRecord>;
