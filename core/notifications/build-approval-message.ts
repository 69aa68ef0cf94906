// Words an approval for Slack: what is asked, who has said what, and the two buttons while it waits.
import type { Configuration } from '../../config/schema.ts';
import type { ApprovalDetail, ApprovalEventType } from '../../contracts/events/approval.ts';
import { escapeText, type Message, renderMessage } from './build-message.ts';

const heads: Readonly<Record<ApprovalEventType, { readonly mark: string; readonly words: string }>> = {
  ApprovalRequested: { mark: ':raising_hand:', words: 'Please decide' },
  ApprovalGiven: { mark: ':white_check_mark:', words: 'Approved' },
  ApprovalRefused: { mark: ':no_entry:', words: 'Refused' },
  ApprovalExpired: { mark: ':hourglass:', words: 'Nobody decided in time' },
  ApprovalVoteRejected: { mark: ':warning:', words: 'An answer does not count' },
};

/** What a button carries back: which request, and which plan the person saw. */
export const approvalActions = { approve: 'approval.approve', refuse: 'approval.refuse' } as const;

/** Longest text of a section's field list that stays readable on a phone. */
const maximumLines = 12;

/** The message for an approval's event, to the environment's channel. */
export function buildApprovalMessage(
  configuration: Configuration,
  type: ApprovalEventType,
  { approval, reason }: ApprovalDetail,
): Message {
  const { subject, votes, quorum, requestedBy, status, validUntil, planHash } = approval;
  const isOpen = status === 'pending';
  const { mark, words } =
    type === 'ApprovalGiven' && isOpen ? { mark: ':raising_hand:', words: 'Agreed' } : heads[type];
  const given = votes.filter(({ verdict }) => verdict === 'approve').length;
  const message = renderMessage(configuration, subject.environment, {
    mark,
    headline: `${words}: ${subject.title}`,
    reason,
    facts: [
      `asked by ${escapeText(requestedBy)}`,
      `${given} of ${quorum} agreed`,
      `plan \`${planHash.slice(0, 12)}\``,
      ...(isOpen ? [`until ${validUntil}`] : []),
    ],
    url: undefined,
  });
  if (type === 'ApprovalVoteRejected') return message;
  const lines = subject.summary.slice(0, maximumLines).map((line) => `• ${escapeText(line)}`);
  const left = subject.summary.length - lines.length;
  if (left > 0) lines.push(`… and ${left} more: \`automation approvals show\``);
  const details =
    lines.length === 0 ? [] : [{ type: 'section', text: { type: 'mrkdwn', text: lines.join('\n').slice(0, 2_900) } }];
  return { ...message, blocks: [...message.blocks, ...details, ...(isOpen ? [buildButtons(approval)] : [])] };
}

/** @see https://docs.slack.dev/reference/block-kit/blocks/actions-block */
function buildButtons({ approvalId, planHash }: ApprovalDetail['approval']): object {
  const value = JSON.stringify({ approvalId, planHash });
  const button = (action: keyof typeof approvalActions, label: string, style: string) => ({
    type: 'button',
    action_id: approvalActions[action],
    text: { type: 'plain_text', text: label },
    style,
    value,
  });
  return { type: 'actions', elements: [button('approve', 'Approve', 'primary'), button('refuse', 'Refuse', 'danger')] };
}
