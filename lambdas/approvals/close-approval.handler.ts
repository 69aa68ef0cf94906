// Step CloseApproval of every workflow that asks people: nobody has answered in time.
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { closeApprovalTask } from '../../contracts/workflows/approval.ts';
import { closeApproval } from '../../core/approvals/close-approval.ts';
import { connectLedger } from '../adapters/connect-ledger.ts';
import { createDynamoApprovalStore } from '../adapters/dynamo-approval-store.ts';
import { createEventBridgePublisher } from '../adapters/event-bridge-publisher.ts';
import { awsClientOptions } from '../platform/aws-client-options.ts';
import { defineTask } from '../platform/define-handler.ts';
import { readEnvironment } from '../platform/environment.ts';

const environment = readEnvironment(['LEDGER_TABLE_NAME', 'EVENT_BUS_NAME']);
const ports = {
  approvals: createDynamoApprovalStore(connectLedger(environment.LEDGER_TABLE_NAME)),
  publisher: createEventBridgePublisher(new EventBridgeClient(awsClientOptions), environment.EVENT_BUS_NAME),
};

/** A vote that came just in time still counts: the outcome says so. */
export const handler = defineTask({
  ...closeApprovalTask,
  handle: async ({ approvalId, closedAt }) => await closeApproval(ports, approvalId, closedAt),
});
