// What controllers ask about pods.

import { pods } from '../resources/built-in-types.ts';
import type { KubernetesObject } from '../resources/kubernetes-object.ts';
import { findControllerOf } from '../resources/kubernetes-object.ts';
import type { Pod } from '../resources/workload-types.ts';
import type { ObjectRegistry } from '../storage/object-registry.ts';
import { findCondition } from './conditions.ts';

/** The pods that an object controls. */
export function listControlledPods(registry: ObjectRegistry, owner: KubernetesObject): Pod[] {
  return registry
    .list<Pod>(pods, owner.metadata.namespace)
    .filter((pod) => findControllerOf(pod)?.uid === owner.metadata.uid);
}

/** Whether the pod takes traffic. */
export function isReady(pod: Pod): boolean {
  return findCondition(pod.status?.conditions, 'Ready')?.status === 'True' && !pod.metadata.deletionTimestamp;
}

/** When the pod counts (or will count) as available, in milliseconds since the epoch; undefined while it is not ready. */
export function findAvailableAt(pod: Pod, minReadySeconds: number): number | undefined {
  if (!isReady(pod)) return undefined;
  const since = findCondition(pod.status?.conditions, 'Ready')?.lastTransitionTime;
  return since === undefined ? undefined : Date.parse(since) + minReadySeconds * 1000;
}

/** Whether the pod has ended for good. */
export function isFinished(pod: Pod): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
}
