// Applying and pruning single resources of an application.
import { StatusError } from '../api/status-error.ts';
import { namespaces } from '../resources/built-in-types.ts';
import type { JsonObject, KubernetesObject } from '../resources/kubernetes-object.ts';
import type { ResourceType } from '../resources/resource-type.ts';
import type { ObjectRegistry } from '../storage/object-registry.ts';
import type { ResourceResult } from './application.ts';
import { lastAppliedAnnotation, planApply, type Target } from './compare-resources.ts';

/** In the order in which Argo CD applies kinds within a wave; others come last. */
const kindOrder = [
  'Namespace',
  'NetworkPolicy',
  'ResourceQuota',
  'LimitRange',
  'PodDisruptionBudget',
  'ServiceAccount',
  'Secret',
  'ConfigMap',
  'StorageClass',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'CustomResourceDefinition',
  'ClusterRole',
  'ClusterRoleBinding',
  'Role',
  'RoleBinding',
  'Service',
  'DaemonSet',
  'Pod',
  'ReplicaSet',
  'Deployment',
  'HorizontalPodAutoscaler',
  'StatefulSet',
  'Job',
  'CronJob',
  'Ingress',
];

/** By kind, then by name. */
export function compareTargets(a: Target, b: Target): number {
  const rank = (target: Target) => {
    const index = kindOrder.indexOf(target.kind);
    return index === -1 ? kindOrder.length : index;
  };
  return rank(a) - rank(b) || a.name.localeCompare(b.name);
}

/** Creates or patches the object; a refusal is the result, not an error. */
export function applyTarget(
  registry: ObjectRegistry,
  target: Target,
  options: { createNamespace: boolean },
): ResourceResult {
  const identity = {
    group: target.group,
    version: target.version,
    kind: target.kind,
    namespace: target.namespace,
    name: target.name,
  };
  const { type } = target;
  if (!type) {
    const kind = `${target.group === '' ? target.version : `${target.group}/${target.version}`}/${target.kind}`;
    return {
      ...identity,
      status: 'SyncFailed',
      message: `The Kubernetes API could not find ${kind} for requested resource ${target.namespace}/${target.name}. Make sure the "${target.kind}" CRD is installed on the destination cluster.`,
    };
  }
  try {
    const exists = !target.namespace || registry.find(namespaces, '', target.namespace) !== undefined;
    if (!exists && options.createNamespace) registry.create(namespaces, { metadata: { name: target.namespace } });
    return { ...identity, status: 'Synced', message: apply(registry, { ...target, type }) };
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    return { ...identity, status: 'SyncFailed', message: error.message };
  }
}

function apply(registry: ObjectRegistry, target: Target & { type: ResourceType }): string {
  const { type, namespace, name, object } = target;
  const resource = `${type.singular}${type.group === '' ? '' : `.${type.group}`}/${name}`;
  const manager = { fieldManager: 'argocd-controller' };
  const live = registry.find(type, namespace, name);
  if (!live) {
    registry.create(type, withLastApplied(object, object), manager);
    return `${resource} created`;
  }
  const planned = planApply(registry, target, live);
  const updated = registry.update(
    type,
    namespace,
    name,
    () => structuredClone(withLastApplied(planned, object)),
    manager,
  );
  return `${resource} ${updated === live ? 'unchanged' : 'configured'}`;
}

function withLastApplied(object: JsonObject, applied: JsonObject): JsonObject {
  const metadata = object.metadata as JsonObject;
  const annotations = {
    ...(metadata.annotations as JsonObject),
    [lastAppliedAnnotation]: `${JSON.stringify(applied)}\n`,
  };
  return { ...object, metadata: { ...metadata, annotations } };
}

/** Deletes an object that the source no longer has, unless it says not to. */
export function pruneObject(registry: ObjectRegistry, type: ResourceType, object: KubernetesObject): ResourceResult {
  const { namespace = '', name } = object.metadata;
  const identity = { group: type.group, version: type.version, kind: type.kind, namespace, name };
  if (object.metadata.annotations?.['argocd.argoproj.io/sync-options']?.includes('Prune=false'))
    return { ...identity, status: 'PruneSkipped', message: 'ignored (no prune)' };
  registry.delete(type, namespace, name, { propagationPolicy: 'Foreground' });
  return { ...identity, status: 'Pruned', message: 'pruned' };
}
