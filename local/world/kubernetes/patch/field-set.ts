// Sets of fields in the FieldsV1 notation: `f:name` a member, `k:{"name":"x"}` an item of a keyed list, `v:"x"` a value of a set.
// https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management
import { isSameJson } from '../resources/is-same-json.ts';
import { isJsonObject, type JsonObject } from '../resources/kubernetes-object.ts';
import type { FindListKey } from './list-keys.ts';

/** A tree: an empty object is an owned leaf, `.` marks the item itself. */
export type FieldSet = JsonObject;

const unownedMetadata = new Set([
  'name',
  'namespace',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'generateName',
  'managedFields',
  'selfLink',
]);

/** Every field that the object sets, identity and server-set metadata apart. */
export function buildFieldSet(object: JsonObject, findListKey: FindListKey): FieldSet {
  const { apiVersion: _apiVersion, kind: _kind, metadata, ...rest } = object;
  const owned = Object.fromEntries(
    Object.entries(isJsonObject(metadata) ? metadata : {}).filter(([field]) => !unownedMetadata.has(field)),
  );
  return describeObject(Object.keys(owned).length > 0 ? { ...rest, metadata: owned } : rest, findListKey, []);
}

function describeObject(object: JsonObject, findListKey: FindListKey, path: readonly string[]): FieldSet {
  const set: FieldSet = {};
  for (const [field, value] of Object.entries(object))
    if (value !== undefined && value !== null) set[`f:${field}`] = describeValue(value, findListKey, [...path, field]);
  return set;
}

function describeValue(value: unknown, findListKey: FindListKey, path: readonly string[]): FieldSet {
  if (isJsonObject(value)) return describeObject(value, findListKey, path);
  const key = Array.isArray(value) ? findListKey(path) : undefined;
  if (!Array.isArray(value) || key === undefined) return {};
  return Object.fromEntries(
    value.map((item) =>
      key === 'set' || !isJsonObject(item)
        ? [`v:${JSON.stringify(item)}`, {}]
        : [`k:${JSON.stringify({ [key]: item[key] })}`, { '.': {}, ...describeObject(item, findListKey, path) }],
    ),
  );
}

/** The leaves of `a` and `b` together. */
export function unite(a: FieldSet, b: FieldSet): FieldSet {
  const united: FieldSet = { ...a };
  for (const [step, inner] of Object.entries(b)) united[step] = unite(asSet(united[step]), asSet(inner));
  return united;
}

/** The leaves of `a` that are not in `b`. */
export function subtract(a: FieldSet, b: FieldSet): FieldSet {
  const rest: FieldSet = {};
  for (const [step, inner] of Object.entries(a)) {
    if (!(step in b)) rest[step] = inner;
    else if (Object.keys(asSet(inner)).length > 0 && Object.keys(asSet(b[step])).length > 0) {
      const remaining = subtract(asSet(inner), asSet(b[step]));
      if (Object.keys(remaining).some((key) => key !== '.')) rest[step] = remaining;
    }
  }
  return rest;
}

/** The leaves that are in both; a leaf on one side that is a branch on the other counts as the branch. */
export function intersect(a: FieldSet, b: FieldSet): FieldSet {
  const shared: FieldSet = {};
  for (const [step, inner] of Object.entries(a)) {
    if (!(step in b) || step === '.') continue;
    const left = asSet(inner);
    const right = asSet(b[step]);
    if (Object.keys(left).length === 0) shared[step] = right;
    else if (Object.keys(right).length === 0) shared[step] = left;
    else {
      const both = intersect(left, right);
      if (Object.keys(both).length > 0) shared[step] = both;
    }
  }
  return shared;
}

/** Dotted paths of the leaves, as conflict messages show them: `.spec.replicas`, `.spec.containers[name="web"].image`. */
export function listLeaves(set: FieldSet, prefix = ''): string[] {
  return Object.entries(set).flatMap(([step, inner]) => {
    if (step === '.') return [];
    const path = `${prefix}${formatStep(step)}`;
    const leaves = listLeaves(asSet(inner), path);
    return leaves.length === 0 ? [path] : leaves;
  });
}

function formatStep(step: string): string {
  if (step.startsWith('f:')) return `.${step.slice(2)}`;
  if (step.startsWith('v:')) return `[=${step.slice(2)}]`;
  const key = JSON.parse(step.slice(2)) as JsonObject;
  return `[${Object.entries(key)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(',')}]`;
}

/** The value a step leads to; undefined when it is absent. */
function follow(value: unknown, step: string): unknown {
  if (step.startsWith('f:')) return isJsonObject(value) ? value[step.slice(2)] : undefined;
  if (!Array.isArray(value)) return undefined;
  const key: unknown = JSON.parse(step.slice(2));
  if (step.startsWith('v:')) return value.find((item) => isSameJson(item, key));
  return value.find(
    (item) => isJsonObject(item) && Object.entries(key as JsonObject).every(([name, id]) => item[name] === id),
  );
}

/** The leaves of the set whose values differ between two objects. */
export function selectDifferent(set: FieldSet, a: unknown, b: unknown): FieldSet {
  const different: FieldSet = {};
  for (const [step, inner] of Object.entries(set)) {
    if (step === '.') continue;
    const left = follow(a, step);
    const right = follow(b, step);
    const branch = asSet(inner);
    if (Object.keys(branch).length === 0) {
      if (!isSameJson(left, right)) different[step] = {};
    } else if (left === undefined || right === undefined) {
      if (left !== right) different[step] = branch;
    } else {
      const deeper = selectDifferent(branch, left, right);
      if (Object.keys(deeper).length > 0) different[step] = deeper;
    }
  }
  return different;
}

/** The part of an object that the set names: what its owner last applied. */
export function selectFields(set: FieldSet, object: unknown): unknown {
  if (Object.keys(set).length === 0) return object;
  if (Array.isArray(object)) {
    return Object.entries(set).flatMap(([step, inner]) => {
      const item = follow(object, step);
      if (item === undefined) return [];
      const identity = step.startsWith('k:') ? (JSON.parse(step.slice(2)) as JsonObject) : {};
      const selected = selectFields(asSet(inner), item);
      return [isJsonObject(selected) ? { ...identity, ...selected } : selected];
    });
  }
  const selected: JsonObject = {};
  for (const [step, inner] of Object.entries(set)) {
    const value = step === '.' ? undefined : follow(object, step);
    if (value !== undefined) selected[step.slice(2)] = selectFields(asSet(inner), value);
  }
  return selected;
}

function asSet(value: unknown): FieldSet {
  return isJsonObject(value) ? value : {};
}
