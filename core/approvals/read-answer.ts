// A person's answer, from wherever it comes, in one form.
import * as z from 'zod/mini';
import type { ApprovalsConfiguration } from '../../config/approvals-schema.ts';
import {
  approvalActions,
  approvalButtonValueSchema,
  type BlockActionsDetail,
  blockActionsDetailSchema,
} from '../../contracts/events/slack.ts';
import type { ApprovalRecord } from '../../contracts/ledger/approvals.ts';
import { approvalDecisionSchema } from '../../contracts/workflows/approval.ts';
import { causingEventSchema } from '../../contracts/workflows/promote-release.ts';
import type { CastVote } from './decide-vote.ts';
import { type DeploymentReview, findDeploymentReview } from './read-deployment-review.ts';

/** Who speaks is known: IAM lets the caller in, Slack and GitHub sign. */
export const approvalInputSchema = z.union([
  approvalDecisionSchema,
  z.object({ 'detail-type': z.literal('block_actions'), detail: blockActionsDetailSchema }),
  causingEventSchema,
]);
export type ApprovalInput = z.infer<typeof approvalInputSchema>;

export interface Answer {
  readonly approvalId: string;
  readonly vote: CastVote;
}

/** Somebody whom the configuration does not know keeps the name that Slack gives: it is nobody's login, so the vote does not count. */
export function readSlackAnswer(
  { slackUsers }: Pick<ApprovalsConfiguration, 'slackUsers'>,
  { interaction, metadata }: BlockActionsDetail,
): Answer | undefined {
  const verdicts = Object.entries(approvalActions) as [CastVote['verdict'], string][];
  const verdict = verdicts.find(([, action]) => action === interaction.actionId)?.[0];
  const value = approvalButtonValueSchema.safeParse(parseJson(interaction.value));
  if (verdict === undefined || !value.success) return undefined;
  const { approvalId, planHash } = value.data;
  const known = Object.hasOwn(slackUsers, interaction.userId) ? slackUsers[interaction.userId] : undefined;
  const approver = known ?? `slack:${interaction.userId}`;
  return { approvalId, vote: { approver, verdict, planHash, via: 'slack', votedAt: metadata.occurredAt } };
}

/** A review of GitHub speaks of a commit and an environment: the requests that wait for just that. */
export function findReviewAnswers(
  pending: readonly ApprovalRecord[],
  review: DeploymentReview,
  votedAt: string,
): Answer[] {
  return pending
    .filter(({ subject }) => subject.kind === 'promotion' && subject.commit === review.commit)
    .filter(({ subject }) => subject.environment.toLowerCase() === review.environment.toLowerCase())
    .map(({ approvalId }) => {
      const { approver, verdict, comment } = review;
      const vote = {
        approver,
        verdict,
        via: 'github',
        votedAt,
        ...(comment === undefined ? {} : { comment }),
      } as const;
      return { approvalId, vote };
    });
}

/** What a caller, Slack or GitHub sends, as answers that can be counted; none when nothing that waits is meant. */
export async function readAnswers(
  configuration: Pick<ApprovalsConfiguration, 'slackUsers'>,
  listPending: () => Promise<readonly ApprovalRecord[]>,
  input: ApprovalInput,
  now: string,
): Promise<Answer[]> {
  if ('approvalId' in input) {
    const { approvalId, ...vote } = input;
    return [{ approvalId, vote: { ...vote, via: 'command-line', votedAt: now } }];
  }
  if ('interaction' in input.detail) return [readSlackAnswer(configuration, input.detail) ?? []].flat();
  const review = findDeploymentReview(input.detail.payload);
  if (review === undefined) return [];
  return findReviewAnswers(await listPending(), review, input.detail.metadata.occurredAt);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
