// Ends a request that nobody has answered in time.

import type { ApprovalRecord } from '../../contracts/ledger/approvals.ts';
import { ledgerKind } from '../../contracts/ledger.ts';
import { AppError } from '../app-error.ts';
import { announceApproval } from './announce-approval.ts';
import type { ApprovalPorts } from './approval-ports.ts';
import { describeResult } from './request-approval.ts';

const maximumRaces = 10;

export interface ClosedApproval {
  readonly outcome: 'approved' | 'refused' | 'expired';
  readonly reason: string;
}

/** A vote that was counted before counts, also when the workflow has not heard of it: the ledger decides. */
export async function closeApproval(
  { approvals, publisher }: Pick<ApprovalPorts, 'approvals' | 'publisher'>,
  approvalId: string,
  closedAt: string,
): Promise<ClosedApproval> {
  for (let race = 0; race < maximumRaces; race += 1) {
    const record = await approvals.find(approvalId);
    if (record === undefined) return { outcome: 'expired', reason: 'nobody could be asked in time' };
    if (record.status === 'approved' || record.status === 'refused') {
      return { outcome: record.status, reason: describeResult(record).reason };
    }
    const closed: ApprovalRecord =
      record.status === 'expired'
        ? record
        : { ...record, status: 'expired', kind: ledgerKind.closedApproval, closedAt, version: record.version + 1 };
    if (closed !== record && !(await approvals.update(closed))) continue;
    const reason = describeExpiry(closed);
    await announceApproval(publisher, 'ApprovalExpired', closed, {
      reason,
      actor: closed.requestedBy,
      occurredAt: closed.closedAt ?? closedAt,
    });
    return { outcome: 'expired', reason };
  }
  throw new AppError('ThrottledError', `approval ${approvalId} is being decided: it will be tried again`);
}

function describeExpiry({ votes, quorum, approvers, validUntil }: ApprovalRecord): string {
  const given = votes.length === 0 ? 'nobody' : `only ${votes.length} of ${quorum}`;
  return `${given} of ${approvers.join(', ')} agreed until ${validUntil}: ask again to go on`;
}
