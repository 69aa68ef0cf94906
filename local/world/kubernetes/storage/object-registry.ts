// What it means to create, change and delete an object: identity, generations, conflicts, finalizers, field ownership.
import { randomBytes, randomUUID } from 'node:crypto';
import type { Clock } from '../../../clock/clock.ts';
import {
  alreadyExists,
  badRequest,
  conflict,
  forbidden,
  invalid,
  notFound,
  StatusError,
  staleVersion,
} from '../api/status-error.ts';
import { buildSchemaListKeys, type FindListKey, findBuiltInListKey } from '../patch/list-keys.ts';
import { trackUpdate } from '../patch/managed-fields.ts';
import { namespaces } from '../resources/built-in-types.ts';
import { setDefaults } from '../resources/defaults.ts';
import { formatTime, isJsonObject, type JsonObject, type KubernetesObject } from '../resources/kubernetes-object.ts';
import { formatApiVersion, type ResourceType } from '../resources/resource-type.ts';
import { TypeRegistry } from '../resources/type-registry.ts';
import { validateObject } from '../resources/validation.ts';
import { type DeleteOptions, decideDeletion } from './deletion.ts';
import type { ObjectStore } from './object-store.ts';
import { bumpGeneration, checkPreconditions, countsGenerations, isSame, restoreReadOnly } from './object-update.ts';

export interface WriteOptions {
  /** Answer what would happen and store nothing. */
  readonly dryRun?: boolean;
  /** Whose fields these become; absent for the cluster's own controllers, which own none. */
  readonly fieldManager?: string;
  readonly subresource?: 'status' | 'scale';
  /** The managedFields are already worked out (server-side apply). */
  readonly keepManagedFields?: boolean;
}

/** The one way in for the HTTP API and the controllers alike. Stored objects are never mutated. */
export class ObjectRegistry {
  readonly store: ObjectStore;
  readonly types = new TypeRegistry();
  private readonly clock: Clock;

  constructor(store: ObjectStore, clock: Clock) {
    this.store = store;
    this.clock = clock;
    const definitions = this.types.findResource('apiextensions.k8s.io', 'customresourcedefinitions');
    for (const definition of definitions ? store.list(definitions) : []) this.types.addDefinition(definition);
  }

  /** Virtual time as objects carry it. */
  now(): string {
    return formatTime(this.clock.now());
  }

  find<T extends KubernetesObject>(type: ResourceType, namespace: string | undefined, name: string): T | undefined {
    return this.store.find(type, type.namespaced ? (namespace ?? '') : '', name) as T | undefined;
  }

  /** Throws StatusError 404. */
  get<T extends KubernetesObject>(type: ResourceType, namespace: string | undefined, name: string): T {
    const object = this.find<T>(type, namespace, name);
    if (!object) throw notFound(type, name);
    return object;
  }

  list<T extends KubernetesObject>(type: ResourceType, namespace?: string): T[] {
    return this.store.list(type, type.namespaced ? namespace : undefined) as T[];
  }

  /** How the items of the type's lists are told apart. */
  listKeysOf(type: ResourceType): FindListKey {
    return type.custom ? buildSchemaListKeys(type.schemas?.[type.version]) : findBuiltInListKey;
  }

  /** Throws StatusError: 404 (namespace), 403 (it is terminating), 409 (exists), 422 (invalid). */
  create<T extends KubernetesObject>(type: ResourceType, input: JsonObject, options: WriteOptions = {}): T {
    const object = structuredClone(input) as KubernetesObject;
    object.metadata = {
      ...(isJsonObject(input.metadata) ? structuredClone(input.metadata) : {}),
    } as unknown as KubernetesObject['metadata'];
    const { metadata } = object;
    if (!metadata.name && metadata.generateName) metadata.name = `${metadata.generateName}${randomName()}`;
    if (!metadata.name)
      throw invalid(type, '', [
        {
          reason: 'FieldValueRequired',
          message: 'Required value: name or generateName is required',
          field: 'metadata.name',
        },
      ]);
    if (metadata.resourceVersion) throw badRequest('resourceVersion should not be set on objects to be created');
    if (!type.namespaced) delete metadata.namespace;
    else this.requireNamespace(type, metadata.namespace ?? '', metadata.name);
    if (this.find(type, metadata.namespace, metadata.name)) throw alreadyExists(type, metadata.name);
    metadata.uid = randomUUID();
    metadata.creationTimestamp = this.now();
    delete metadata.deletionTimestamp;
    delete metadata.deletionGracePeriodSeconds;
    if (countsGenerations(type)) metadata.generation = 1;
    else delete metadata.generation;
    if (type.hasStatus) delete object.status;
    object.apiVersion = formatApiVersion(type.group, type.version);
    object.kind = type.kind;
    setDefaults(type, object);
    if (type.group === '' && type.resource === 'namespaces') {
      metadata.labels = { 'kubernetes.io/metadata.name': metadata.name, ...metadata.labels };
      object.status = { phase: 'Active' };
    }
    validateObject(type, object);
    if (!options.keepManagedFields) this.setManagedFields(type, undefined, object, options);
    if (options.dryRun) return { ...object, metadata: { ...metadata, resourceVersion: '' } } as T;
    const stored = this.store.put(type, object);
    if (this.types.isDefinition(type)) this.types.addDefinition(stored);
    return stored as T;
  }

  /**
   * Replaces the object by what `change` makes of a copy of it. A resourceVersion left in the result must still be current.
   * Throws StatusError: 404, 409, 422.
   */
  update<T extends KubernetesObject>(
    type: ResourceType,
    namespace: string | undefined,
    name: string,
    change: (current: T) => unknown,
    options: WriteOptions = {},
  ): T {
    const current = this.get<T>(type, namespace, name);
    const copy = structuredClone(current);
    const result = change(copy) ?? copy;
    if (!isJsonObject(result) || !isJsonObject(result.metadata))
      throw badRequest('the object provided is unrecognized (must be of type object with metadata)');
    const next = result as KubernetesObject;
    checkPreconditions(type, current, next);
    const merged = restoreReadOnly(type, current, next, options.subresource);
    if (options.subresource !== 'status') setDefaults(type, merged);
    validateObject(type, merged, current);
    bumpGeneration(type, current, merged);
    if (!options.keepManagedFields) this.setManagedFields(type, current, merged, options);
    if (isSame(current, merged)) return current;
    if (options.dryRun) return merged as T;
    if (merged.metadata.deletionTimestamp && !hasFinalizers(type, merged) && options.subresource !== 'status')
      return this.remove(type, merged) as T;
    const stored = this.store.put(type, merged);
    if (this.types.isDefinition(type)) this.types.addDefinition(stored);
    return stored as T;
  }

  /** Starts (finalizers, graceful pods, namespaces) or completes a deletion. `removed` tells which. Throws StatusError 404, 409. */
  delete(
    type: ResourceType,
    namespace: string | undefined,
    name: string,
    options: DeleteOptions = {},
  ): { removed: boolean; object: KubernetesObject } {
    const current = this.get(type, namespace, name);
    const { uid, resourceVersion } = options.preconditions ?? {};
    if (uid && uid !== current.metadata.uid)
      throw conflict(
        type,
        name,
        `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${current.metadata.uid}`,
      );
    if (resourceVersion && resourceVersion !== current.metadata.resourceVersion) throw staleVersion(type, name);
    const decision = decideDeletion(type, current, options, this.now());
    if (options.dryRun) return { removed: decision.remove, object: current };
    if (decision.remove) return { removed: true, object: this.remove(type, current) };
    if (isSame(current, decision.object)) return { removed: false, object: current };
    return { removed: false, object: this.store.put(type, decision.object) };
  }

  /** Takes the object out at once, whatever its finalizers. */
  remove(type: ResourceType, object: KubernetesObject): KubernetesObject {
    if (this.types.isDefinition(type)) this.types.removeDefinition(object.metadata.name);
    return this.store.remove(type, object);
  }

  private requireNamespace(type: ResourceType, namespace: string, name: string): void {
    const found = this.store.find(namespaces, '', namespace);
    if (!found) throw notFound(namespaces, namespace);
    if (found.metadata.deletionTimestamp)
      throw forbidden(
        type,
        name,
        `unable to create new content in namespace ${namespace} because it is being terminated`,
      );
  }

  private setManagedFields(
    type: ResourceType,
    before: KubernetesObject | undefined,
    after: KubernetesObject,
    options: WriteOptions,
  ): void {
    if (!options.fieldManager) {
      if (before?.metadata.managedFields) after.metadata.managedFields = before.metadata.managedFields;
      else delete after.metadata.managedFields;
      return;
    }
    const writer = {
      manager: options.fieldManager,
      time: this.now(),
      ...(options.subresource ? { subresource: options.subresource } : {}),
    };
    after.metadata.managedFields = trackUpdate(before, after, writer, this.listKeysOf(type));
  }
}

function hasFinalizers(type: ResourceType, object: KubernetesObject): boolean {
  if ((object.metadata.finalizers ?? []).length > 0) return true;
  if (type.group === '' && type.resource === 'pods') return true;
  const spec = isJsonObject(object.spec) ? object.spec : {};
  return (
    type.group === '' && type.resource === 'namespaces' && Array.isArray(spec.finalizers) && spec.finalizers.length > 0
  );
}

const nameAlphabet = 'bcdfghjklmnpqrstvwxz2456789';

/** Five characters, as the API server appends them to a generateName. */
export function randomName(): string {
  return [...randomBytes(5)].map((byte) => nameAlphabet[byte % nameAlphabet.length]).join('');
}

/** Whether an error is the registry's refusal with that reason. */
export function isRefusal(error: unknown, reason: string): boolean {
  return error instanceof StatusError && error.reason === reason;
}
