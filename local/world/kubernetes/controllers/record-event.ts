// Kubernetes Events: what happened to an object, kept for an hour as the API server does.
import { events } from '../resources/built-in-types.ts';
import type { KubernetesObject } from '../resources/kubernetes-object.ts';
import { type ObjectRegistry, randomName } from '../storage/object-registry.ts';

interface Event extends KubernetesObject {
  count?: number;
  lastTimestamp?: string;
  reason?: string;
  message?: string;
  involvedObject?: { uid?: string };
}

const keepMilliseconds = 3_600_000;
const keptPerNamespace = 500;

/** Counts up an equal event instead of adding another. Does nothing in a namespace that is going away. */
export function recordEvent(
  registry: ObjectRegistry,
  object: KubernetesObject,
  event: { type?: 'Normal' | 'Warning'; reason: string; message: string; component: string },
): void {
  const namespace = object.metadata.namespace ?? 'default';
  const now = registry.now();
  const existing = registry.list<Event>(events, namespace);
  const same = existing.find(
    (candidate) =>
      candidate.involvedObject?.uid === object.metadata.uid &&
      candidate.reason === event.reason &&
      candidate.message === event.message,
  );
  try {
    if (same) {
      registry.update<Event>(events, namespace, same.metadata.name, (current) => {
        current.count = (current.count ?? 1) + 1;
        current.lastTimestamp = now;
      });
      return;
    }
    forgetOld(registry, namespace, existing);
    const { name, uid, resourceVersion } = object.metadata;
    registry.create(events, {
      metadata: { name: `${name}.${randomName()}${randomName()}`, namespace },
      involvedObject: { apiVersion: object.apiVersion, kind: object.kind, name, namespace, uid, resourceVersion },
      type: event.type ?? 'Normal',
      reason: event.reason,
      message: event.message,
      source: { component: event.component },
      reportingComponent: event.component,
      firstTimestamp: now,
      lastTimestamp: now,
      count: 1,
    });
  } catch {
    // An event is a courtesy: losing one (its namespace is terminating) must not stop its cause.
  }
}

function forgetOld(registry: ObjectRegistry, namespace: string, existing: readonly Event[]): void {
  const limit = Date.parse(registry.now()) - keepMilliseconds;
  const old = existing.filter((event) => Date.parse(event.lastTimestamp ?? event.metadata.creationTimestamp) < limit);
  const excess = existing.length - old.length - keptPerNamespace;
  const oldest = excess > 0 ? existing.filter((event) => !old.includes(event)).slice(0, excess) : [];
  for (const event of [...old, ...oldest]) registry.delete(events, namespace, event.metadata.name);
}
