// The domain events of an approval.
import { type ApprovalDetail, type ApprovalEventType, approvalSource } from '../../contracts/events/approval.ts';
import type { ApprovalRecord } from '../../contracts/ledger/approvals.ts';
import type { EventPublisher } from '../ingress/receive-delivery.ts';

/** `distinction`: tells events of one type apart; the same one published again has the same id. */
export async function announceApproval(
  publisher: EventPublisher,
  type: ApprovalEventType,
  record: ApprovalRecord,
  told: { readonly reason: string; readonly actor: string; readonly occurredAt: string; readonly distinction?: string },
): Promise<void> {
  const { approvalId, subject, planHash, requestedBy, approvers, quorum, status, votes, validUntil, executionArn } =
    record;
  const suffix = told.distinction === undefined ? '' : `-${told.distinction}`;
  const detail: ApprovalDetail = {
    metadata: {
      eventId: `${approvalId}-${type}${suffix}`.slice(-200),
      correlationId: record.correlationId,
      causationId: record.causationId,
      occurredAt: told.occurredAt,
      actor: told.actor,
    },
    approval: {
      approvalId,
      subject,
      planHash,
      requestedBy,
      approvers,
      quorum,
      status,
      votes,
      validUntil,
      executionArn,
    },
    reason: told.reason,
  };
  await publisher.publish({ source: approvalSource, detailType: type, detail });
}
