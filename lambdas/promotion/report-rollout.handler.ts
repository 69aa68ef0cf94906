// On what Argo CD and Flagger tell: wakes the executions that wait for news of that environment.
import { SFNClient } from '@aws-sdk/client-sfn';
import * as z from 'zod/mini';
import { applicationDetailSchema, canaryDetailSchema } from '../../contracts/events/cluster.ts';
import { reportRollout } from '../../core/promotion/await-rollout.ts';
import { connectLedger } from '../adapters/connect-ledger.ts';
import { createDynamoCanaryHalts, createDynamoRolloutSignals } from '../adapters/dynamo-rollout-signals.ts';
import { createStepFunctionsTaskTokens } from '../adapters/step-functions-task-tokens.ts';
import { awsClientOptions } from '../platform/aws-client-options.ts';
import { defineEventHandler } from '../platform/define-handler.ts';
import { readEnvironment } from '../platform/environment.ts';
import { systemClock } from '../platform/system-clock.ts';

const environment = readEnvironment(['LEDGER_TABLE_NAME']);
const ledger = connectLedger(environment.LEDGER_TABLE_NAME);
const halts = createDynamoCanaryHalts(ledger, systemClock);
const ports = {
  signals: createDynamoRolloutSignals(ledger, systemClock),
  tokens: createStepFunctionsTaskTokens(new SFNClient(awsClientOptions)),
};

/** Why Flagger halted is kept first: who wakes reads it. */
export const handler = defineEventHandler({
  input: z.object({ detail: z.union([canaryDetailSchema, applicationDetailSchema]) }),
  async handle({ detail }) {
    if ('canary' in detail && /^Halt /.test(detail.reason))
      await halts.put(detail.environment, detail.service, detail.reason);
    const environments = 'canary' in detail ? [detail.environment] : detail.environments;
    let told = 0;
    for (const name of environments) told += await reportRollout(ports, name, detail.metadata.eventId);
    return { told };
  },
});
