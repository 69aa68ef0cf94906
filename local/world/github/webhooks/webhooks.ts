// Webhooks: who wants which event, every delivery with its outcome, and redelivery on request only.
import { randomUUID } from 'node:crypto';
import type { Clock } from '../../../clock/clock.ts';
import type { Trace } from '../../../trace/trace.ts';
import type { GitHubApp } from '../authentication/github-app.ts';
import type { DeliveryRecord, GitHubRecords, HookRecord, RepositoryRecord } from '../records.ts';
import { nodeId } from '../shapes/stable-id.ts';
import { postDelivery } from './post-delivery.ts';

/** GitHub keeps deliveries, and redelivers them, for three days. */
export const DELIVERY_RETENTION_MILLISECONDS = 3 * 24 * 3_600_000;

export interface Webhooks {
  /** Sends an event to every hook that wants it. Resolves when the attempts are over and recorded; nobody needs to wait. */
  emit(event: string, payload: object, repository?: RepositoryRecord): Promise<readonly DeliveryRecord[]>;
  /** Sends an event to one hook, whatever events it wants. */
  send(hook: HookRecord, event: string, payload: object, repository?: RepositoryRecord): Promise<DeliveryRecord>;
  /** Attempts a delivery once more under its old GUID, to where the hook points now. */
  redeliver(delivery: DeliveryRecord): Promise<DeliveryRecord>;
  /** Finished deliveries of a hook within the last three days, newest first. */
  list(hookId: number): readonly DeliveryRecord[];
  /** The hook of the app. */
  findAppHook(): HookRecord | undefined;
  /** Resolves when no attempt is under way. */
  settle(): Promise<void>;
  stop(): Promise<void>;
}

/** Webhooks over the records; attempts that a crash cut off are recorded as failed, for somebody to ask for them again. */
export function createWebhooks(options: {
  readonly records: GitHubRecords;
  readonly app: GitHubApp;
  readonly clock: Pick<Clock, 'now' | 'work'>;
  readonly timeoutMilliseconds: number;
  readonly flush: () => Promise<void>;
  readonly record: Trace['record'];
}): Webhooks {
  const { records, app, clock, timeoutMilliseconds, flush, record } = options;
  const underWay = new Set<Promise<DeliveryRecord>>();
  const stopping = new AbortController();

  for (const [key, delivery] of [...records.deliveries.entries()]) {
    if (delivery.deliveredAt < clock.now() - DELIVERY_RETENTION_MILLISECONDS) records.deliveries.delete(key);
    else if (!delivery.outcome) records.deliveries.put(key, { ...delivery, outcome: cutOff });
  }

  async function attempt(hook: HookRecord, delivery: DeliveryRecord): Promise<DeliveryRecord> {
    // Recorded before it is sent: a delivery that a crash swallows is found among the failed ones.
    records.deliveries.put(String(delivery.id), delivery);
    await flush();
    const repository = [...records.repositories.values()].find(({ id }) => id === delivery.repositoryId);
    const targetId = hook.repository === undefined ? app.id : (repository?.id ?? 0);
    const outcome = await postDelivery({ hook, delivery, targetId, timeoutMilliseconds, signal: stopping.signal });
    const finished = { ...delivery, outcome };
    records.deliveries.put(String(delivery.id), finished);
    await flush();
    record({
      service: 'github',
      name: outcome.status === 'OK' ? 'webhook-delivered' : 'webhook-failed',
      subject: `${delivery.event}${delivery.action ? `.${delivery.action}` : ''}`,
      details: {
        delivery: delivery.guid,
        id: delivery.id,
        repository: repository && `${repository.owner}/${repository.name}`,
        status: outcome.status,
        statusCode: outcome.statusCode,
        durationSeconds: outcome.durationSeconds,
        redelivery: delivery.isRedelivery,
      },
    });
    return finished;
  }

  function start(
    hook: HookRecord,
    content: Omit<DeliveryRecord, 'id' | 'hookId' | 'deliveredAt'>,
  ): Promise<DeliveryRecord> {
    const delivery = { ...content, id: records.nextNumber('delivery'), hookId: hook.id, deliveredAt: clock.now() };
    const running = clock.work(attempt(hook, delivery)).finally(() => underWay.delete(running));
    underWay.add(running);
    // Whoever does not wait for an attempt finds its failure to be recorded with the next flush.
    running.catch(() => undefined);
    return running;
  }

  function send(hook: HookRecord, event: string, payload: object, repository?: RepositoryRecord) {
    const installation = { id: app.installationId, node_id: nodeId('Integration', app.installationId) };
    const isOfApp = hook.repository === undefined && !('installation' in payload);
    const action = (payload as { readonly action?: unknown }).action;
    return start(hook, {
      guid: randomUUID(),
      event,
      action: typeof action === 'string' ? action : null,
      repositoryId: repository?.id ?? null,
      isRedelivery: false,
      payload: JSON.stringify(isOfApp ? { ...payload, installation } : payload),
    });
  }

  return {
    send,
    emit(event, payload, repository) {
      const name = repository && `${repository.owner}/${repository.name}`;
      const hooks = [...records.hooks.values()].filter(
        (hook) =>
          hook.isActive &&
          (hook.repository === undefined || hook.repository === name) &&
          (hook.events.includes('*') || hook.events.includes(event)),
      );
      const sent = Promise.all(hooks.map((hook) => send(hook, event, payload, repository)));
      sent.catch(() => undefined);
      return sent;
    },
    async redeliver(delivery) {
      const hook = records.hooks.get(String(delivery.hookId));
      if (!hook) throw new Error(`delivery ${delivery.id} belongs to hook ${delivery.hookId}, which is gone`);
      const { guid, event, action, repositoryId, payload } = delivery;
      return start(hook, { guid, event, action, repositoryId, payload, isRedelivery: true });
    },
    list(hookId) {
      const oldest = clock.now() - DELIVERY_RETENTION_MILLISECONDS;
      return [...records.deliveries.values()]
        .filter((delivery) => delivery.hookId === hookId && delivery.outcome && delivery.deliveredAt >= oldest)
        .sort((one, other) => other.id - one.id);
    },
    findAppHook: () => [...records.hooks.values()].find(({ repository }) => repository === undefined),
    async settle() {
      while (underWay.size > 0) await Promise.allSettled(underWay);
    },
    async stop() {
      stopping.abort();
      await Promise.allSettled(underWay);
    },
  };
}

const cutOff = {
  status: 'failed to connect to host',
  statusCode: 0,
  durationSeconds: 0,
  requestHeaders: {},
  responseHeaders: {},
  responseBody: '',
};
