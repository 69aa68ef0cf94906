// Takes a person's answer to a request for approval: from the command line, a button of Slack, or a deployment review of GitHub.
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SFNClient } from '@aws-sdk/client-sfn';
import * as z from 'zod/mini';
import { blockActionsDetailSchema } from '../../contracts/events/slack.ts';
import { approvalDecisionSchema } from '../../contracts/workflows/approval.ts';
import { causingEventSchema } from '../../contracts/workflows/promote-release.ts';
import { castVote } from '../../core/approvals/cast-vote.ts';
import { type Answer, findReviewAnswers, readSlackAnswer } from '../../core/approvals/read-answer.ts';
import { findDeploymentReview } from '../../core/approvals/read-deployment-review.ts';
import { formatTime } from '../../core/clock.ts';
import { connectLedger } from '../adapters/connect-ledger.ts';
import { createDynamoApprovalStore } from '../adapters/dynamo-approval-store.ts';
import { createEventBridgePublisher } from '../adapters/event-bridge-publisher.ts';
import { createStepFunctionsTaskTokens } from '../adapters/step-functions-task-tokens.ts';
import { awsClientOptions } from '../platform/aws-client-options.ts';
import { readConfiguration } from '../platform/configuration.ts';
import { defineEventHandler } from '../platform/define-handler.ts';
import { readEnvironment } from '../platform/environment.ts';
import { systemClock } from '../platform/system-clock.ts';

const environment = readEnvironment(['LEDGER_TABLE_NAME', 'EVENT_BUS_NAME']);
const configuration = readConfiguration();
const ports = {
  approvals: createDynamoApprovalStore(connectLedger(environment.LEDGER_TABLE_NAME)),
  tokens: createStepFunctionsTaskTokens(new SFNClient(awsClientOptions)),
  publisher: createEventBridgePublisher(new EventBridgeClient(awsClientOptions), environment.EVENT_BUS_NAME),
};
const inputSchema = z.union([
  approvalDecisionSchema,
  z.object({ 'detail-type': z.literal('block_actions'), detail: blockActionsDetailSchema }),
  causingEventSchema,
]);

/** Who speaks is known: IAM lets the caller in, Slack and GitHub sign. An answer that does not count is an answer, no error. */
export const handler = defineEventHandler({
  input: inputSchema,
  async handle(input) {
    const answers = await readAnswers(input);
    const outcomes = await Promise.all(
      answers.map(async ({ approvalId, vote }) => await castVote(ports, approvalId, vote)),
    );
    return outcomes[0] ?? { outcome: 'ignored', reason: 'nothing that waits is meant' };
  },
});

async function readAnswers(input: z.infer<typeof inputSchema>): Promise<Answer[]> {
  if ('approvalId' in input) {
    const { approvalId, ...vote } = input;
    return [{ approvalId, vote: { ...vote, via: 'command-line', votedAt: formatTime(systemClock.now()) } }];
  }
  if ('interaction' in input.detail) return [readSlackAnswer(configuration.approvals, input.detail) ?? []].flat();
  const review = findDeploymentReview(input.detail.payload);
  if (review === undefined) return [];
  return findReviewAnswers(await ports.approvals.listPending(), review, input.detail.metadata.occurredAt);
}
