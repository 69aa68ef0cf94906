// What an application should consist of against what is there: sync and health per resource.
import { mergeApplied } from '../patch/merge-applied.ts';
import { findField, setField } from '../resources/json-path.ts';
import { isJsonObject, type JsonObject, type KubernetesObject } from '../resources/kubernetes-object.ts';
import { parseApiVersion, type ResourceType } from '../resources/resource-type.ts';
import type { ObjectRegistry } from '../storage/object-registry.ts';
import type { Application, ResourceStatus } from './application.ts';
import { decideHealth } from './decide-health.ts';

export const trackingAnnotation = 'argocd.argoproj.io/tracking-id';
export const lastAppliedAnnotation = 'kubectl.kubernetes.io/last-applied-configuration';

/** A desired object, located. */
export interface Target {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  /** Undefined when the cluster does not serve the kind. */
  readonly type: ResourceType | undefined;
  readonly object: JsonObject;
  readonly wave: number;
  /** `PreSync`, `Sync`, `PostSync`, `SyncFail` of a hook. */
  readonly hook?: string;
}

/** Gives each rendered object its namespace and the annotation by which it is known as the application's. */
export function locateTargets(
  registry: ObjectRegistry,
  application: Application,
  objects: readonly JsonObject[],
): Target[] {
  return objects.map((original) => {
    const object = structuredClone(original);
    const { group, version } = parseApiVersion(String(object.apiVersion));
    const type = registry.types.findKind(String(object.apiVersion), String(object.kind));
    const metadata = object.metadata as JsonObject;
    const namespaced = type?.namespaced ?? true;
    const namespace = namespaced
      ? String(metadata.namespace ?? application.spec.destination.namespace ?? 'default')
      : '';
    if (namespaced) metadata.namespace = namespace;
    else delete metadata.namespace;
    const name = String(metadata.name ?? `${String(metadata.generateName)}hook`);
    metadata.name = name;
    const annotations = isJsonObject(metadata.annotations) ? metadata.annotations : {};
    const hook = annotations['argocd.argoproj.io/hook'];
    const trackingId = `${application.metadata.name}:${group}/${String(object.kind)}:${namespace}/${name}`;
    metadata.annotations = { ...annotations, [trackingAnnotation]: trackingId };
    return {
      group,
      version,
      kind: String(object.kind),
      namespace,
      name,
      type,
      object,
      wave: Number(annotations['argocd.argoproj.io/sync-wave'] ?? 0),
      ...(typeof hook === 'string' && hook !== 'Skip' ? { hook: hook.split(',')[0] ?? '' } : {}),
    };
  });
}

/** What applying the target would make of the live object. */
export function planApply(
  registry: ObjectRegistry,
  target: Target & { type: ResourceType },
  live: KubernetesObject,
): JsonObject {
  const lastApplied = live.metadata.annotations?.[lastAppliedAnnotation];
  const previous: unknown = lastApplied ? JSON.parse(lastApplied) : undefined;
  return mergeApplied(previous, target.object, live, registry.listKeysOf(target.type)) as JsonObject;
}

/** The application's resources: targets in their order, then live ones that are no longer wanted. Hooks are left out. */
export function compareResources(
  registry: ObjectRegistry,
  application: Application,
  targets: readonly Target[],
): ResourceStatus[] {
  const wanted = targets.filter((target) => !target.hook).map((target) => compareTarget(registry, application, target));
  const extra = listTracked(registry, application)
    .filter(({ object }) => !targets.some((target) => isSame(target, object)))
    .filter(({ object }) => !object.metadata.annotations?.['argocd.argoproj.io/hook'])
    .map(({ object }): ResourceStatus => {
      const health = decideHealth(object);
      return { ...identify(object), status: 'OutOfSync', requiresPruning: true, ...(health ? { health } : {}) };
    });
  return [...wanted, ...extra];
}

function compareTarget(registry: ObjectRegistry, application: Application, target: Target): ResourceStatus {
  const { group, version, kind, namespace, name, type, wave } = target;
  const identity = {
    ...(group ? { group } : {}),
    version,
    kind,
    ...(namespace ? { namespace } : {}),
    name,
    ...(wave ? { syncWave: wave } : {}),
  };
  const live = type && registry.find(type, namespace, name);
  if (!type || !live) return { ...identity, status: 'OutOfSync', health: { status: 'Missing' } };
  const health = decideHealth(live);
  const status = isApplied(registry, application, { ...target, type }, live) ? 'Synced' : 'OutOfSync';
  return { ...identity, status, ...(health ? { health } : {}) };
}

/** Applying it would change nothing, ignored differences apart. */
function isApplied(
  registry: ObjectRegistry,
  application: Application,
  target: Target & { type: ResourceType },
  live: KubernetesObject,
): boolean {
  const planned = planApply(registry, target, live);
  for (const rule of application.spec.ignoreDifferences ?? []) {
    if (rule.kind !== target.kind || (rule.group ?? '') !== target.group) continue;
    if ((rule.name && rule.name !== target.name) || (rule.namespace && rule.namespace !== target.namespace)) continue;
    for (const pointer of rule.jsonPointers ?? []) restore(planned, live, pointer);
  }
  try {
    return (
      registry.update(target.type, target.namespace, target.name, () => structuredClone(planned), { dryRun: true }) ===
      live
    );
  } catch {
    // What the API server would refuse is a difference, too.
    return false;
  }
}

function restore(planned: JsonObject, live: KubernetesObject, pointer: string): void {
  const path = pointer.split('/').slice(1).join('.');
  const value = findField(live, path);
  if (value !== undefined) setField(planned, path, value);
}

/** Live objects that carry the application's tracking id as their own (copies of it on other objects do not count). */
export function listTracked(
  registry: ObjectRegistry,
  application: Application,
): { type: ResourceType; object: KubernetesObject }[] {
  return registry.types.all().flatMap((type) =>
    registry
      .list(type)
      .filter((object) => {
        const id = `${application.metadata.name}:${type.group}/${type.kind}:${object.metadata.namespace ?? ''}/${object.metadata.name}`;
        return object.metadata.annotations?.[trackingAnnotation] === id;
      })
      .map((object) => ({ type, object })),
  );
}

function isSame(target: Target, object: KubernetesObject): boolean {
  const { group } = parseApiVersion(object.apiVersion);
  return (
    target.group === group &&
    target.kind === object.kind &&
    target.namespace === (object.metadata.namespace ?? '') &&
    target.name === object.metadata.name
  );
}

function identify(object: KubernetesObject): Omit<ResourceStatus, 'status'> {
  const { group, version } = parseApiVersion(object.apiVersion);
  const { namespace, name } = object.metadata;
  return { ...(group ? { group } : {}), version, kind: object.kind, ...(namespace ? { namespace } : {}), name };
}
