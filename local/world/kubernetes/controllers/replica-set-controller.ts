// ReplicaSets: as many pods of a template as are asked for.
import { pods, replicaSets } from '../resources/built-in-types.ts';
import { buildControllerReference } from '../resources/kubernetes-object.ts';
import type { Pod, ReplicaSet } from '../resources/workload-types.ts';
import { type ControllerContext, type ControllerQueue, keyOf, listOwnerKeys, startController } from './controller.ts';
import { findAvailableAt, isFinished, isReady, listControlledPods } from './pod-state.ts';
import { recordEvent } from './record-event.ts';

const component = 'replicaset-controller';

export function startReplicaSetController(context: ControllerContext): void {
  const { registry } = context;
  startController(context, {
    name: component,
    type: replicaSets,
    relate: (change) => listOwnerKeys(change, '/pods', 'ReplicaSet'),
    reconcile: ({ namespace, name }, queue) => {
      const set = registry.find<ReplicaSet>(replicaSets, namespace, name);
      if (!set) return;
      if (!set.metadata.deletionTimestamp) adjustPods(context, set);
      updateStatus(context, set, queue);
    },
  });
}

function adjustPods({ registry }: ControllerContext, set: ReplicaSet): void {
  const controlled = listControlledPods(registry, set);
  for (const pod of controlled.filter(isFinished)) registry.delete(pods, pod.metadata.namespace, pod.metadata.name);
  const active = controlled.filter((pod) => !pod.metadata.deletionTimestamp && !isFinished(pod));
  const missing = (set.spec.replicas ?? 1) - active.length;
  for (let count = 0; count < missing; count += 1) {
    const pod = registry.create<Pod>(pods, {
      metadata: {
        generateName: `${set.metadata.name}-`,
        namespace: set.metadata.namespace,
        labels: set.spec.template.metadata?.labels ?? {},
        annotations: set.spec.template.metadata?.annotations ?? {},
        ownerReferences: [buildControllerReference(set)],
      },
      spec: set.spec.template.spec,
    });
    recordEvent(registry, set, { reason: 'SuccessfulCreate', message: `Created pod: ${pod.metadata.name}`, component });
  }
  for (const pod of active.sort(compareForDeletion).slice(0, Math.max(0, -missing))) {
    registry.delete(pods, pod.metadata.namespace, pod.metadata.name);
    recordEvent(registry, set, { reason: 'SuccessfulDelete', message: `Deleted pod: ${pod.metadata.name}`, component });
  }
}

/** Pods that serve nobody go first, then the youngest. */
function compareForDeletion(a: Pod, b: Pod): number {
  const rank = (pod: Pod) => (isReady(pod) ? 2 : pod.status?.phase === 'Running' ? 1 : 0);
  return rank(a) - rank(b) || Date.parse(b.metadata.creationTimestamp) - Date.parse(a.metadata.creationTimestamp);
}

function updateStatus({ registry, clock }: ControllerContext, set: ReplicaSet, queue: ControllerQueue): void {
  const active = listControlledPods(registry, set).filter((pod) => !pod.metadata.deletionTimestamp && !isFinished(pod));
  const availableAt = active.flatMap((pod) => findAvailableAt(pod, set.spec.minReadySeconds ?? 0) ?? []);
  const pending = availableAt.filter((at) => at > clock.now());
  if (pending.length > 0) queue.addAt(keyOf(set), Math.min(...pending));
  registry.update<ReplicaSet>(
    replicaSets,
    set.metadata.namespace,
    set.metadata.name,
    (current) => {
      current.status = {
        replicas: active.length,
        fullyLabeledReplicas: active.length,
        readyReplicas: active.filter(isReady).length,
        availableReplicas: availableAt.length - pending.length,
        observedGeneration: set.metadata.generation ?? 1,
      };
    },
    { subresource: 'status' },
  );
}
