// Whether a delete takes an object out at once or only marks it: finalizers, propagation, graceful pods, namespaces.
import { isJsonObject, type KubernetesObject } from '../resources/kubernetes-object.ts';
import type { ResourceType } from '../resources/resource-type.ts';

export interface DeleteOptions {
  readonly dryRun?: boolean;
  readonly gracePeriodSeconds?: number;
  readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
  readonly preconditions?: { uid?: string; resourceVersion?: string };
}

export interface DeletionDecision {
  readonly remove: boolean;
  /** The marked object, when it stays for now. */
  readonly object: KubernetesObject;
}

/** `now` is RFC 3339. Deleting what is already being deleted changes nothing, except that a pod may be forced. */
export function decideDeletion(
  type: ResourceType,
  current: KubernetesObject,
  options: DeleteOptions,
  now: string,
): DeletionDecision {
  const finalizers = new Set(current.metadata.finalizers ?? []);
  const policy =
    options.propagationPolicy ?? (type.group === 'batch' && type.resource === 'jobs' ? 'Orphan' : 'Background');
  if (!current.metadata.deletionTimestamp) {
    if (policy === 'Foreground') finalizers.add('foregroundDeletion');
    if (policy === 'Orphan') finalizers.add('orphan');
  }
  const isCore = type.group === '';
  const isPod = isCore && type.resource === 'pods';
  const isNamespace = isCore && type.resource === 'namespaces';
  const spec = isJsonObject(current.spec) ? current.spec : {};
  const graceSeconds = isPod ? (options.gracePeriodSeconds ?? Number(spec.terminationGracePeriodSeconds ?? 30)) : 0;
  const graceful = isPod && graceSeconds > 0 && spec.nodeName !== undefined;
  const emptied = isNamespace && !(Array.isArray(spec.finalizers) && spec.finalizers.length > 0);
  if (finalizers.size === 0 && !graceful && (!isNamespace || emptied)) return { remove: true, object: current };
  const object: KubernetesObject = {
    ...current,
    metadata: {
      ...current.metadata,
      ...(finalizers.size > 0 ? { finalizers: [...finalizers] } : {}),
      deletionTimestamp: current.metadata.deletionTimestamp ?? now,
      deletionGracePeriodSeconds: current.metadata.deletionGracePeriodSeconds ?? graceSeconds,
    },
    ...(isNamespace
      ? { status: { ...(isJsonObject(current.status) ? current.status : {}), phase: 'Terminating' } }
      : {}),
  };
  return { remove: false, object };
}
