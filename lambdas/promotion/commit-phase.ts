// How a phase of a change reaches Git, for every function that commits one.
import type * as z from 'zod/mini';
import type { Configuration } from '../../config/schema.ts';
import type { commitPromotionTask } from '../../contracts/workflows/rollout.ts';
import { getEnvironment, getService } from '../../core/configuration/get-configured.ts';
import { commitPromotion, type GitOpsRepository } from '../../core/promotion/commit-promotion.ts';
import { buildColours } from '../../core/promotion/strategies/build-colours.ts';
import { getStrategy } from '../../core/promotion/strategies/find-strategy.ts';
import { connectGitHub } from '../adapters/connect-github.ts';
import { createDynamoColours } from '../adapters/dynamo-colours.ts';
import { createDynamoLeaseCheck } from '../adapters/dynamo-lease-store.ts';
import type { DynamoLedger } from '../adapters/dynamo-ledger.ts';
import { createDynamoRolloutLedger } from '../adapters/dynamo-rollout-ledger.ts';
import { createGitHubGitOpsRepository } from '../adapters/github-gitops-repository.ts';
import { buildWebUrl } from '../adapters/github-web-url.ts';
import { systemClock } from '../platform/system-clock.ts';

type Input = z.infer<typeof commitPromotionTask.input>;
type Output = z.infer<typeof commitPromotionTask.output>;

export interface GitOpsWriter {
  readonly repository: GitOpsRepository;
  /** Writes one phase of the change into the environment's overlay, and what that means for the colours into the ledger. */
  commitPhase(input: Input): Promise<Output>;
}

export function connectGitOps(
  configuration: Configuration,
  ledger: DynamoLedger,
  environment: Parameters<typeof connectGitHub>[0],
): GitOpsWriter {
  const { owner, apiUrl, gitops } = configuration.github;
  const colours = createDynamoColours(ledger);
  const repository = createGitHubGitOpsRepository(connectGitHub(environment).client, {
    owner,
    ...gitops,
    webUrl: buildWebUrl(apiUrl, owner, gitops.repository),
  });
  const ports = {
    repository,
    leases: createDynamoLeaseCheck(ledger, systemClock),
    rollouts: createDynamoRolloutLedger(ledger),
    clock: systemClock,
  };
  return {
    repository,
    async commitPhase(input) {
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
  };
}
