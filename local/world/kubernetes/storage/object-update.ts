// What an update may change of an object, and what follows from the change.
import { badRequest, conflict, invalid, staleVersion } from '../api/status-error.ts';
import { isSameJson } from '../resources/is-same-json.ts';
import type { KubernetesObject } from '../resources/kubernetes-object.ts';
import type { ResourceType } from '../resources/resource-type.ts';
import type { WriteOptions } from './object-registry.ts';

/** @throws StatusError 400, 409 or 422 when a write is meant for another object, or another state of it. */
export function checkPreconditions(type: ResourceType, current: KubernetesObject, next: KubernetesObject): void {
  const { name } = current.metadata;
  const version = next.metadata.resourceVersion;
  if (next.metadata.name !== name)
    throw badRequest(`the name of the object (${next.metadata.name}) does not match the name on the URL (${name})`);
  if (!version && type.custom)
    throw invalid(type, name, [
      {
        reason: 'FieldValueInvalid',
        message: 'Invalid value: 0: must be specified for an update',
        field: 'metadata.resourceVersion',
      },
    ]);
  if (version && version !== current.metadata.resourceVersion) throw staleVersion(type, name);
  if (next.metadata.uid && next.metadata.uid !== current.metadata.uid)
    throw conflict(
      type,
      name,
      `Precondition failed: UID in precondition: ${next.metadata.uid}, UID in object meta: ${current.metadata.uid}`,
    );
}

/** What a writer cannot change: identity, and status or spec depending on the endpoint written to. */
export function restoreReadOnly(
  type: ResourceType,
  current: KubernetesObject,
  next: KubernetesObject,
  subresource: WriteOptions['subresource'],
): KubernetesObject {
  const statusOnly = subresource === 'status';
  const { status: _status, ...withoutStatus } = statusOnly ? current : next;
  const status = statusOnly ? next.status : type.hasStatus ? current.status : next.status;
  const kept = statusOnly ? { ...current.metadata, managedFields: next.metadata.managedFields } : next.metadata;
  const metadata = {
    ...kept,
    uid: current.metadata.uid,
    creationTimestamp: current.metadata.creationTimestamp,
    resourceVersion: current.metadata.resourceVersion,
  };
  for (const field of [
    'namespace',
    'generation',
    'deletionTimestamp',
    'deletionGracePeriodSeconds',
    'generateName',
  ] as const) {
    delete metadata[field];
    if (current.metadata[field] !== undefined) Object.assign(metadata, { [field]: current.metadata[field] });
  }
  if (metadata.managedFields === undefined) delete metadata.managedFields;
  return {
    ...withoutStatus,
    apiVersion: current.apiVersion,
    kind: current.kind,
    metadata,
    ...(status === undefined ? {} : { status }),
  };
}

/** Counts a generation on when what is desired has changed. */
export function bumpGeneration(type: ResourceType, current: KubernetesObject, next: KubernetesObject): void {
  if (!countsGenerations(type)) return;
  const relevant = ({ metadata: _metadata, status, ...rest }: KubernetesObject) =>
    type.custom && !type.hasStatus ? { ...rest, status } : rest;
  if (!isSameJson(relevant(current), relevant(next))) next.metadata.generation = (current.metadata.generation ?? 1) + 1;
}

/** Compared without managedFields times, so that an update that changes nothing stores nothing. */
export function isSame(a: KubernetesObject, b: KubernetesObject): boolean {
  const comparable = (object: KubernetesObject) => ({
    ...object,
    metadata: {
      ...object.metadata,
      managedFields: object.metadata.managedFields?.map(({ time: _time, ...entry }) => entry),
    },
  });
  return isSameJson(comparable(a), comparable(b));
}

/** Core objects without a desired state (ConfigMaps, Services, …) have no generation. */
export function countsGenerations(type: ResourceType): boolean {
  if (type.custom) return true;
  return type.group !== '' && (type.hasStatus || type.resource === 'networkpolicies');
}
