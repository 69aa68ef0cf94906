// What `automation override request` calls: two others are asked, and until they agree nothing is overruled.
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { requestOverrideTask } from '../../contracts/workflows/override.ts';
import { requestApproval } from '../../core/approvals/request-approval.ts';
import { planOverride } from '../../core/gates/plan-override.ts';
import { connectLedger } from '../adapters/connect-ledger.ts';
import { createDynamoApprovalStore } from '../adapters/dynamo-approval-store.ts';
import { createEventBridgePublisher } from '../adapters/event-bridge-publisher.ts';
import { awsClientOptions } from '../platform/aws-client-options.ts';
import { readConfiguration } from '../platform/configuration.ts';
import { defineTask } from '../platform/define-handler.ts';
import { readEnvironment } from '../platform/environment.ts';

const environment = readEnvironment(['LEDGER_TABLE_NAME', 'EVENT_BUS_NAME']);
const configuration = readConfiguration();
const ledger = connectLedger(environment.LEDGER_TABLE_NAME);
const ports = {
  approvals: createDynamoApprovalStore(ledger),
  // Nothing waits for an override: there is no token to complete.
  tokens: { succeed: async () => undefined },
  publisher: createEventBridgePublisher(new EventBridgeClient(awsClientOptions), environment.EVENT_BUS_NAME),
};

/** The record first: an approval without it would overrule nothing. Asked again it is the same request. */
export const handler = defineTask({
  ...requestOverrideTask,
  async handle(request) {
    const { record, approval, policy } = planOverride(configuration, request);
    await ledger.put(record, { expression: 'attribute_not_exists(pk)' });
    await requestApproval(ports, approval, policy);
    const { approvalId, validUntil } = record;
    return { approvalId, validUntil, approvers: [...policy.approvers], quorum: policy.quorum };
  },
});
