// Takes a person's answer to a request for approval.
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SFNClient } from '@aws-sdk/client-sfn';
import { approvalDecisionSchema } from '../../contracts/workflows/approval.ts';
import { castVote } from '../../core/approvals/cast-vote.ts';
import { formatTime } from '../../core/clock.ts';
import { connectLedger } from '../adapters/connect-ledger.ts';
import { createDynamoApprovalStore } from '../adapters/dynamo-approval-store.ts';
import { createEventBridgePublisher } from '../adapters/event-bridge-publisher.ts';
import { createStepFunctionsTaskTokens } from '../adapters/step-functions-task-tokens.ts';
import { awsClientOptions } from '../platform/aws-client-options.ts';
import { defineEventHandler } from '../platform/define-handler.ts';
import { readEnvironment } from '../platform/environment.ts';
import { systemClock } from '../platform/system-clock.ts';

const environment = readEnvironment(['LEDGER_TABLE_NAME', 'EVENT_BUS_NAME']);
const ports = {
  approvals: createDynamoApprovalStore(connectLedger(environment.LEDGER_TABLE_NAME)),
  tokens: createStepFunctionsTaskTokens(new SFNClient(awsClientOptions)),
  publisher: createEventBridgePublisher(new EventBridgeClient(awsClientOptions), environment.EVENT_BUS_NAME),
};

/** From the command line, whose caller IAM knows. An answer that does not count is an answer, no error. */
export const handler = defineEventHandler({
  input: approvalDecisionSchema,
  handle: async ({ approvalId, ...vote }) =>
    await castVote(ports, approvalId, { ...vote, via: 'command-line', votedAt: formatTime(systemClock.now()) }),
});
