// How a phase of a change reaches Git, for every function that commits one.
import type * as z from 'zod/mini';
import type { Configuration } from '../../config/schema.ts';
import type { commitPromotionTask } from '../../contracts/workflows/rollout.ts';
import { getEnvironment, getService } from '../../core/configuration/get-configured.ts';
import { commitPromotion, type GitOpsRepository } from '../../core/promotion/commit-promotion.ts';
import { buildColours } from '../../core/promotion/strategies/build-colours.ts';
import { getStrategy } from '../../core/promotion/strategies/find-strategy.ts';
import { connectGitHub } from '../adapters/connect-github.ts';
import { connectGitOpsRepository } from '../adapters/connect-gitops-repository.ts';
import { createDynamoColours } from '../adapters/dynamo-colours.ts';
import { createDynamoLeaseCheck } from '../adapters/dynamo-lease-store.ts';
import type { DynamoLedger } from '../adapters/dynamo-ledger.ts';
import { createDynamoRolloutLedger } from '../adapters/dynamo-rollout-ledger.ts';
import { systemClock } from '../platform/system-clock.ts';

type Input = z.infer<typeof commitPromotionTask.input>;
type Output = z.infer<typeof commitPromotionTask.output>;

export interface GitOpsWriter {
  readonly repository: GitOpsRepository;
  /** Writes one phase of the change into the environment's overlay, and what that means for the colours into the ledger. */
  commitPhase(input: Input): Promise<Output>;
  /** All phases of the environment's strategy, one after the other; returns the last commit. */
  commitAllPhases(input: Omit<Input, 'phase'>): Promise<string>;
}

export function connectGitOps(
  configuration: Configuration,
  ledger: DynamoLedger,
  environment: Parameters<typeof connectGitHub>[0],
): GitOpsWriter {
  const colours = createDynamoColours(ledger);
  const repository = connectGitOpsRepository(configuration, connectGitHub(environment));
  const ports = {
    repository,
    leases: createDynamoLeaseCheck(ledger, systemClock),
    rollouts: createDynamoRolloutLedger(ledger),
    clock: systemClock,
  };
  const writer: GitOpsWriter = {
    repository,
    async commitAllPhases(input) {
      let revision = '';
      for (const phase of getStrategy(getEnvironment(configuration, input.promotion.environment)).phases) {
        ({ revision } = await writer.commitPhase({ ...input, phase }));
      }
      return revision;
    },
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
  return writer;
}
