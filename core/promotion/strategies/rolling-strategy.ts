// Rolling: Kubernetes replaces the pods one by one; done when all of them run the new image and are available.
import type { RolloutVerdict, Strategy, WorkloadObservation } from './strategy.ts';

/** The strategy that a plain Deployment has. */
export const rollingStrategy: Strategy = {
  name: 'rolling',
  decide(workloads, digests) {
    const verdicts = workloads.map((workload) => decideOne(workload, digests[workload.service]));
    const decisive =
      verdicts.find(({ status }) => status === 'failed') ?? verdicts.find(({ status }) => status !== 'healthy');
    return decisive ?? { status: 'healthy', words: verdicts.map(({ words }) => words).join(', ') };
  },
};

function decideOne(workload: WorkloadObservation, digest: string | undefined): RolloutVerdict {
  const { service, desiredReplicas: desired, updatedReplicas: updated, availableReplicas: available } = workload;
  const problems = workload.podProblems.length === 0 ? '' : `: ${workload.podProblems.join('; ')}`;
  if (digest === undefined || !workload.image?.endsWith(`@${digest}`))
    return { status: 'progressing', words: `${service} does not name the new image yet` };
  if (workload.stalledBecause !== undefined) {
    return { status: 'failed', words: `${service} does not become healthy (${workload.stalledBecause})${problems}` };
  }
  const isComplete =
    workload.isObserved && updated >= desired && available >= desired && workload.totalReplicas <= updated;
  if (isComplete) return { status: 'healthy', words: `${service} runs ${available} of ${desired} pods` };
  return {
    status: 'progressing',
    words: `${service} has ${updated} new, ${available} available of ${desired} pods${problems}`,
  };
}
