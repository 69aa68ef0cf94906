// `automation approvals`: what waits for people, and what they answer.

import { type ApprovalRecord, approvalRecord } from '../../contracts/ledger/approvals.ts';
import { ledgerKey, ledgerKind } from '../../contracts/ledger.ts';
import {
  type ApprovalDecision,
  type ApprovalDecisionOutcome,
  approvalDecisionOutcomeSchema,
  approvalDecisionSchema,
} from '../../contracts/workflows/approval.ts';
import type { Connection } from '../connection.ts';
import { invokeFunction } from '../invoke-function.ts';
import { createLedgerReader } from '../ledger-reader.ts';
import { CommandFailure, exitCodes, printable, renderTable } from '../output.ts';

/** Without what only the waiting execution may know. */
export type Approval = Omit<ApprovalRecord, 'taskToken' | 'pk' | 'sk' | 'kind' | 'sortKey' | 'version'>;

export interface Answer {
  readonly application: string;
  readonly verdict: ApprovalDecision['verdict'];
  readonly actor: string;
  readonly reason?: string | undefined;
}

/** Oldest first; with `all` also what was decided lately. What nobody has answered in time does not wait any more. */
export async function listApprovals(
  connection: Connection,
  { all, now }: { readonly all: boolean; readonly now: string },
): Promise<Approval[]> {
  const ledger = createLedgerReader(connection);
  const asked = await ledger.listByKind(ledgerKind.pendingApproval, approvalRecord);
  const pending = asked.filter(({ validUntil }) => validUntil > now);
  if (!all) return pending.map(withoutToken);
  const closed = await ledger.listByKind(ledgerKind.closedApproval, approvalRecord, { limit: 50, newestFirst: true });
  return [...closed.toReversed(), ...pending].map(withoutToken);
}

/** By its id, or by as much of it as is unique among those that wait. */
export async function showApproval(connection: Connection, id: string): Promise<Approval> {
  const ledger = createLedgerReader(connection);
  const exact = await ledger.find(ledgerKey.approval(id), approvalRecord);
  if (exact !== undefined) return withoutToken(exact);
  const pending = await ledger.listByKind(ledgerKind.pendingApproval, approvalRecord);
  const [found, ...others] = pending.filter(({ approvalId }) => approvalId.startsWith(id));
  if (found !== undefined && others.length === 0) return withoutToken(found);
  throw new CommandFailure(
    found === undefined
      ? `no approval ${id}: see \`automation approvals list\``
      : `${id} fits ${others.length + 1} approvals: give more of it`,
    exitCodes.notFound,
  );
}

/** The answer is bound to the plan that stands there now. */
export async function answerApproval(
  connection: Connection,
  id: string,
  { application, verdict, actor, reason }: Answer,
): Promise<ApprovalDecisionOutcome> {
  const { approvalId, planHash } = await showApproval(connection, id);
  const decision = approvalDecisionSchema.safeParse({
    approvalId,
    planHash,
    approver: actor,
    verdict,
    comment: reason,
  });
  if (!decision.success) {
    const problems = decision.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    throw new CommandFailure(`the answer is not valid: ${problems.join('; ')}`, exitCodes.usage);
  }
  return await invokeFunction(
    connection,
    `${application}-decide-approval`,
    decision.data,
    approvalDecisionOutcomeSchema,
  );
}

export function renderApprovals(approvals: readonly Approval[]): string {
  if (approvals.length === 0) return 'nothing waits for approval';
  const rows = approvals.map(({ approvalId, subject, status, requestedBy, votes, quorum, validUntil }) => [
    approvalId,
    printable(subject.title),
    status,
    printable(requestedBy),
    `${votes.filter(({ verdict }) => verdict === 'approve').length} of ${quorum}`,
    validUntil,
  ]);
  return renderTable(['ID', 'WHAT', 'STATUS', 'ASKED BY', 'AGREED', 'UNTIL'], rows);
}

export function renderApproval(approval: Approval): string {
  const { subject, votes, approvers, planHash, executionArn } = approval;
  return [
    renderApprovals([approval]),
    ...subject.summary.map((line) => `  ${printable(line)}`),
    `plan      ${planHash}`,
    `may agree ${approvers.join(', ')}`,
    ...votes.map(
      ({ approver, verdict, via, votedAt, comment }) =>
        `${verdict === 'approve' ? 'agreed   ' : 'refused  '} ${printable(approver)} ${votedAt} (${via})${comment === undefined ? '' : `: ${printable(comment)}`}`,
    ),
    `execution ${executionArn}`,
  ].join('\n');
}

function withoutToken({ taskToken, pk, sk, kind, sortKey, version, ...approval }: ApprovalRecord): Approval {
  return approval;
}
