// Step AwaitBuild of promote-release: the execution waits under its task token until report-build answers it.
import { SFNClient } from '@aws-sdk/client-sfn';
import { awaitBuildTask } from '../../contracts/workflows/promote-release.ts';
import { awaitBuild } from '../../core/promotion/await-build.ts';
import { connectLedger } from '../adapters/connect-ledger.ts';
import { createDynamoBuildStore } from '../adapters/dynamo-build-store.ts';
import { createStepFunctionsTaskTokens } from '../adapters/step-functions-task-tokens.ts';
import { awsClientOptions } from '../platform/aws-client-options.ts';
import { defineTask } from '../platform/define-handler.ts';
import { readEnvironment } from '../platform/environment.ts';
import { systemClock } from '../platform/system-clock.ts';

const environment = readEnvironment(['LEDGER_TABLE_NAME']);
const ports = {
  builds: createDynamoBuildStore(connectLedger(environment.LEDGER_TABLE_NAME), systemClock),
  tokens: createStepFunctionsTaskTokens(new SFNClient(awsClientOptions)),
};

/** Remembers who waits; a build that has ended already answers at once. */
export const handler = defineTask({
  ...awaitBuildTask,
  handle: async ({ taskToken, promotionId, repository, commit }) => ({
    answered: await awaitBuild(ports, repository, commit, { promotionId, taskToken }),
  }),
});
