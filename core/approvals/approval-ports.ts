// What asking people needs.
import type { ApprovalRecord } from '../../contracts/ledger/approvals.ts';
import type { EventPublisher } from '../ingress/receive-delivery.ts';
import type { TaskTokens } from '../task-tokens.ts';

/** Conditional single-item writes; reads see every write that was answered before. */
export interface ApprovalStore {
  find(approvalId: string): Promise<ApprovalRecord | undefined>;
  /** Those that wait; what was asked within the last second may be missing. */
  listPending(): Promise<readonly ApprovalRecord[]>;
  /** Writes a new request, unless there is one under this id: then returns that. */
  open(record: ApprovalRecord): Promise<ApprovalRecord | undefined>;
  /** Writes unless somebody else has written since `record.version - 1`. */
  update(record: ApprovalRecord): Promise<boolean>;
}

export interface ApprovalPorts {
  readonly approvals: ApprovalStore;
  readonly tokens: TaskTokens;
  readonly publisher: EventPublisher;
}
