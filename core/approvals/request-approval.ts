// Asks people: the request becomes durable, then everybody is told, and the workflow waits under its task token.

import type { ApprovalRecord } from '../../contracts/ledger/approvals.ts';
import { ledgerKey, ledgerKind } from '../../contracts/ledger.ts';
import type { ApprovalRequest, ApprovalResult } from '../../contracts/workflows/approval.ts';
import { AppError } from '../app-error.ts';
import { formatTime } from '../clock.ts';
import { announceApproval } from './announce-approval.ts';
import type { ApprovalPorts } from './approval-ports.ts';
import { listAgreeing } from './decide-vote.ts';
import type { RequiredApproval } from './find-approval-policy.ts';

/** Without a task token nothing waits: the record itself is what counts later. */
export type RequestedApproval = Omit<ApprovalRequest, 'taskToken'> & { readonly taskToken?: string };

const maximumRaces = 10;

/**
 * Asked again after an interruption it is the same request: a decision that has been made in the meantime is answered at once.
 * Returns whether somebody is asked.
 * @throws AppError `ConflictError` when the id stands for another plan.
 */
export async function requestApproval(
  { approvals, tokens, publisher }: ApprovalPorts,
  request: RequestedApproval,
  policy: RequiredApproval | undefined,
): Promise<boolean> {
  if (policy === undefined) {
    const reason = `nobody needs to be asked for a ${request.subject.kind} in ${request.subject.environment}`;
    await answer(resultOf('not-required', request.planHash, [], reason));
    return false;
  }
  let record = buildRecord(request, policy);
  for (let race = 0; ; race += 1) {
    const known = await approvals.open(record);
    if (known === undefined) break;
    if (known.planHash !== request.planHash) {
      throw new AppError(
        'ConflictError',
        `approval ${request.approvalId} was asked for another plan (${known.planHash.slice(0, 12)}): ask under an id of its own`,
      );
    }
    if (known.status === 'approved' || known.status === 'refused') {
      await answer(describeResult(known));
      return true;
    }
    record = { ...record, votes: known.votes, version: known.version + 1 };
    if (await approvals.update(record)) break;
    if (race >= maximumRaces) throw new AppError('ThrottledError', `approval ${request.approvalId} is being decided`);
  }
  const { requestedBy, subject } = record;
  await announceApproval(publisher, 'ApprovalRequested', record, {
    reason: `${requestedBy} asks to ${subject.title}: ${record.quorum} of ${record.approvers.join(', ')} must agree`,
    actor: requestedBy,
    occurredAt: record.requestedAt,
  });
  return true;

  async function answer(result: ApprovalResult): Promise<void> {
    if (request.taskToken !== undefined) await tokens.succeed(request.taskToken, result);
  }
}

/** What the waiting execution is told of a decided request. */
export function describeResult(record: ApprovalRecord): ApprovalResult {
  const people = listAgreeing(record);
  const refusal = record.votes.find(({ verdict }) => verdict === 'refuse');
  const said = refusal?.comment === undefined ? '' : `: ${refusal.comment}`;
  return record.status === 'approved'
    ? resultOf('approved', record.planHash, people, `approved by ${people.join(', ')}`)
    : resultOf('refused', record.planHash, people, `refused by ${refusal?.approver ?? 'nobody'}${said}`);
}

function resultOf(
  outcome: ApprovalResult['outcome'],
  planHash: string,
  approvers: string[],
  reason: string,
): ApprovalResult {
  return { outcome, planHash, approvers, reason };
}

function buildRecord(request: RequestedApproval, { approvers, quorum }: RequiredApproval): ApprovalRecord {
  const { approvalId, timeoutSeconds, requestedAt, ...rest } = request;
  return {
    ...ledgerKey.approval(approvalId),
    kind: ledgerKind.pendingApproval,
    sortKey: `${requestedAt}#${approvalId}`,
    approvalId,
    requestedAt,
    validUntil: formatTime(Date.parse(requestedAt) + timeoutSeconds * 1000),
    ...rest,
    approvers: [...approvers],
    quorum,
    status: 'pending',
    votes: [],
    version: 1,
  };
}
