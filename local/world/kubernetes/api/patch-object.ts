// PATCH in its four kinds: JSON patch, merge patch, strategic merge patch, server-side apply.
import { applyJsonPatch } from '../patch/json-patch.ts';
import { applyConfiguration } from '../patch/managed-fields.ts';
import { applyMergePatch } from '../patch/merge-patch.ts';
import { applyStrategicMergePatch } from '../patch/strategic-merge-patch.ts';
import { isJsonObject, type JsonObject, type KubernetesObject } from '../resources/kubernetes-object.ts';
import type { ResourceType } from '../resources/resource-type.ts';
import type { ObjectRegistry, WriteOptions } from '../storage/object-registry.ts';
import { parseValue } from './request-body.ts';
import { badRequest, notFound, StatusError, unsupportedMediaType } from './status-error.ts';

const accepted = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
];

export interface PatchRequest {
  readonly type: ResourceType;
  readonly namespace: string | undefined;
  readonly name: string;
  readonly mediaType: string;
  readonly body: Buffer;
  readonly force: boolean;
  readonly options: WriteOptions;
}

/** `created` is true when an apply made the object. Throws StatusError 400, 404, 409, 415, 422. */
export function patchObject(
  registry: ObjectRegistry,
  request: PatchRequest,
): { created: boolean; object: KubernetesObject } {
  const { type, namespace, name, mediaType, options } = request;
  if (!accepted.includes(mediaType)) throw unsupportedMediaType(mediaType, accepted);
  const patch = parseValue(request.body, mediaType === 'application/apply-patch+yaml' ? 'application/yaml' : mediaType);
  if (mediaType === 'application/apply-patch+yaml') return applyObject(registry, request, patch);
  const change = buildChange(registry, type, mediaType, patch);
  return { created: false, object: registry.update(type, namespace, name, change, options) };
}

/** What the patch makes of an object. */
export function buildChange(
  registry: ObjectRegistry,
  type: ResourceType,
  mediaType: string,
  patch: unknown,
): (current: object) => unknown {
  if (mediaType === 'application/json-patch+json')
    return (current) => refuseAs(422, 'Invalid', () => applyJsonPatch(current, patch));
  if (!isJsonObject(patch)) throw badRequest('the patch must be an object');
  if (mediaType === 'application/merge-patch+json') return (current) => applyMergePatch(current, patch);
  if (type.custom)
    throw unsupportedMediaType(
      mediaType,
      accepted.filter((media) => media !== mediaType),
    );
  return (current) =>
    refuseAs(400, 'BadRequest', () => applyStrategicMergePatch(current, patch, registry.listKeysOf(type)));
}

function refuseAs<T>(code: number, reason: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new StatusError(code, reason, `the server rejected our request due to an error in our request: ${why}`);
  }
}

function applyObject(
  registry: ObjectRegistry,
  request: PatchRequest,
  configuration: unknown,
): { created: boolean; object: KubernetesObject } {
  const { type, namespace, name, options } = request;
  const manager = options.fieldManager;
  if (!manager)
    throw new StatusError(
      422,
      'Invalid',
      'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
    );
  if (!isJsonObject(configuration) || typeof configuration.apiVersion !== 'string' || configuration.kind !== type.kind)
    throw badRequest(`the applied configuration must be a ${type.kind} with its apiVersion`);
  const metadata = isJsonObject(configuration.metadata) ? configuration.metadata : {};
  if ('managedFields' in metadata) throw badRequest('metadata.managedFields must be nil');
  const named: JsonObject = {
    ...configuration,
    metadata: { ...metadata, name, ...(type.namespaced && namespace ? { namespace } : {}) },
  };
  const live = registry.find(type, namespace, name);
  if (!live && options.subresource) throw notFound(type, name);
  const writer = {
    manager,
    time: registry.now(),
    ...(options.subresource ? { subresource: options.subresource } : {}),
  };
  const applied = applyConfiguration(live, named, writer, registry.listKeysOf(type));
  if (applied.conflicts.length > 0 && !request.force) throw conflictOf(applied.conflicts);
  const object = applied.object as KubernetesObject;
  object.metadata = { ...object.metadata, managedFields: applied.managedFields };
  const keep = { ...options, keepManagedFields: true };
  if (!live) return { created: true, object: registry.create(type, object, keep) };
  return { created: false, object: registry.update(type, namespace, name, () => structuredClone(object), keep) };
}

function conflictOf(conflicts: readonly { manager: string; fields: readonly string[] }[]): StatusError {
  const causes = conflicts.flatMap(({ manager, fields }) =>
    fields.map((field) => ({ reason: 'FieldManagerConflict', message: `conflict with "${manager}"`, field })),
  );
  const described = conflicts.map(({ manager, fields }) => `conflict with "${manager}": ${fields.join(', ')}`);
  const count = causes.length;
  return new StatusError(
    409,
    'Conflict',
    `Apply failed with ${count} conflict${count === 1 ? '' : 's'}: ${described.join('; ')}`,
    { causes },
  );
}
