// The plan of a change to what Git says now, of promotions and rollbacks alike.
import type { Configuration } from '../../config/schema.ts';
import type { Promotion, ResolvedService } from '../../contracts/workflows/promotion.ts';
import { getEnvironment, getService } from '../configuration/get-configured.ts';
import type { GitOpsRepository } from './commit-promotion.ts';
import { type ChangePlan, planChange } from './plan-change.ts';
import { getStrategy } from './strategies/find-strategy.ts';

/** Reads the overlay as it stands in Git now and plans the change to it. Throws what the repository throws. */
export async function planChangeInGit(
  configuration: Configuration,
  repository: Pick<GitOpsRepository, 'read'>,
  promotion: Promotion,
  services: readonly ResolvedService[],
): Promise<ChangePlan> {
  const target = getEnvironment(configuration, promotion.environment);
  const file = `${target.overlayPath}/kustomization.yaml`;
  const { content } = await repository.read(file);
  const deploymentOf = (name: string): string => getService(configuration, name).deployment ?? name;
  return planChange({ strategy: getStrategy(target), deploymentOf, file, content }, promotion, services);
}
