// Strategic merge patch: a merge patch that merges keyed lists item by item, with its $patch directives.
// https://kubernetes.io/docs/tasks/manage-kubernetes-objects/update-api-object-kubectl-patch/
import { isJsonObject, type JsonObject } from '../resources/kubernetes-object.ts';
import type { FindListKey } from './list-keys.ts';

const orderDirective = '$setElementOrder/';
const deleteDirective = '$deleteFromPrimitiveList/';

/** The target with the patch merged in; neither argument is changed. Throws TypeError for a patch that misuses a directive. */
export function applyStrategicMergePatch(
  target: unknown,
  patch: JsonObject,
  findListKey: FindListKey,
  path: readonly string[] = [],
): JsonObject {
  const { $patch: directive, $retainKeys: retainKeys, ...fields } = patch;
  if (directive === 'replace') return dropNulls(fields);
  if (directive === 'delete') return {};
  if (directive !== undefined && directive !== 'merge')
    throw new TypeError(`Unknown patch type found: ${String(directive)}`);
  const merged: JsonObject = isJsonObject(target) ? { ...target } : {};
  if (Array.isArray(retainKeys))
    for (const field of Object.keys(merged)) if (!retainKeys.includes(field)) delete merged[field];
  for (const [field, value] of Object.entries(fields)) {
    if (field.startsWith(orderDirective)) continue;
    if (field.startsWith(deleteDirective)) {
      const name = field.slice(deleteDirective.length);
      const removed = Array.isArray(value) ? value : [];
      if (Array.isArray(merged[name])) merged[name] = merged[name].filter((item) => !removed.includes(item));
    } else if (value === null) delete merged[field];
    else merged[field] = mergeValue(merged[field], value, findListKey, [...path, field]);
  }
  for (const [field, order] of Object.entries(fields))
    if (field.startsWith(orderDirective) && Array.isArray(order)) {
      const name = field.slice(orderDirective.length);
      merged[name] = orderItems(merged[name], order, findListKey([...path, name]));
    }
  return merged;
}

function mergeValue(target: unknown, value: unknown, findListKey: FindListKey, path: readonly string[]): unknown {
  if (isJsonObject(value)) return applyStrategicMergePatch(target, value, findListKey, path);
  if (!Array.isArray(value)) return value;
  const key = findListKey(path);
  if (key === undefined) return value;
  const current = Array.isArray(target) ? target : [];
  if (key === 'set') return [...new Set([...current, ...value])];
  return mergeKeyedList(current, value, key, findListKey, path);
}

function mergeKeyedList(
  target: readonly unknown[],
  patch: readonly unknown[],
  key: string,
  findListKey: FindListKey,
  path: readonly string[],
): unknown[] {
  const items = patch.filter(isJsonObject);
  const replaces = items.some((item) => item.$patch === 'replace');
  const merged: unknown[] = replaces ? [] : [...target];
  for (const item of items) {
    if (item.$patch === 'replace') continue;
    if (item[key] === undefined)
      throw new TypeError(`map: ${JSON.stringify(item)} does not contain declared merge key: ${key}`);
    const index = merged.findIndex((existing) => isJsonObject(existing) && existing[key] === item[key]);
    if (item.$patch === 'delete') {
      if (index !== -1) merged.splice(index, 1);
    } else if (index === -1) merged.push(applyStrategicMergePatch({}, item, findListKey, path));
    else merged[index] = applyStrategicMergePatch(merged[index], item, findListKey, path);
  }
  return merged;
}

/** Items named by the order come in that order; the others stay before what they stood before. */
function orderItems(list: unknown, order: readonly unknown[], key: string | undefined): unknown {
  if (!Array.isArray(list) || key === undefined) return list;
  const identify = (item: unknown) => (key !== 'set' && isJsonObject(item) ? item[key] : item);
  const ranks = new Map(order.map((item, index) => [identify(item), index]));
  const ordered = list
    .filter((item) => ranks.has(identify(item)))
    .sort((a, b) => (ranks.get(identify(a)) ?? 0) - (ranks.get(identify(b)) ?? 0));
  const others = list.filter((item) => !ranks.has(identify(item)));
  return [...ordered, ...others];
}

function dropNulls(fields: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
}
