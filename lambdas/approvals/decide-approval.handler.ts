// Takes a person's answer to a request for approval (from the command line, a button of Slack, or a deployment review of GitHub), or the
// end of the execution that waited for it.
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SFNClient } from '@aws-sdk/client-sfn';
import * as z from 'zod/mini';
import { executionCutOffSchema } from '../../contracts/events/execution.ts';
import { castVotes } from '../../core/approvals/cast-vote.ts';
import { approvalInputSchema, readAnswers } from '../../core/approvals/read-answer.ts';
import { withdrawApprovals } from '../../core/approvals/withdraw-approvals.ts';
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
  tokens: createStepFunctionsTaskTokens(
    new SFNClient(awsClientOptions),
    // Of a fail-over, whose buttons come to the primary region's API as long as there is one.
    (region) => new SFNClient({ ...awsClientOptions, region }),
  ),
  publisher: createEventBridgePublisher(new EventBridgeClient(awsClientOptions), environment.EVENT_BUS_NAME),
};

/** An answer that does not count is an answer, no error. */
export const handler = defineEventHandler({
  input: z.union([executionCutOffSchema, approvalInputSchema]),
  async handle(input) {
    if ('time' in input) return { withdrawn: await withdrawApprovals(ports, { ...input.detail, at: input.time }) };
    const now = formatTime(systemClock.now());
    const answers = await readAnswers(configuration.approvals, ports.approvals.listPending, input, now);
    return await castVotes(ports, answers);
  },
});
