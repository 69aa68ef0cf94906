// Has one Deployment arrived at the digest that it shall run?
import type { RolloutVerdict, WorkloadObservation } from './strategy.ts';

/** All pods of the new image and available; a Deployment that got stuck has failed. */
export function decideWorkload(workload: WorkloadObservation, digest: string | undefined): RolloutVerdict {
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
