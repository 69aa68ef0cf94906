// Prefixes, suffixes and content hashes of names, followed wherever an object refers to another.
import { isJsonObject, type JsonObject } from '../../resources/kubernetes-object.ts';

/** Kinds that keep their names. */
const unprefixed = new Set(['Namespace', 'CustomResourceDefinition', 'APIService']);

/** Every object (and what refers to it) with the prefix and suffix. */
export function renameObjects(objects: readonly JsonObject[], prefix: string, suffix: string): JsonObject[] {
  if (prefix === '' && suffix === '') return [...objects];
  const renamed = new Map<string, string>();
  const named = objects.map((object) => {
    const metadata = object.metadata as JsonObject;
    if (unprefixed.has(String(object.kind))) return object;
    const name = `${prefix}${String(metadata.name)}${suffix}`;
    renamed.set(`${String(object.kind)}/${String(metadata.name)}`, name);
    return { ...object, metadata: { ...metadata, name } };
  });
  return followNames(named, renamed);
}

/** Rewrites references by `<kind>/<old name>` → new name. */
export function followNames(objects: readonly JsonObject[], renamed: ReadonlyMap<string, string>): JsonObject[] {
  if (renamed.size === 0) return [...objects];
  const rename = (kind: string, name: unknown) => renamed.get(`${kind}/${String(name)}`) ?? name;
  const follow = (value: unknown, field: string): unknown => {
    if (Array.isArray(value)) return value.map((item) => follow(item, field));
    if (!isJsonObject(value)) return value;
    const result: JsonObject = {};
    for (const [key, inner] of Object.entries(value)) result[key] = follow(inner, key);
    const kind = findReferredKind(field, value);
    if (kind !== undefined && 'name' in value) result.name = rename(kind, value.name);
    if (field === 'secret' && 'secretName' in value) result.secretName = rename('Secret', value.secretName);
    if (field === 'persistentVolumeClaim') result.claimName = rename('PersistentVolumeClaim', value.claimName);
    if (typeof value.serviceAccountName === 'string')
      result.serviceAccountName = rename('ServiceAccount', value.serviceAccountName);
    if (field === 'tls' && 'secretName' in value) result.secretName = rename('Secret', value.secretName);
    return result;
  };
  return objects.map((object) => follow(object, '') as JsonObject);
}

const kindByField: Readonly<Record<string, string>> = {
  configMapKeyRef: 'ConfigMap',
  configMapRef: 'ConfigMap',
  configMap: 'ConfigMap',
  secretKeyRef: 'Secret',
  secretRef: 'Secret',
  imagePullSecrets: 'Secret',
  service: 'Service',
};

function findReferredKind(field: string, reference: JsonObject): string | undefined {
  if (['roleRef', 'scaleTargetRef', 'subjects'].includes(field) && typeof reference.kind === 'string')
    return reference.kind;
  return Object.hasOwn(kindByField, field) ? kindByField[field] : undefined;
}
