// Step PlanPromotion of promote-release.
import { planPromotionTask } from '../../contracts/workflows/promote-release.ts';
import { planPromotion } from '../../core/promotion/plan-promotion.ts';
import { connectGitHub } from '../adapters/connect-github.ts';
import { connectLedger } from '../adapters/connect-ledger.ts';
import { createDynamoReleaseHistory } from '../adapters/dynamo-release-store.ts';
import { createGitHubSourceRepository } from '../adapters/github-source-repository.ts';
import { readConfiguration } from '../platform/configuration.ts';
import { defineTask } from '../platform/define-handler.ts';
import { readEnvironment } from '../platform/environment.ts';

const environment = readEnvironment(['LEDGER_TABLE_NAME', 'GITHUB_SECRET_ID', 'ADDRESSES_PARAMETER_PATH']);
const configuration = readConfiguration();
const ports = {
  source: createGitHubSourceRepository(connectGitHub(environment).client),
  history: createDynamoReleaseHistory(connectLedger(environment.LEDGER_TABLE_NAME), configuration.registry.tagTemplate),
};

/** Says which services are promoted, which version, where to, and why; or why nothing is. */
export const handler = defineTask({
  ...planPromotionTask,
  handle: async ({ event, request, ...context }) =>
    await planPromotion(configuration, ports, { event, request }, context),
});
