// By which field the items of a list are told apart when two versions are merged (the API's patchMergeKey markers).
import { isJsonObject, type JsonObject } from '../resources/kubernetes-object.ts';

/** `path` holds field names only, no indexes. `set` means a list of plain values without duplicates; undefined: replace as a whole. */
export type FindListKey = (path: readonly string[]) => string | 'set' | undefined;

const keyByField: Readonly<Record<string, string>> = {
  containers: 'name',
  initContainers: 'name',
  ephemeralContainers: 'name',
  env: 'name',
  volumes: 'name',
  imagePullSecrets: 'name',
  secrets: 'name',
  volumeMounts: 'mountPath',
  volumeDevices: 'devicePath',
  conditions: 'type',
  hostAliases: 'ip',
  ownerReferences: 'uid',
  topologySpreadConstraints: 'topologyKey',
  finalizers: 'set',
};

/** List keys of the built-in types. */
export const findBuiltInListKey: FindListKey = (path) => {
  const field = path.at(-1) ?? '';
  if (field !== 'ports') return Object.hasOwn(keyByField, field) ? keyByField[field] : undefined;
  const parent = path.at(-2);
  if (parent === 'containers' || parent === 'initContainers') return 'containerPort';
  return parent === 'spec' ? 'port' : undefined;
};

/** List keys of a custom type: as its schema says (`x-kubernetes-list-type`), metadata as everywhere. */
export function buildSchemaListKeys(schema: unknown): FindListKey {
  return (path) => {
    if (path[0] === 'metadata') return findBuiltInListKey(path);
    let current: JsonObject | undefined = isJsonObject(schema) ? schema : undefined;
    for (const field of path) {
      const holder: JsonObject | undefined = isJsonObject(current?.items) ? current.items : current;
      const properties = holder?.properties;
      const next = isJsonObject(properties) ? properties[field] : holder?.additionalProperties;
      current = isJsonObject(next) ? next : undefined;
    }
    if (current?.['x-kubernetes-list-type'] === 'set') return 'set';
    const keys = current?.['x-kubernetes-list-map-keys'];
    return current?.['x-kubernetes-list-type'] === 'map' && Array.isArray(keys) ? String(keys[0]) : undefined;
  };
}
