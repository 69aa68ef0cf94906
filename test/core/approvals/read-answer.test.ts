// Answers from Slack and GitHub: core/approvals/read-answer.ts.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { findReviewAnswers, readSlackAnswer } from '../../../core/approvals/read-answer.ts';
import { findDeploymentReview } from '../../../core/approvals/read-deployment-review.ts';
import { requestApproval } from '../../../core/approvals/request-approval.ts';
import { buildApprovalRequest, createApprovalWorld } from './approval-world.ts';

const configuration = { slackUsers: { U0GRACE01: 'grace' } };
const occurredAt = '2026-11-23T20:10:00.000Z';
const pressed = (interaction: object = {}) => ({
  metadata: { eventId: 'slack-1-0', correlationId: 'slack-1-0', occurredAt, actor: 'U0GRACE01' },
  interaction: {
    userId: 'U0GRACE01',
    actionId: 'approval.approve',
    value: '{"approvalId":"promotion-1","planHash":"plan-1"}',
    channelId: 'C1',
    messageTs: '1.1',
    ...interaction,
  },
  reason: 'pressed',
});

describe('a button', () => {
  it('is the answer of the person behind the Slack member, bound to the plan that the message showed', () => {
    expect(readSlackAnswer(configuration, pressed())).toEqual({
      approvalId: 'promotion-1',
      vote: { approver: 'grace', verdict: 'approve', planHash: 'plan-1', via: 'slack', votedAt: occurredAt },
    });
    expect(readSlackAnswer(configuration, pressed({ actionId: 'approval.refuse' }))?.vote.verdict).toBe('refuse');
  });

  it.each(['U0MALLORY', 'constructor', '__proto__'])(
    'of %s, whom the configuration does not know, is nobody’s',
    (userId) => {
      expect(readSlackAnswer(configuration, pressed({ userId }))?.vote.approver).toBe(`slack:${userId}`);
    },
  );

  it.each([{ actionId: 'other' }, { value: 'promotion-1' }, { value: '{}' }, { value: '{"approvalId":1}' }])(
    'that is none of ours answers nothing: %j',
    (interaction) => {
      expect(readSlackAnswer(configuration, pressed(interaction))).toBeUndefined();
    },
  );
});

/** As GitHub recorded it, with what it says once somebody has decided. */
function review(change: object = {}): object {
  const examples = JSON.parse(
    readFileSync('node_modules/@octokit/webhooks-examples/api.github.com/index.json', 'utf8'),
  ) as { name: string; examples: object[] }[];
  const recorded = examples.find(({ name }) => name === 'deployment_review')?.examples[0];
  return { ...recorded, ...change };
}
const approved = { action: 'approved', approver: { login: 'grace' }, comment: 'looks good' };

describe('a deployment review', () => {
  it('answers the request for the same commit and environment, whatever the case of its name', async () => {
    const world = createApprovalWorld();
    const decided = findDeploymentReview(review(approved));
    if (decided === undefined) throw new Error('the review was not read');
    expect(decided).toMatchObject({ environment: 'TST', commit: '5275a45b7e99c7fd7265b790392c10a74101a67a' });
    const { subject } = buildApprovalRequest();
    const ask = async (approvalId: string, change: object) =>
      await requestApproval(
        world.ports,
        buildApprovalRequest({
          approvalId,
          subject: { ...subject, environment: 'tst', commit: decided.commit, ...change },
        }),
        { approvers: ['grace'], quorum: 1, timeoutSeconds: 3_600 },
      );
    await ask('meant', {});
    await ask('other-environment', { environment: 'prod' });
    await ask('other-commit', { commit: 'b'.repeat(40) });
    await ask('other-kind', { kind: 'restore' });
    expect(findReviewAnswers(await world.ports.approvals.listPending(), decided, occurredAt)).toEqual([
      {
        approvalId: 'meant',
        vote: { approver: 'grace', verdict: 'approve', via: 'github', votedAt: occurredAt, comment: 'looks good' },
      },
    ]);
  });

  it('that rejects refuses', () => {
    expect(findDeploymentReview(review({ ...approved, action: 'rejected' }))?.verdict).toBe('refuse');
  });

  it('that is only requested, or says not enough, answers nothing', () => {
    expect(findDeploymentReview(review())).toBeUndefined();
    expect(
      findDeploymentReview(review({ ...approved, environment: undefined, workflow_job_runs: [] })),
    ).toBeUndefined();
    expect(findDeploymentReview(undefined)).toBeUndefined();
  });
});
