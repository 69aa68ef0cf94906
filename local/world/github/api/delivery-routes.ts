// Deliveries of a webhook and redelivery (https://docs.github.com/rest/repos/webhooks, https://docs.github.com/rest/apps/webhooks).
import type { DeliveryRecord, HookRecord } from '../records.ts';
import { DELIVERY_RETENTION_MILLISECONDS } from '../webhooks/webhooks.ts';
import { GitHubError, notFound } from './github-error.ts';
import { parsePage } from './paginate.ts';
import { type ApiAnswer, type ApiCall, getParameter, type Route } from './route.ts';

/** The three operations on deliveries, which repositories and the app have alike. */
export function buildDeliveryRoutes(
  prefix: string,
  documentation: string,
  find: (call: ApiCall) => HookRecord,
): readonly Route[] {
  const isOfApp = prefix.startsWith('/app');
  const access = isOfApp ? 'app' : 'repository_hooks:read';
  return [
    {
      method: 'GET',
      path: `${prefix}/deliveries`,
      access,
      documentation: `${documentation}#list-deliveries`,
      handle: (call) => listDeliveries(call, find(call)),
    },
    {
      method: 'GET',
      path: `${prefix}/deliveries/{delivery}`,
      access,
      documentation: `${documentation}#get-a-delivery`,
      handle(call) {
        const hook = find(call);
        return { status: 200, body: presentDelivery(hook, getDelivery(call, hook)) };
      },
    },
    {
      method: 'POST',
      path: `${prefix}/deliveries/{delivery}/attempts`,
      access: isOfApp ? 'app' : 'repository_hooks:write',
      documentation: `${documentation}#redeliver-a-delivery`,
      handle: (call) => redeliver(call, find(call)),
    },
  ];
}

/** Newest first; the cursor of a page is the id of the last delivery before it. */
function listDeliveries(call: ApiCall, hook: HookRecord): ApiAnswer {
  const { world, query, url, path } = call;
  const { size } = parsePage(query);
  const cursor = query.get('cursor');
  const before = cursor === null ? Number.POSITIVE_INFINITY : Number(/^v1_(\d+)$/.exec(cursor)?.[1]);
  if (Number.isNaN(before)) throw new GitHubError(422, 'Invalid cursor');
  const status = query.get('status');
  if (status !== null && status !== 'success' && status !== 'failure') {
    throw new GitHubError(422, `Invalid request.\n\n"${status}" is not a member of ["success", "failure"].`);
  }
  const deliveries = world.webhooks
    .list(hook.id)
    .filter(({ id }) => id < before)
    .filter((delivery) => status === null || (status === 'success') === isSuccess(delivery));
  const page = deliveries.slice(0, size);
  const next = new URLSearchParams(query);
  next.set('cursor', `v1_${page.at(-1)?.id}`);
  return {
    status: 200,
    body: page.map((delivery) => summarizeDelivery(delivery)),
    headers: deliveries.length > size ? { link: `<${url}${path}?${next}>; rel="next"` } : {},
  };
}

function isSuccess({ outcome }: DeliveryRecord): boolean {
  return outcome !== undefined && outcome.statusCode >= 200 && outcome.statusCode < 400;
}

function summarizeDelivery(delivery: DeliveryRecord) {
  const installation = (JSON.parse(delivery.payload) as { installation?: { id?: number } }).installation;
  return {
    id: delivery.id,
    guid: delivery.guid,
    // GitHub tells fractions of a second here, unlike anywhere else.
    delivered_at: new Date(delivery.deliveredAt).toISOString(),
    redelivery: delivery.isRedelivery,
    duration: delivery.outcome?.durationSeconds ?? 0,
    status: delivery.outcome?.status ?? 'pending',
    status_code: delivery.outcome?.statusCode ?? 0,
    event: delivery.event,
    action: delivery.action,
    installation_id: installation?.id ?? null,
    repository_id: delivery.repositoryId,
    throttled_at: null,
  };
}

function presentDelivery(hook: HookRecord, delivery: DeliveryRecord) {
  return {
    ...summarizeDelivery(delivery),
    url: hook.url,
    request: { headers: delivery.outcome?.requestHeaders ?? {}, payload: JSON.parse(delivery.payload) as unknown },
    response: { headers: delivery.outcome?.responseHeaders ?? {}, payload: delivery.outcome?.responseBody ?? '' },
  };
}

function getDelivery(call: ApiCall, hook: HookRecord): DeliveryRecord {
  const delivery = call.world.records.deliveries.get(getParameter(call, 'delivery'));
  const oldest = call.world.clock.now() - DELIVERY_RETENTION_MILLISECONDS;
  if (delivery?.hookId !== hook.id || !delivery.outcome || delivery.deliveredAt < oldest) throw notFound();
  return delivery;
}

function redeliver(call: ApiCall, hook: HookRecord): ApiAnswer {
  const delivery = getDelivery(call, hook);
  // Accepted means asked for: how the new attempt ends stands in the list of deliveries.
  call.world.webhooks.redeliver(delivery).catch(() => undefined);
  return { status: 202, body: {} };
}
