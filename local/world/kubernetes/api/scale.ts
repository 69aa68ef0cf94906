// The scale subresource: replicas of any scalable object as autoscaling/v1 Scale.
import { findField, setField } from '../resources/json-path.ts';
import { isJsonObject, type KubernetesObject, type LabelSelector } from '../resources/kubernetes-object.ts';
import { formatLabelSelector } from '../resources/label-selector.ts';
import type { ScalePaths } from '../resources/resource-type.ts';
import { badRequest } from './status-error.ts';

/** The Scale of an object. */
export function buildScale(object: KubernetesObject, paths: ScalePaths): KubernetesObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const selector = paths.labelSelectorPath ? findField(object, paths.labelSelectorPath) : undefined;
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, ...(namespace ? { namespace } : {}), uid, resourceVersion, creationTimestamp },
    spec: { replicas: findField(object, paths.specReplicasPath) ?? 0 },
    status: {
      replicas: findField(object, paths.statusReplicasPath) ?? 0,
      selector: typeof selector === 'string' ? selector : formatLabelSelector(selector as LabelSelector | undefined),
    },
  };
}

/** Writes a Scale's replicas into a copy of the object. Throws StatusError 400. */
export function applyScale(object: KubernetesObject, scale: unknown, paths: ScalePaths): void {
  const replicas = isJsonObject(scale) && isJsonObject(scale.spec) ? (scale.spec.replicas ?? 0) : undefined;
  if (typeof replicas !== 'number' || !Number.isInteger(replicas) || replicas < 0)
    throw badRequest(`spec.replicas: got ${JSON.stringify(replicas)}, must be a whole number of 0 or more`);
  const version = isJsonObject(scale) && isJsonObject(scale.metadata) ? scale.metadata.resourceVersion : undefined;
  if (typeof version === 'string' && version !== '') object.metadata.resourceVersion = version;
  setField(object, paths.specReplicasPath, replicas);
}
