// Step CommitPromotion of promote-release.
import { commitPromotionTask } from '../../contracts/workflows/promote-release.ts';
import { getEnvironment } from '../../core/configuration/get-configured.ts';
import { commitPromotion } from '../../core/promotion/commit-promotion.ts';
import { connectGitHub } from '../adapters/connect-github.ts';
import { connectLedger } from '../adapters/connect-ledger.ts';
import { createDynamoLeaseCheck } from '../adapters/dynamo-lease-store.ts';
import { createDynamoRolloutLedger } from '../adapters/dynamo-rollout-ledger.ts';
import { createGitHubGitOpsRepository } from '../adapters/github-gitops-repository.ts';
import { buildWebUrl } from '../adapters/github-web-url.ts';
import { readConfiguration } from '../platform/configuration.ts';
import { defineTask } from '../platform/define-handler.ts';
import { readEnvironment } from '../platform/environment.ts';
import { systemClock } from '../platform/system-clock.ts';

const environment = readEnvironment(['LEDGER_TABLE_NAME', 'GITHUB_SECRET_ID', 'ADDRESSES_PARAMETER_PATH']);
const configuration = readConfiguration();
const { owner, apiUrl, gitops } = configuration.github;
const ledger = connectLedger(environment.LEDGER_TABLE_NAME);
const ports = {
  repository: createGitHubGitOpsRepository(connectGitHub(environment).client, {
    owner,
    ...gitops,
    webUrl: buildWebUrl(apiUrl, owner, gitops.repository),
  }),
  leases: createDynamoLeaseCheck(ledger, systemClock),
  rollouts: createDynamoRolloutLedger(ledger),
  clock: systemClock,
};

/** Writes the images into the environment's overlay: one commit for each promotion. */
export const handler = defineTask({
  ...commitPromotionTask,
  handle: async ({ promotion, services, leases, committedAt }) => {
    const { overlayPath } = getEnvironment(configuration, promotion.environment);
    return await commitPromotion(ports, `${overlayPath}/kustomization.yaml`, promotion, services, leases, committedAt);
  },
});
