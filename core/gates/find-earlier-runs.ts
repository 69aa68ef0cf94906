// When and for how long a digest ran in an environment, from what was deployed there.
import type { DeploymentRecord } from '../../contracts/ledger/deployments.ts';
import type { EarlierRun } from './gate-facts.ts';

/** `deployments` newest first. What failed did not run healthily; whatever was committed after it ended the run. */
export function findEarlierRuns(deployments: readonly DeploymentRecord[], digest: string): EarlierRun[] {
  const oldestFirst = deployments.toReversed();
  return oldestFirst.flatMap((deployment, index) => {
    if (deployment.digest !== digest || deployment.outcome !== 'succeeded') return [];
    const next = oldestFirst.slice(index + 1).find((later) => later.digest !== digest);
    const replacedAt = next === undefined ? undefined : (next.committedAt ?? next.startedAt);
    return [{ healthySince: deployment.finishedAt, ...(replacedAt === undefined ? {} : { replacedAt }) }];
  });
}
