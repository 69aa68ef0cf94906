// Step AwaitBuild of promote-release: the execution waits under its task token until report-build answers it.
import { SFNClient } from '@aws-sdk/client-sfn';
import { awaitBuildTask } from '../../contracts/workflows/promote-release.ts';
import { awaitBuild } from '../../core/promotion/await-build.ts';
import { connectGitHub } from '../adapters/connect-github.ts';
import { connectLedger } from '../adapters/connect-ledger.ts';
import { createDynamoBuildStore } from '../adapters/dynamo-build-store.ts';
import { createGitHubBuilds } from '../adapters/github-builds.ts';
import { createStepFunctionsTaskTokens } from '../adapters/step-functions-task-tokens.ts';
import { awsClientOptions } from '../platform/aws-client-options.ts';
import { readConfiguration } from '../platform/configuration.ts';
import { defineTask } from '../platform/define-handler.ts';
import { readEnvironment } from '../platform/environment.ts';
import { logger } from '../platform/logger.ts';
import { systemClock } from '../platform/system-clock.ts';

const environment = readEnvironment(['LEDGER_TABLE_NAME', 'GITHUB_SECRET_ID', 'ADDRESSES_PARAMETER_PATH']);
const findEndedBuild = createGitHubBuilds(connectGitHub(environment).client, readConfiguration().github.buildWorkflow);
const ports = {
  builds: createDynamoBuildStore(connectLedger(environment.LEDGER_TABLE_NAME), systemClock),
  tokens: createStepFunctionsTaskTokens(new SFNClient(awsClientOptions)),
  /** The webhook usually tells: that GitHub cannot be asked right now is no reason to give the wait up. */
  findEndedBuild: async (repository: string, commit: string) => {
    try {
      return await findEndedBuild(repository, commit);
    } catch (error) {
      logger.warn('GitHub was not asked for the build', { repository, commit, because: String(error) });
      return undefined;
    }
  },
};

/** Remembers who waits; a build that has ended already, by the ledger or by GitHub itself, answers at once. */
export const handler = defineTask({
  ...awaitBuildTask,
  handle: async ({ taskToken, promotionId, repository, commit }) => ({
    answered: await awaitBuild(ports, repository, commit, { promotionId, taskToken }),
  }),
});
