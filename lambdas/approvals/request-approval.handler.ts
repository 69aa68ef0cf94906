// Step AwaitApproval of every workflow that asks people: it waits under its task token until decide-approval answers it.
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SFNClient } from '@aws-sdk/client-sfn';
import { requestApprovalTask } from '../../contracts/workflows/approval.ts';
import { findApprovalPolicy } from '../../core/approvals/find-approval-policy.ts';
import { requestApproval } from '../../core/approvals/request-approval.ts';
import { connectLedger } from '../adapters/connect-ledger.ts';
import { createDynamoApprovalStore } from '../adapters/dynamo-approval-store.ts';
import { createEventBridgePublisher } from '../adapters/event-bridge-publisher.ts';
import { createStepFunctionsTaskTokens } from '../adapters/step-functions-task-tokens.ts';
import { awsClientOptions } from '../platform/aws-client-options.ts';
import { readConfiguration } from '../platform/configuration.ts';
import { defineTask } from '../platform/define-handler.ts';
import { readEnvironment } from '../platform/environment.ts';

const environment = readEnvironment(['LEDGER_TABLE_NAME', 'EVENT_BUS_NAME']);
const configuration = readConfiguration();
const ports = {
  approvals: createDynamoApprovalStore(connectLedger(environment.LEDGER_TABLE_NAME)),
  tokens: createStepFunctionsTaskTokens(new SFNClient(awsClientOptions)),
  publisher: createEventBridgePublisher(new EventBridgeClient(awsClientOptions), environment.EVENT_BUS_NAME),
};

/** Where the configuration asks nobody, the workflow goes on at once. */
export const handler = defineTask({
  ...requestApprovalTask,
  async handle(request) {
    const { kind, environment: target } = request.subject;
    return { requested: await requestApproval(ports, request, findApprovalPolicy(configuration, kind, target)) };
  },
});
