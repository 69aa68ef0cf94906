// The ledger's records of approvals: who was asked for what, and who said what.
import * as z from 'zod/mini';
import { approvalFields } from '../approvals.ts';
import { indexed, type LedgerKey } from './item.ts';

export const approvalKeys = {
  approval: (approvalId: string): LedgerKey => ({ pk: `APPROVAL#${approvalId}`, sk: 'APPROVAL' }),
};

/** Sorted by the time of the request. */
export const approvalKinds = {
  pendingApproval: 'approval#pending',
  closedApproval: 'approval#closed',
};

/** One request with all its votes: a single item, so that a quorum is reached by one conditional write. */
export const approvalRecord = z.object({
  ...indexed,
  ...approvalFields,
  /** The waiting execution's; absent where nothing waits, as of an override. */
  taskToken: z.optional(z.string()),
  requestedAt: z.string(),
  closedAt: z.optional(z.string()),
  correlationId: z.string(),
  causationId: z.string(),
  /** Grows with each write. */
  version: z.number(),
});
export type ApprovalRecord = z.infer<typeof approvalRecord>;
