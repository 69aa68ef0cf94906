// What every controller is: a queue of object keys, filled by changes, emptied by a reconcile function.
import type { Clock } from '../../../clock/clock.ts';
import type { Trace } from '../../../trace/trace.ts';
import type { KubernetesObject } from '../resources/kubernetes-object.ts';
import type { ResourceType } from '../resources/resource-type.ts';
import { isRefusal, type ObjectRegistry } from '../storage/object-registry.ts';
import type { Change } from '../storage/object-store.ts';

export interface ControllerContext {
  readonly cluster: string;
  readonly registry: ObjectRegistry;
  readonly clock: Clock;
  readonly trace: Trace;
  /** Aborted when the cluster stops; nothing is reconciled any more. */
  readonly stopped: AbortSignal;
}

export interface ObjectKey {
  readonly namespace: string;
  readonly name: string;
}

export interface ControllerQueue {
  add(key: ObjectKey): void;
  /** `at` in virtual milliseconds; an earlier wake-up that is already set for the key stays. */
  addAt(key: ObjectKey, at: number): void;
}

export interface ControllerSpec {
  readonly name: string;
  /** Its objects are reconciled when the controller starts and whenever they change. */
  readonly type: ResourceType;
  /** Keys that a change of another type concerns. */
  relate?(change: Change): readonly ObjectKey[];
  /** Brings the world nearer to what the object asks for. Idempotent; throws to be tried again with a growing delay. */
  reconcile(key: ObjectKey, queue: ControllerQueue): Promise<unknown> | unknown;
}

const firstRetryMilliseconds = 500;
const longestRetryMilliseconds = 60_000;

/** Runs until the cluster stops. A key is never reconciled twice at the same time. */
export function startController(context: ControllerContext, spec: ControllerSpec): ControllerQueue {
  const { registry, clock, stopped } = context;
  const waiting = new Set<string>();
  const running = new Set<string>();
  const failures = new Map<string, number>();
  const wakeUps = new Map<string, { at: number; cancel: () => void }>();

  const queue: ControllerQueue = {
    add: (key) => {
      const text = `${key.namespace}/${key.name}`;
      if (stopped.aborted || waiting.has(text)) return;
      waiting.add(text);
      if (!running.has(text)) void clock.work(drain(text));
    },
    addAt: (key, at) => {
      const text = `${key.namespace}/${key.name}`;
      const set = wakeUps.get(text);
      if (set && set.at <= at) return;
      set?.cancel();
      const cancel = clock.at(at, () => {
        wakeUps.delete(text);
        queue.add(key);
      });
      wakeUps.set(text, { at, cancel });
    },
  };

  async function drain(text: string): Promise<void> {
    running.add(text);
    // Lets the changes of the same turn gather.
    await Promise.resolve();
    while (waiting.delete(text) && !stopped.aborted) await reconcile(text);
    running.delete(text);
  }

  async function reconcile(text: string): Promise<void> {
    const slash = text.indexOf('/');
    const key = { namespace: text.slice(0, slash), name: text.slice(slash + 1) };
    try {
      await spec.reconcile(key, queue);
      failures.delete(text);
    } catch (error) {
      if (isRefusal(error, 'NotFound') && !registry.find(spec.type, key.namespace, key.name)) return;
      const count = (failures.get(text) ?? 0) + 1;
      failures.set(text, count);
      const delay = Math.min(longestRetryMilliseconds, firstRetryMilliseconds * 2 ** (count - 1));
      queue.addAt(key, clock.now() + delay);
      if (isRefusal(error, 'Conflict')) return;
      context.trace.record({
        service: 'kubernetes',
        name: 'reconcile-failed',
        subject: `${context.cluster}/${text}`,
        details: {
          controller: spec.name,
          error: error instanceof Error ? error.message : String(error),
          retryInMilliseconds: delay,
        },
      });
    }
  }

  const own = `${spec.type.group}/${spec.type.resource}`;
  const unsubscribe = registry.store.subscribe((change) => {
    if (change.resource === own) queue.add(keyOf(change.object));
    for (const key of spec.relate?.(change) ?? []) queue.add(key);
  });
  stopped.addEventListener('abort', () => {
    unsubscribe();
    for (const { cancel } of wakeUps.values()) cancel();
  });
  for (const object of registry.list(spec.type)) queue.add(keyOf(object));
  return queue;
}

/** Where an object lives. */
export function keyOf(object: KubernetesObject): ObjectKey {
  return { namespace: object.metadata.namespace ?? '', name: object.metadata.name };
}

/** The key of the controlling owner of a changed object, when it is of that kind. */
export function listOwnerKeys(change: Change, resource: string, ownerKind: string): readonly ObjectKey[] {
  if (change.resource !== resource) return [];
  const owner = change.object.metadata.ownerReferences?.find((reference) => reference.controller === true);
  if (owner?.kind !== ownerKind) return [];
  return [{ namespace: change.object.metadata.namespace ?? '', name: owner.name }];
}
