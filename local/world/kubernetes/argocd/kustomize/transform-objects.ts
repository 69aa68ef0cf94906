// What a kustomization does to all of its objects: namespace, labels, annotations, replicas.
import { builtInTypes } from '../../resources/built-in-types.ts';
import { installedDefinitions } from '../../resources/installed-definitions.ts';
import { isJsonObject, type JsonObject } from '../../resources/kubernetes-object.ts';
import { parseApiVersion } from '../../resources/resource-type.ts';

export interface LabelRule {
  readonly pairs: Readonly<Record<string, string>>;
  readonly includeSelectors?: boolean;
  readonly includeTemplates?: boolean;
}

const workloads = new Set(['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'Job']);

/** Whether objects of that kind live in no namespace; unknown kinds are taken to live in one. */
export function isClusterScoped(object: JsonObject): boolean {
  const { group } = parseApiVersion(String(object.apiVersion));
  const known = builtInTypes.find((type) => type.group === group && type.kind === object.kind);
  if (known) return !known.namespaced;
  return installedDefinitions.some(({ spec }) => {
    const { scope, names, group: ownGroup } = spec as { scope: string; names: { kind: string }; group: string };
    return scope === 'Cluster' && ownGroup === group && names.kind === object.kind;
  });
}

/** Every namespaced object in the namespace, and a Namespace object renamed to it. */
export function setNamespace(objects: readonly JsonObject[], namespace: string): JsonObject[] {
  return objects.map((object) => {
    const metadata = object.metadata as JsonObject;
    if (object.kind === 'Namespace') return { ...object, metadata: { ...metadata, name: namespace } };
    const moved = isClusterScoped(object) ? object : { ...object, metadata: { ...metadata, namespace } };
    if (!Array.isArray(moved.subjects)) return moved;
    const local = (subject: unknown) =>
      isJsonObject(subject) &&
      subject.kind === 'ServiceAccount' &&
      (subject.name === 'default' || hasAccount(objects, subject.name))
        ? { ...subject, namespace }
        : subject;
    return { ...moved, subjects: moved.subjects.map(local) };
  });
}

function hasAccount(objects: readonly JsonObject[], name: unknown): boolean {
  return objects.some((object) => object.kind === 'ServiceAccount' && (object.metadata as JsonObject).name === name);
}

export function addLabels(objects: readonly JsonObject[], rule: LabelRule): JsonObject[] {
  return objects.map((original) => {
    const object = structuredClone(original);
    merge(object, ['metadata', 'labels'], rule.pairs);
    const spec = isJsonObject(object.spec) ? object.spec : undefined;
    if (!spec) return object;
    const isWorkload = workloads.has(String(object.kind));
    if ((rule.includeSelectors || rule.includeTemplates) && isWorkload)
      merge(object, ['spec', 'template', 'metadata', 'labels'], rule.pairs);
    if ((rule.includeSelectors || rule.includeTemplates) && object.kind === 'CronJob')
      merge(object, ['spec', 'jobTemplate', 'spec', 'template', 'metadata', 'labels'], rule.pairs);
    if (!rule.includeSelectors) return object;
    if (object.kind === 'Service' && spec.selector !== undefined) merge(object, ['spec', 'selector'], rule.pairs);
    if (isWorkload && object.kind !== 'Job') merge(object, ['spec', 'selector', 'matchLabels'], rule.pairs);
    return object;
  });
}

export function addAnnotations(
  objects: readonly JsonObject[],
  annotations: Readonly<Record<string, string>>,
): JsonObject[] {
  if (Object.keys(annotations).length === 0) return [...objects];
  return objects.map((original) => {
    const object = structuredClone(original);
    merge(object, ['metadata', 'annotations'], annotations);
    if (workloads.has(String(object.kind))) merge(object, ['spec', 'template', 'metadata', 'annotations'], annotations);
    return object;
  });
}

/** Throws Error when nothing scalable has the name. */
export function setReplicas(
  objects: readonly JsonObject[],
  replicas: readonly { name: string; count: number }[],
): JsonObject[] {
  return replicas.reduce<JsonObject[]>(
    (current, { name, count }) => {
      const scalable = (object: JsonObject) =>
        ['Deployment', 'ReplicaSet', 'StatefulSet'].includes(String(object.kind)) &&
        (object.metadata as JsonObject).name === name;
      if (!current.some(scalable))
        throw new Error(
          `resource with name ${name} does not match a config with the following GVK: Deployment, ReplicaSet, StatefulSet`,
        );
      return current.map((object) =>
        scalable(object) ? { ...object, spec: { ...(object.spec as JsonObject), replicas: count } } : object,
      );
    },
    [...objects],
  );
}

function merge(object: JsonObject, path: readonly string[], values: Readonly<Record<string, string>>): void {
  let current = object;
  for (const field of path) {
    if (!isJsonObject(current[field])) current[field] = {};
    current = current[field] as JsonObject;
  }
  Object.assign(current, values);
}
