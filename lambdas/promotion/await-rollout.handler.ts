// Step AwaitRollout: the execution waits under its task token until its environment's cluster tells something.
import { SFNClient } from '@aws-sdk/client-sfn';
import { awaitRolloutTask } from '../../contracts/workflows/rollout.ts';
import { awaitRollout } from '../../core/promotion/await-rollout.ts';
import { connectLedger } from '../adapters/connect-ledger.ts';
import { createDynamoRolloutSignals } from '../adapters/dynamo-rollout-signals.ts';
import { createStepFunctionsTaskTokens } from '../adapters/step-functions-task-tokens.ts';
import { awsClientOptions } from '../platform/aws-client-options.ts';
import { defineTask } from '../platform/define-handler.ts';
import { readEnvironment } from '../platform/environment.ts';
import { systemClock } from '../platform/system-clock.ts';

const environment = readEnvironment(['LEDGER_TABLE_NAME']);
const ports = {
  signals: createDynamoRolloutSignals(connectLedger(environment.LEDGER_TABLE_NAME), systemClock),
  tokens: createStepFunctionsTaskTokens(new SFNClient(awsClientOptions)),
};

/** Remembers who waits; what was told since the cluster was read answers at once. */
export const handler = defineTask({
  ...awaitRolloutTask,
  handle: async ({ taskToken, promotionId, environment: name, signal }) => ({
    answered: await awaitRollout(ports, name, signal, { promotionId, taskToken }),
  }),
});
