// Deployments: a ReplicaSet per template, rolled from the old ones to the new one.

import { deployments, replicaSets } from '../resources/built-in-types.ts';
import { isSameJson } from '../resources/is-same-json.ts';
import { buildControllerReference, findControllerOf } from '../resources/kubernetes-object.ts';
import type { Deployment, PodTemplate, ReplicaSet } from '../resources/workload-types.ts';
import { findCondition } from './conditions.ts';
import { type ControllerContext, type ControllerQueue, keyOf, listOwnerKeys, startController } from './controller.ts';
import { buildDeploymentStatus, findProgressDeadline } from './deployment-status.ts';
import { planRecreate, planRollingUpdate, type ReplicaCounts, resolveLimits } from './plan-rollout.ts';
import { recordEvent } from './record-event.ts';
import { hashTemplate } from './template-hash.ts';

const component = 'deployment-controller';
const revisionAnnotation = 'deployment.kubernetes.io/revision';
const hashLabel = 'pod-template-hash';

export function startDeploymentController(context: ControllerContext): void {
  const { registry } = context;
  startController(context, {
    name: component,
    type: deployments,
    relate: (change) => listOwnerKeys(change, 'apps/replicasets', 'Deployment'),
    reconcile: ({ namespace, name }, queue) => {
      const deployment = registry.find<Deployment>(deployments, namespace, name);
      if (!deployment) return;
      let justCreated = false;
      if (!deployment.metadata.deletionTimestamp) {
        justCreated = ensureReplicaSet(context, deployment);
        rollOut(context, deployment);
        forgetHistory(context, deployment);
      }
      updateStatus(context, deployment, queue, justCreated);
    },
  });
}

/** Oldest first. */
function listReplicaSets({ registry }: ControllerContext, deployment: Deployment): ReplicaSet[] {
  return registry
    .list<ReplicaSet>(replicaSets, deployment.metadata.namespace)
    .filter((set) => findControllerOf(set)?.uid === deployment.metadata.uid)
    .sort((a, b) => revisionOf(a) - revisionOf(b));
}

function revisionOf(object: ReplicaSet | Deployment): number {
  return Number(object.metadata.annotations?.[revisionAnnotation] ?? 0);
}

function findCurrent(sets: readonly ReplicaSet[], deployment: Deployment): ReplicaSet | undefined {
  const wanted = withoutHash(deployment.spec.template);
  return sets.find((set) => isSameJson(withoutHash(set.spec.template), wanted));
}

function withoutHash(template: PodTemplate): PodTemplate {
  const { [hashLabel]: _hash, ...labels } = template.metadata?.labels ?? {};
  return { ...template, metadata: { ...template.metadata, labels } };
}

/** Makes the ReplicaSet of the present template the newest revision. True when it had to be created. */
function ensureReplicaSet(context: ControllerContext, deployment: Deployment): boolean {
  const { registry } = context;
  const { namespace, name } = deployment.metadata;
  const sets = listReplicaSets(context, deployment);
  const current = findCurrent(sets, deployment);
  if (!current && deployment.spec.paused) return false;
  const others = sets.filter((set) => set !== current).map(revisionOf);
  const revision = Math.max(0, ...others) + 1;
  if (current && revisionOf(current) < revision)
    registry.update<ReplicaSet>(replicaSets, namespace, current.metadata.name, (set) => {
      set.metadata.annotations = { ...set.metadata.annotations, [revisionAnnotation]: String(revision) };
    });
  if (!current) createReplicaSet(context, deployment, revision);
  const shown = String(current ? Math.max(revision, revisionOf(current)) : revision);
  if (deployment.metadata.annotations?.[revisionAnnotation] !== shown)
    registry.update<Deployment>(deployments, namespace, name, (object) => {
      object.metadata.annotations = { ...object.metadata.annotations, [revisionAnnotation]: shown };
    });
  return !current;
}

function createReplicaSet({ registry }: ControllerContext, deployment: Deployment, revision: number): void {
  const { template, selector, minReadySeconds } = deployment.spec;
  const hash = hashTemplate(template);
  const labels = { ...template.metadata?.labels, [hashLabel]: hash };
  registry.create<ReplicaSet>(replicaSets, {
    metadata: {
      name: `${deployment.metadata.name}-${hash}`,
      namespace: deployment.metadata.namespace,
      labels,
      annotations: { [revisionAnnotation]: String(revision) },
      ownerReferences: [buildControllerReference(deployment)],
    },
    spec: {
      replicas: 0,
      ...(minReadySeconds ? { minReadySeconds } : {}),
      selector: { ...selector, matchLabels: { ...selector.matchLabels, [hashLabel]: hash } },
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
  });
}

function rollOut(context: ControllerContext, deployment: Deployment): void {
  const sets = listReplicaSets(context, deployment);
  const current = findCurrent(sets, deployment);
  if (!current || deployment.spec.paused) return;
  const { type, rollingUpdate } = deployment.spec.strategy ?? {};
  const limits = resolveLimits(deployment.spec.replicas ?? 1, rollingUpdate?.maxSurge, rollingUpdate?.maxUnavailable);
  const old = sets.filter((set) => set !== current).map(countReplicas);
  const plan = type === 'Recreate' ? planRecreate : planRollingUpdate;
  for (const [name, replicas] of plan(limits, countReplicas(current), old)) scale(context, deployment, name, replicas);
}

function countReplicas(set: ReplicaSet): ReplicaCounts {
  return {
    name: set.metadata.name,
    desired: set.spec.replicas ?? 0,
    available: set.status?.availableReplicas ?? 0,
    actual: set.status?.replicas ?? 0,
  };
}

function scale({ registry }: ControllerContext, deployment: Deployment, name: string, replicas: number): void {
  registry.update<ReplicaSet>(replicaSets, deployment.metadata.namespace, name, (set) => {
    const direction = replicas > (set.spec.replicas ?? 0) ? 'up' : 'down';
    const message = `Scaled ${direction} replica set ${name} from ${set.spec.replicas ?? 0} to ${replicas}`;
    recordEvent(registry, deployment, { reason: 'ScalingReplicaSet', message, component });
    set.spec.replicas = replicas;
  });
}

function forgetHistory(context: ControllerContext, deployment: Deployment): void {
  const sets = listReplicaSets(context, deployment);
  const current = findCurrent(sets, deployment);
  const retired = sets.filter((set) => set !== current && set.spec.replicas === 0 && (set.status?.replicas ?? 0) === 0);
  const excess = retired.length - (deployment.spec.revisionHistoryLimit ?? 10);
  for (const set of retired.slice(0, Math.max(0, excess)))
    context.registry.delete(replicaSets, set.metadata.namespace, set.metadata.name);
}

function updateStatus(
  context: ControllerContext,
  deployment: Deployment,
  queue: ControllerQueue,
  justCreated: boolean,
): void {
  const { registry, clock } = context;
  const sets = listReplicaSets(context, deployment);
  const current = findCurrent(sets, deployment);
  const status = buildDeploymentStatus(deployment, current, sets, registry.now(), justCreated);
  const before = findCondition(deployment.status?.conditions, 'Progressing');
  const progressing = findCondition(status.conditions, 'Progressing');
  const { namespace, name } = deployment.metadata;
  registry.update<Deployment>(
    deployments,
    namespace,
    name,
    (object) => {
      object.status = status;
    },
    {
      subresource: 'status',
    },
  );
  if (!progressing) return;
  const isOver = ['NewReplicaSetAvailable', 'ProgressDeadlineExceeded', 'DeploymentPaused'].includes(
    progressing.reason ?? '',
  );
  if (!isOver) queue.addAt(keyOf(deployment), Math.max(clock.now() + 1, findProgressDeadline(deployment, progressing)));
  else if (before?.reason !== progressing.reason) recordOutcome(context, deployment, progressing.reason ?? '');
}

function recordOutcome(context: ControllerContext, deployment: Deployment, reason: string): void {
  const outcomes: Readonly<Record<string, string>> = {
    NewReplicaSetAvailable: 'rollout-completed',
    ProgressDeadlineExceeded: 'rollout-failed',
  };
  const name = outcomes[reason];
  if (!name) return;
  context.trace.record({
    service: 'kubernetes',
    name,
    subject: `${context.cluster}/${deployment.metadata.namespace}/${deployment.metadata.name}`,
    details: { reason, images: deployment.spec.template.spec.containers.map((container) => container.image) },
  });
}
