// Garbage collection: dependents go with their owners, in the background, in the foreground, or are orphaned.
// https://kubernetes.io/docs/concepts/architecture/garbage-collection/
import type { KubernetesObject, OwnerReference } from '../resources/kubernetes-object.ts';
import { parseApiVersion, type ResourceType } from '../resources/resource-type.ts';
import { isRefusal } from '../storage/object-registry.ts';
import type { ControllerContext } from './controller.ts';

interface Located {
  readonly type: ResourceType;
  readonly object: KubernetesObject;
}

/** Follows every change until the cluster stops. */
export function startGarbageCollector(context: ControllerContext): void {
  const { registry, clock, stopped } = context;
  /** Dependents by the uid of an owner, by their own uid. */
  const dependents = new Map<string, Map<string, Located>>();
  const live = new Set<string>();
  let pending: (() => void)[] = [];

  function learn(type: ResourceType, object: KubernetesObject): void {
    live.add(object.metadata.uid);
    for (const owner of object.metadata.ownerReferences ?? []) {
      const owned = dependents.get(owner.uid) ?? new Map<string, Located>();
      owned.set(object.metadata.uid, { type, object });
      dependents.set(owner.uid, owned);
    }
  }

  function forget(object: KubernetesObject, owners: readonly OwnerReference[]): void {
    for (const owner of owners) {
      const owned = dependents.get(owner.uid);
      owned?.delete(object.metadata.uid);
      if (owned?.size === 0) dependents.delete(owner.uid);
    }
  }

  function later(action: () => void): void {
    pending.push(action);
    if (pending.length === 1) void clock.work(Promise.resolve().then(drain));
  }

  function drain(): void {
    while (pending.length > 0 && !stopped.aborted) {
      const actions = pending;
      pending = [];
      for (const action of actions) runQuietly(action);
    }
  }

  /** Deletes the dependent unless another owner of it lives. */
  function collect({ type, object }: Located): void {
    const current = registry.find(type, object.metadata.namespace, object.metadata.name);
    if (!current || current.metadata.uid !== object.metadata.uid || current.metadata.deletionTimestamp) return;
    const owners = current.metadata.ownerReferences ?? [];
    if (owners.length === 0 || owners.some((owner) => live.has(owner.uid))) return;
    registry.delete(type, current.metadata.namespace, current.metadata.name, { propagationPolicy: 'Background' });
  }

  /** The owner waits for its dependents (foregroundDeletion) or lets go of them (orphan). */
  function finalize(type: ResourceType, object: KubernetesObject): void {
    const current = registry.find(type, object.metadata.namespace, object.metadata.name);
    const finalizers = current?.metadata.finalizers ?? [];
    if (!current?.metadata.deletionTimestamp) return;
    const owned = [...(dependents.get(current.metadata.uid)?.values() ?? [])];
    if (finalizers.includes('orphan')) {
      for (const dependent of owned) release(dependent, current.metadata.uid);
      dropFinalizer(type, current, 'orphan');
    } else if (finalizers.includes('foregroundDeletion')) {
      for (const dependent of owned)
        if (!dependent.object.metadata.deletionTimestamp)
          registry.delete(dependent.type, dependent.object.metadata.namespace, dependent.object.metadata.name, {
            propagationPolicy: 'Foreground',
          });
      if ((dependents.get(current.metadata.uid)?.size ?? 0) === 0) dropFinalizer(type, current, 'foregroundDeletion');
    }
  }

  function release({ type, object }: Located, ownerUid: string): void {
    registry.update(type, object.metadata.namespace, object.metadata.name, (current) => {
      current.metadata.ownerReferences = (current.metadata.ownerReferences ?? []).filter(
        (owner) => owner.uid !== ownerUid,
      );
    });
  }

  function dropFinalizer(type: ResourceType, object: KubernetesObject, finalizer: string): void {
    registry.update(type, object.metadata.namespace, object.metadata.name, (current) => {
      current.metadata.finalizers = (current.metadata.finalizers ?? []).filter((name) => name !== finalizer);
    });
  }

  function finalizeOwners(object: KubernetesObject): void {
    for (const owner of object.metadata.ownerReferences ?? []) {
      const { group, version } = parseApiVersion(owner.apiVersion);
      const type = registry.types
        .all()
        .find(
          (candidate) =>
            candidate.group === group && candidate.kind === owner.kind && candidate.servedVersions.includes(version),
        );
      const found = type && registry.find(type, object.metadata.namespace, owner.name);
      if (type && found?.metadata.uid === owner.uid) later(() => finalize(type, found));
    }
  }

  const unsubscribe = registry.store.subscribe(({ type: event, resource, object, previous }) => {
    const [group = '', name = ''] = resource.split('/');
    const type = registry.types.findResource(group, name);
    if (!type) return;
    if (event === 'DELETED') {
      live.delete(object.metadata.uid);
      forget(object, object.metadata.ownerReferences ?? []);
      for (const dependent of dependents.get(object.metadata.uid)?.values() ?? []) later(() => collect(dependent));
      finalizeOwners(object);
      return;
    }
    if (previous) forget(previous, previous.metadata.ownerReferences ?? []);
    learn(type, object);
    if (object.metadata.deletionTimestamp) later(() => finalize(type, object));
    if (event === 'ADDED' && object.metadata.ownerReferences) later(() => collect({ type, object }));
  });
  stopped.addEventListener('abort', unsubscribe);
  const everything = registry.types.all().flatMap((type) => registry.list(type).map((object) => ({ type, object })));
  for (const { type, object } of everything) learn(type, object);
  for (const located of everything) {
    if (located.object.metadata.ownerReferences) later(() => collect(located));
    if (located.object.metadata.deletionTimestamp) later(() => finalize(located.type, located.object));
  }
}

/** What has gone or moved in the meantime needs no collecting. */
function runQuietly(action: () => void): void {
  try {
    action();
  } catch (error) {
    if (!isRefusal(error, 'NotFound') && !isRefusal(error, 'Conflict')) throw error;
  }
}
