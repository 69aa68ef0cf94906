// What people are told of an approval: what is asked, who has said what, and the two buttons while it waits.
import {
  type ApprovalDetail,
  type ApprovalEventType,
  approvalDetailSchema,
  approvalEventTypes,
  approvalSource,
} from '../../../contracts/events/approval.ts';
import { approvalActions } from '../../../contracts/events/slack.ts';
import type { Announcement, Fact, NotificationButton } from '../../../contracts/notifications.ts';
import { defineMessages } from '../define-messages.ts';

type Looks = Pick<Announcement, 'mark' | 'severity'> & { readonly words: string };

const asks: Looks = { mark: 'question', words: 'Please decide', severity: 'warning' };
/** How it looks once it has ended by such an event. */
const ended: Readonly<Record<ApprovalEventType, Looks>> = {
  ApprovalRequested: asks,
  ApprovalGiven: { mark: 'success', words: 'Approved', severity: 'info' },
  ApprovalRefused: { mark: 'refused', words: 'Refused', severity: 'warning' },
  ApprovalExpired: { mark: 'soon', words: 'Nobody decided in time', severity: 'warning' },
  ApprovalWithdrawn: { mark: 'refused', words: 'Withdrawn', severity: 'warning' },
  ApprovalVoteRejected: { mark: 'note', words: 'An answer came too late', severity: 'info' },
};

export const approvalMessages = defineMessages({
  source: approvalSource,
  types: approvalEventTypes,
  schema: approvalDetailSchema,
  build(type, { approval, reason, metadata }) {
    const { subject, votes, quorum, requestedBy, status, validUntil, planHash } = approval;
    const isOpen = status === 'pending';
    const { words, ...looks } = isOpen ? asks : ended[type];
    const given = votes.filter(({ verdict }) => verdict === 'approve').length;
    const isAnswered = type !== 'ApprovalRequested';
    return {
      subject: `approval/${approval.approvalId}`,
      family: 'approval',
      environment: subject.environment,
      // An answer that does not count can come after the end: it changes nothing about it.
      rank: type === 'ApprovalVoteRejected' || isOpen ? Number(isAnswered) : 9,
      closes: !isOpen,
      ...looks,
      headline: `${words}: ${subject.title}`,
      reason,
      lines: subject.summary,
      facts: [
        { label: 'asked by', value: requestedBy },
        { label: 'agreed', value: `${given} of ${quorum}` },
        { label: 'plan', value: planHash.slice(0, 12), code: true },
        ...(isOpen ? [{ label: 'until', value: validUntil }] : []),
        ...(isOpen && subject.kind === 'fail-over' ? [describeWayAround(approval)] : []),
      ],
      details: isAnswered ? [{ label: 'answer', value: reason }] : [],
      ...(isOpen && { buttons: buildButtons(approval) }),
      release: metadata.correlationId,
    };
  },
});

/** Slack knows one address for all buttons, in the region that is perhaps gone. */
function describeWayAround({ approvalId, executionArn }: ApprovalDetail['approval']): Fact {
  const region = executionArn.split(':')[3];
  return {
    label: 'when the buttons do not answer',
    value: `automation --region ${region} approvals approve ${approvalId}`,
    code: true,
  };
}

/** Each carries back which request it answers, and which plan the person saw. */
function buildButtons({ approvalId, planHash }: ApprovalDetail['approval']): NotificationButton[] {
  const value = JSON.stringify({ approvalId, planHash });
  return [
    { actionId: approvalActions.approve, value, label: 'Approve', style: 'primary' },
    { actionId: approvalActions.refuse, value, label: 'Refuse', style: 'danger' },
  ];
}
