// Does a person's answer count, and is it enough? Pure: the same record and vote give the same answer.
import type { ApprovalVote } from '../../contracts/approvals.ts';
import type { ApprovalRecord } from '../../contracts/ledger/approvals.ts';
import { ledgerKind } from '../../contracts/ledger.ts';

export interface CastVote extends ApprovalVote {
  /** The plan that the person saw, where that is known. */
  readonly planHash?: string | undefined;
}

/** `repeated`: the same answer again, which has been counted. */
export type VoteDecision =
  | { readonly outcome: 'counted'; readonly record: ApprovalRecord; readonly words: string }
  | { readonly outcome: 'repeated'; readonly words: string }
  | { readonly outcome: 'rejected'; readonly words: string };

/** One refusal refuses. Whoever asks may take the request back, and never approve it. */
export function decideVote(record: ApprovalRecord, { planHash, ...vote }: CastVote): VoteDecision {
  const { approver, verdict } = vote;
  const { title } = record.subject;
  if (planHash !== undefined && planHash !== record.planHash) {
    return reject(`${approver} saw another plan (${planHash.slice(0, 12)}) than the one that is asked for`);
  }
  const isRequester = isSamePerson(approver, record.requestedBy);
  const isApprover = record.approvers.some((login) => isSamePerson(login, approver));
  if (!isApprover && !(isRequester && verdict === 'refuse')) {
    return reject(`${approver} may not decide on it, these may: ${record.approvers.join(', ')}`);
  }
  if (isRequester && verdict === 'approve') {
    return reject(`${approver} asks for it: somebody else must approve it`);
  }
  const own = record.votes.find((earlier) => isSamePerson(earlier.approver, approver));
  if (own?.verdict === verdict) return { outcome: 'repeated', words: `${approver} said so before` };
  if (record.status !== 'pending') return reject(`it is ${record.status} already: ${title}`);
  if (Date.parse(vote.votedAt) > Date.parse(record.validUntil)) {
    return reject(`it expired at ${record.validUntil}: ${title}`);
  }
  const votes = [...record.votes.filter((earlier) => earlier !== own), vote];
  const given = votes.filter((each) => each.verdict === 'approve').length;
  const status = verdict === 'refuse' ? 'refused' : given >= record.quorum ? 'approved' : 'pending';
  const closed = status === 'pending' ? {} : { kind: ledgerKind.closedApproval, closedAt: vote.votedAt };
  return {
    outcome: 'counted',
    record: { ...record, ...closed, votes, status, version: record.version + 1 },
    words: describe(approver, verdict, title, given, record.quorum, vote.comment),
  };
}

/** GitHub takes `Ada` and `ada` for one person. */
export function isSamePerson(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase();
}

/** The people who agree. */
export function listAgreeing({ votes }: Pick<ApprovalRecord, 'votes'>): string[] {
  return votes.filter(({ verdict }) => verdict === 'approve').map(({ approver }) => approver);
}

function describe(
  approver: string,
  verdict: ApprovalVote['verdict'],
  title: string,
  given: number,
  quorum: number,
  comment: string | undefined,
): string {
  const said = comment === undefined ? '' : ` (${comment})`;
  if (verdict === 'refuse') return `${approver} refuses to ${title}${said}`;
  return `${approver} agrees to ${title}${said}${quorum === 1 ? '' : `: ${given} of ${quorum}`}`;
}

function reject(words: string): VoteDecision {
  return { outcome: 'rejected', words };
}
