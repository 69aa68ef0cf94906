// Who owns which field: metadata.managedFields kept up to date over updates and server-side applies.
import type { JsonObject, KubernetesObject, ManagedFields } from '../resources/kubernetes-object.ts';
import {
  buildFieldSet,
  type FieldSet,
  intersect,
  listLeaves,
  selectDifferent,
  selectFields,
  subtract,
  unite,
} from './field-set.ts';
import type { FindListKey } from './list-keys.ts';
import { mergeApplied } from './merge-applied.ts';

export interface Writer {
  readonly manager: string;
  /** RFC 3339. */
  readonly time: string;
  readonly subresource?: string;
}

/** The managedFields after `writer` changed `before` (undefined: created) into `after` by anything but an apply. */
export function trackUpdate(
  before: KubernetesObject | undefined,
  after: KubernetesObject,
  writer: Writer,
  findListKey: FindListKey,
): ManagedFields[] {
  const setAfter = buildFieldSet(after, findListKey);
  const setBefore = before ? buildFieldSet(before, findListKey) : {};
  const changed = before ? selectDifferent(setAfter, before, after) : setAfter;
  const removed = subtract(setBefore, setAfter);
  const current = before?.metadata.managedFields ?? [];
  if (Object.keys(changed).length === 0 && Object.keys(removed).length === 0) return current;
  const isWriter = (entry: ManagedFields) =>
    entry.operation === 'Update' && entry.manager === writer.manager && entry.subresource === writer.subresource;
  const own = current.find(isWriter);
  const others = current.filter((entry) => !isWriter(entry));
  const owned = unite(subtract(own?.fieldsV1 ?? {}, removed), changed);
  return [
    ...dropFields(dropFields(others, changed), removed),
    ...(Object.keys(owned).length > 0 ? [buildEntry('Update', after.apiVersion, writer, owned)] : []),
  ];
}

export interface ApplyConflict {
  readonly manager: string;
  readonly operation: string;
  readonly fields: readonly string[];
}

export interface AppliedObject {
  readonly object: JsonObject;
  readonly managedFields: ManagedFields[];
  /** Fields of other managers that the apply would change; with `force` they are taken over instead. */
  readonly conflicts: readonly ApplyConflict[];
}

/** Server-side apply of a configuration onto a live object (undefined: it is created). */
export function applyConfiguration(
  live: KubernetesObject | undefined,
  configuration: JsonObject,
  writer: Writer,
  findListKey: FindListKey,
): AppliedObject {
  const set = buildFieldSet(configuration, findListKey);
  const current = live?.metadata.managedFields ?? [];
  const isWriter = (entry: ManagedFields) => entry.operation === 'Apply' && entry.manager === writer.manager;
  const others = current.filter((entry) => !isWriter(entry));
  const different = live ? selectDifferent(set, live, configuration) : {};
  const conflicts = others.flatMap((entry) => {
    const fields = listLeaves(intersect(different, entry.fieldsV1));
    return fields.length > 0 ? [{ manager: entry.manager, operation: entry.operation, fields }] : [];
  });
  const lastOwned = current.find(isWriter)?.fieldsV1 ?? {};
  const abandoned = others.reduce((rest, entry) => subtract(rest, entry.fieldsV1), subtract(lastOwned, set));
  const previous = live && Object.keys(abandoned).length > 0 ? selectFields(abandoned, live) : undefined;
  return {
    object: mergeApplied(previous, configuration, live, findListKey) as JsonObject,
    managedFields: [
      ...dropFields(others, different),
      buildEntry('Apply', String(configuration.apiVersion), writer, set),
    ],
    conflicts,
  };
}

function dropFields(entries: readonly ManagedFields[], fields: FieldSet): ManagedFields[] {
  return entries.flatMap((entry) => {
    const rest = subtract(entry.fieldsV1, fields);
    return Object.keys(rest).length > 0 ? [{ ...entry, fieldsV1: rest }] : [];
  });
}

function buildEntry(operation: 'Apply' | 'Update', apiVersion: string, writer: Writer, set: FieldSet): ManagedFields {
  return {
    manager: writer.manager,
    operation,
    apiVersion,
    time: writer.time,
    fieldsType: 'FieldsV1',
    fieldsV1: set,
    ...(writer.subresource ? { subresource: writer.subresource } : {}),
  };
}
