// Step CommitPromotion of promote-release.
import { commitPromotionTask } from '../../contracts/workflows/rollout.ts';
import { getEnvironment, getService } from '../../core/configuration/get-configured.ts';
import { commitPromotion } from '../../core/promotion/commit-promotion.ts';
import { buildColours } from '../../core/promotion/strategies/build-colours.ts';
import { getStrategy } from '../../core/promotion/strategies/find-strategy.ts';
import { connectGitHub } from '../adapters/connect-github.ts';
import { connectLedger } from '../adapters/connect-ledger.ts';
import { createDynamoColours } from '../adapters/dynamo-colours.ts';
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
const colours = createDynamoColours(ledger);
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

/** Writes one phase of the change into the environment's overlay, and what that means for the colours into the ledger. */
export const handler = defineTask({
  ...commitPromotionTask,
  async handle(input) {
    const target = getEnvironment(configuration, input.promotion.environment);
    const file = `${target.overlayPath}/kustomization.yaml`;
    const deploymentOf = (name: string) => getService(configuration, name).deployment ?? name;
    const { overlay, ...committed } = await commitPromotion(ports, {
      ...input,
      file,
      strategy: getStrategy(target),
      deploymentOf,
    });
    if (target.strategy === 'blue-green') {
      const { warmMinutes } = target.blueGreen;
      await colours.put(buildColours({ ...input, overlay, warmMinutes, deploymentOf }));
    }
    return committed;
  },
});
