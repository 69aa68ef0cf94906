// The status of a Deployment: counts, and the conditions Available and Progressing; pure.
// https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#deployment-status
import type { Condition } from '../resources/kubernetes-object.ts';
import type { Deployment, ReplicaSet } from '../resources/workload-types.ts';
import { findCondition, withCondition } from './conditions.ts';
import { resolveLimits } from './plan-rollout.ts';

type Status = NonNullable<Deployment['status']>;

/** `current` is the ReplicaSet of the present template; `justCreated` when it was made in this pass. `now` is RFC 3339. */
export function buildDeploymentStatus(
  deployment: Deployment,
  current: ReplicaSet | undefined,
  all: readonly ReplicaSet[],
  now: string,
  justCreated: boolean,
): Status {
  const total = (read: (status: NonNullable<ReplicaSet['status']>) => number | undefined) =>
    all.reduce((sum, set) => sum + (read(set.status ?? {}) ?? 0), 0);
  const replicas = deployment.spec.replicas ?? 1;
  const desired = all.reduce((sum, set) => sum + (set.spec.replicas ?? 0), 0);
  const availableReplicas = total((status) => status.availableReplicas);
  const status: Status = {
    observedGeneration: deployment.metadata.generation ?? 1,
    replicas: total((status) => status.replicas),
    updatedReplicas: current?.status?.replicas ?? 0,
    readyReplicas: total((status) => status.readyReplicas),
    availableReplicas,
    unavailableReplicas: Math.max(0, desired - availableReplicas),
  };
  const { rollingUpdate, type } = deployment.spec.strategy ?? {};
  const { maxUnavailable } = resolveLimits(replicas, rollingUpdate?.maxSurge, rollingUpdate?.maxUnavailable);
  const minimum = type === 'Recreate' ? replicas : replicas - maxUnavailable;
  const enough = availableReplicas >= minimum;
  const available: Condition = {
    type: 'Available',
    status: enough ? 'True' : 'False',
    reason: enough ? 'MinimumReplicasAvailable' : 'MinimumReplicasUnavailable',
    message: `Deployment ${enough ? 'has' : 'does not have'} minimum availability.`,
  };
  const before = deployment.status?.conditions;
  const wasAvailable = findCondition(before, 'Available');
  const lastUpdateTime = wasAvailable?.status === available.status ? (wasAvailable.lastUpdateTime ?? now) : now;
  const conditions = withCondition(before, { ...available, lastUpdateTime }, now);
  const progressing = decideProgress(deployment, current, status, now, justCreated);
  return { ...status, conditions: progressing ? withCondition(conditions, progressing, now) : conditions };
}

function decideProgress(
  deployment: Deployment,
  current: ReplicaSet | undefined,
  status: Status,
  now: string,
  justCreated: boolean,
): Condition | undefined {
  const before = findCondition(deployment.status?.conditions, 'Progressing');
  const build = (status: Condition['status'], reason: string, message: string, lastUpdateTime = now): Condition => ({
    type: 'Progressing',
    status,
    reason,
    message,
    lastUpdateTime,
  });
  if (deployment.spec.paused)
    return before?.reason === 'DeploymentPaused'
      ? before
      : build('Unknown', 'DeploymentPaused', 'Deployment is paused');
  if (!current) return before;
  const name = `ReplicaSet "${current.metadata.name}"`;
  const replicas = deployment.spec.replicas ?? 1;
  if (justCreated) return build('True', 'NewReplicaSetCreated', `Created new replica set "${current.metadata.name}"`);
  if (status.updatedReplicas === replicas && status.replicas === replicas && status.availableReplicas === replicas) {
    const message = `${name} has successfully progressed.`;
    return before?.reason === 'NewReplicaSetAvailable' && before.message === message
      ? before
      : build('True', 'NewReplicaSetAvailable', message);
  }
  // Once a rollout is complete, pods that come and go are not a rollout.
  if (before?.reason === 'NewReplicaSetAvailable' && status.replicas === status.updatedReplicas) return before;
  if (!before || before.reason === 'DeploymentPaused' || hasProgressed(deployment.status ?? {}, status))
    return build('True', 'ReplicaSetUpdated', `${name} is progressing.`);
  if (before.reason === 'ProgressDeadlineExceeded') return before;
  if (before.reason !== 'NewReplicaSetAvailable' && Date.parse(now) >= findProgressDeadline(deployment, before))
    return build('False', 'ProgressDeadlineExceeded', `${name} has timed out progressing.`);
  return before.reason === 'NewReplicaSetAvailable'
    ? build('True', 'ReplicaSetUpdated', `${name} is progressing.`)
    : before;
}

function hasProgressed(before: Status, after: Status): boolean {
  const old = (status: Status) => (status.replicas ?? 0) - (status.updatedReplicas ?? 0);
  return (
    (after.updatedReplicas ?? 0) > (before.updatedReplicas ?? 0) ||
    old(after) < old(before) ||
    (after.readyReplicas ?? 0) > (before.readyReplicas ?? 0) ||
    (after.availableReplicas ?? 0) > (before.availableReplicas ?? 0)
  );
}

/** When a rollout that makes no further progress has failed, in milliseconds since the epoch. */
export function findProgressDeadline(deployment: Deployment, progressing: Condition): number {
  const since = Date.parse(progressing.lastUpdateTime ?? deployment.metadata.creationTimestamp);
  return since + (deployment.spec.progressDeadlineSeconds ?? 600) * 1000;
}
