// Takes a person's answer: counts it by one conditional write, lets the workflow go on, and tells.
import type { ApprovalRecord } from '../../contracts/ledger/approvals.ts';
import type { ApprovalDecisionOutcome } from '../../contracts/workflows/approval.ts';
import { AppError } from '../app-error.ts';
import { announceApproval } from './announce-approval.ts';
import type { ApprovalPorts } from './approval-ports.ts';
import { type CastVote, decideVote } from './decide-vote.ts';
import { describeResult } from './request-approval.ts';

const maximumRaces = 25;

/**
 * Of answers at once each is counted once. An answer that comes again, because the first time was interrupted, finishes what the
 * first one began. @throws AppError `NotFoundError` when nothing was asked under the id.
 */
export async function castVote(
  ports: ApprovalPorts,
  approvalId: string,
  vote: CastVote,
): Promise<ApprovalDecisionOutcome> {
  for (let race = 0; race < maximumRaces; race += 1) {
    const record = await ports.approvals.find(approvalId);
    if (record === undefined) {
      throw new AppError('NotFoundError', `no approval ${approvalId}: see \`automation approvals list\``);
    }
    const decision = decideVote(record, vote);
    if (decision.outcome === 'rejected') {
      await announceApproval(ports.publisher, 'ApprovalVoteRejected', record, {
        reason: decision.words,
        actor: vote.approver,
        occurredAt: vote.votedAt,
        distinction: `${vote.approver}-${vote.votedAt}`,
      });
      return { outcome: 'rejected', reason: decision.words, status: record.status };
    }
    if (decision.outcome === 'repeated') {
      await conclude(ports, record, vote, decision.words);
      return { outcome: 'counted', reason: decision.words, status: record.status };
    }
    if (!(await ports.approvals.update(decision.record))) continue;
    await conclude(ports, decision.record, vote, decision.words);
    return { outcome: 'counted', reason: decision.words, status: decision.record.status };
  }
  throw new AppError('ThrottledError', `too many people decide on ${approvalId} at once: it will be tried again`);
}

/** Each of them; what the first one came to, or that nothing was meant. */
export async function castVotes(
  ports: ApprovalPorts,
  answers: readonly { readonly approvalId: string; readonly vote: CastVote }[],
): Promise<ApprovalDecisionOutcome> {
  const outcomes = await Promise.all(answers.map(({ approvalId, vote }) => castVote(ports, approvalId, vote)));
  return outcomes[0] ?? { outcome: 'ignored', reason: 'nothing that waits is meant' };
}

/** The workflow first: who is told that it goes on finds it going on. */
async function conclude(
  { tokens, publisher }: ApprovalPorts,
  record: ApprovalRecord,
  { approver, verdict, votedAt }: CastVote,
  reason: string,
): Promise<void> {
  const isDecided = record.status === 'approved' || record.status === 'refused';
  if (isDecided && record.taskToken !== undefined) {
    await tokens.succeed(record.taskToken, describeResult(record), record.executionArn);
  }
  await announceApproval(publisher, verdict === 'approve' ? 'ApprovalGiven' : 'ApprovalRefused', record, {
    reason,
    actor: approver,
    occurredAt: record.votes.find((each) => each.approver === approver)?.votedAt ?? votedAt,
    distinction: approver.toLowerCase(),
  });
}
