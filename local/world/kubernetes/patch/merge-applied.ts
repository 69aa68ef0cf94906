// The three-way merge behind every kind of apply: what was applied before, what is applied now, what is live.
import { isSameJson } from '../resources/is-same-json.ts';
import { isJsonObject, type JsonObject } from '../resources/kubernetes-object.ts';
import type { FindListKey } from './list-keys.ts';

/**
 * The live object with `desired` merged in and with what only `previous` had taken out. Fields that neither names are
 * left alone, so defaults and other writers' fields stay. No argument is changed.
 */
export function mergeApplied(
  previous: unknown,
  desired: unknown,
  live: unknown,
  findListKey: FindListKey,
  path: readonly string[] = [],
): unknown {
  if (isJsonObject(desired)) return mergeObject(previous, desired, live, findListKey, path);
  if (!Array.isArray(desired)) return desired;
  const key = findListKey(path);
  if (key === undefined || !Array.isArray(live)) return desired;
  const before = Array.isArray(previous) ? previous : [];
  if (key === 'set')
    return [...new Set([...live.filter((item) => !before.includes(item) || desired.includes(item)), ...desired])];
  return mergeList(before, desired, live, key, findListKey, path);
}

function mergeObject(
  previous: unknown,
  desired: JsonObject,
  live: unknown,
  findListKey: FindListKey,
  path: readonly string[],
): JsonObject {
  const merged: JsonObject = isJsonObject(live) ? { ...live } : {};
  const before = isJsonObject(previous) ? previous : {};
  for (const field of Object.keys(before)) if (!(field in desired)) removeApplied(merged, field, before[field]);
  for (const [field, value] of Object.entries(desired)) {
    if (value === null) delete merged[field];
    else merged[field] = mergeApplied(before[field], value, merged[field], findListKey, [...path, field]);
  }
  return merged;
}

/** Takes out what was applied before; inside objects only its own members, so that others' members survive. */
function removeApplied(target: JsonObject, field: string, applied: unknown): void {
  const value = target[field];
  if (!isJsonObject(applied) || !isJsonObject(value)) {
    delete target[field];
    return;
  }
  const rest = { ...value };
  for (const [name, inner] of Object.entries(applied)) removeApplied(rest, name, inner);
  if (Object.keys(rest).length === 0) delete target[field];
  else target[field] = rest;
}

function mergeList(
  previous: readonly unknown[],
  desired: readonly unknown[],
  live: readonly unknown[],
  key: string,
  findListKey: FindListKey,
  path: readonly string[],
): unknown[] {
  const find = (list: readonly unknown[], id: unknown) => list.find((item) => isJsonObject(item) && item[key] === id);
  const merged = desired.map((item) => {
    if (!isJsonObject(item)) return item;
    return mergeApplied(find(previous, item[key]), item, find(live, item[key]), findListKey, path);
  });
  const others = live.filter((item) => isJsonObject(item) && !find(desired, item[key]) && !find(previous, item[key]));
  const result = [...merged, ...others];
  // An order that differs only because live holds further items is not a change.
  return isSameJson(sortByKey(result, key), sortByKey(live, key)) && others.length > 0 ? [...live] : result;
}

function sortByKey(list: readonly unknown[], key: string): unknown[] {
  const identify = (item: unknown) => (isJsonObject(item) ? String(item[key]) : '');
  return [...list].sort((a, b) => identify(a).localeCompare(identify(b)));
}
