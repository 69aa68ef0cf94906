// The `patches` of a kustomization: strategic merge or JSON 6902, inline or in a file, on one target or on many.
import { applyJsonPatch } from '../../patch/json-patch.ts';
import { findBuiltInListKey } from '../../patch/list-keys.ts';
import { applyStrategicMergePatch } from '../../patch/strategic-merge-patch.ts';
import { builtInTypes } from '../../resources/built-in-types.ts';
import { isJsonObject, type JsonObject } from '../../resources/kubernetes-object.ts';
import { parseLabelSelector } from '../../resources/label-selector.ts';
import { parseYaml, parseYamlDocuments } from '../../resources/parse-yaml.ts';
import { parseApiVersion } from '../../resources/resource-type.ts';

export interface PatchTarget {
  group?: string;
  version?: string;
  kind?: string;
  name?: string;
  namespace?: string;
  labelSelector?: string;
  annotationSelector?: string;
}

export interface Patch {
  path?: string;
  patch?: string;
  target?: PatchTarget;
}

/** Throws Error naming the patch when nothing matches it or it does not apply. */
export function patchObjects(
  objects: readonly JsonObject[],
  patches: readonly Patch[],
  read: (path: string) => string,
): JsonObject[] {
  return patches.reduce<JsonObject[]>(
    (current, patch) => {
      const text = patch.path === undefined ? (patch.patch ?? '') : read(patch.path);
      const where = patch.path ?? 'an inline patch';
      const parsed =
        /^\s*[-[]\s*(op|path|\{|$)/m.test(text) && !/^\s*(apiVersion|kind):/m.test(text) ? parseYaml(text) : undefined;
      if (Array.isArray(parsed)) return applyOperations(current, parsed, patch, where);
      const documents = parseYamlDocuments(text)
        .map(({ value, error }) => {
          if (error !== undefined) throw new Error(`${where}: ${error}`);
          return value;
        })
        .filter(isJsonObject);
      return documents.reduce((list, document) => applyStrategic(list, document, patch.target, where), current);
    },
    [...objects],
  );
}

function applyOperations(
  objects: readonly JsonObject[],
  operations: unknown[],
  patch: Patch,
  where: string,
): JsonObject[] {
  const { target } = patch;
  if (!target) throw new Error(`${where}: a JSON 6902 patch must have a target`);
  const matches = objects.map((object) => isTarget(object, target));
  if (!matches.includes(true)) throw new Error(`${where}: no matches for target ${JSON.stringify(target)}`);
  return objects.map((object, index) => (matches[index] ? (applyJsonPatch(object, operations) as JsonObject) : object));
}

function applyStrategic(
  objects: readonly JsonObject[],
  patch: JsonObject,
  target: PatchTarget | undefined,
  where: string,
): JsonObject[] {
  const { group, version } = parseApiVersion(String(patch.apiVersion ?? ''));
  const metadata = isJsonObject(patch.metadata) ? patch.metadata : {};
  const own: PatchTarget = {
    group,
    version,
    kind: String(patch.kind),
    name: escapePattern(String(metadata.name)),
    ...(typeof metadata.namespace === 'string' ? { namespace: metadata.namespace } : {}),
  };
  const matches = objects.map((object) => isTarget(object, target ?? own));
  if (!matches.includes(true) && !target)
    throw new Error(
      `${where}: no matches for Id ${String(patch.kind)} ${String(metadata.name)}; failed to find unique target for patch`,
    );
  return objects.flatMap((object, index) => {
    if (!matches[index]) return [object];
    if (patch.$patch === 'delete') return [];
    return [merge(object, patch)];
  });
}

/** Identity stays the target's, whatever names the patch carries. */
function merge(object: JsonObject, patch: JsonObject): JsonObject {
  const { apiVersion, kind, metadata } = object;
  const { group } = parseApiVersion(String(apiVersion));
  const known = builtInTypes.some((type) => type.group === group && type.kind === kind);
  const merged = applyStrategicMergePatch(object, patch, known ? findBuiltInListKey : () => undefined);
  const { name, namespace } = metadata as JsonObject;
  const named = { ...(merged.metadata as JsonObject), name, ...(namespace === undefined ? {} : { namespace }) };
  return { ...merged, apiVersion, kind, metadata: named };
}

function isTarget(object: JsonObject, target: PatchTarget): boolean {
  const { group, version } = parseApiVersion(String(object.apiVersion));
  const metadata = object.metadata as JsonObject;
  const matches = (pattern: string | undefined, value: unknown) =>
    pattern === undefined || pattern === '' || new RegExp(`^(?:${pattern})$`).test(String(value ?? ''));
  const selects = (selector: string | undefined, labels: unknown) =>
    selector === undefined || parseLabelSelector(selector)((labels ?? {}) as Record<string, string>);
  return (
    (target.group === undefined || target.group === group) &&
    (target.version === undefined || target.version === version) &&
    matches(target.kind, object.kind) &&
    matches(target.name, metadata.name) &&
    (target.namespace === undefined ||
      metadata.namespace === undefined ||
      matches(target.namespace, metadata.namespace)) &&
    selects(target.labelSelector, metadata.labels) &&
    selects(target.annotationSelector, metadata.annotations)
  );
}

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
