// Webhooks of repositories and of the app, their deliveries and redelivery (https://docs.github.com/rest/repos/webhooks, …/apps/webhooks).
import type { DeliveryRecord, HookRecord } from '../records.ts';
import { formatTime } from '../shapes/stable-id.ts';
import { buildEvent } from '../webhooks/build-event.ts';
import { DELIVERY_RETENTION_MILLISECONDS } from '../webhooks/webhooks.ts';
import { GitHubError, notFound, validationFailed } from './github-error.ts';
import { answerPage, parsePage } from './paginate.ts';
import { type ApiAnswer, type ApiCall, getCaller, getParameter, type Route } from './route.ts';

export const hookRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/hooks',
    access: 'repository_hooks:read',
    documentation: 'repos/webhooks#list-repository-webhooks',
    handle: (call) => answerPage(call, listHooks(call), (hook) => presentHook(call, hook)),
  },
  {
    method: 'POST',
    path: '/repos/{owner}/{repo}/hooks',
    access: 'repository_hooks:write',
    documentation: 'repos/webhooks#create-a-repository-webhook',
    handle: createHook,
  },
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/hooks/{hook}',
    access: 'repository_hooks:read',
    documentation: 'repos/webhooks#get-a-repository-webhook',
    handle: (call) => ({ status: 200, body: presentHook(call, getHook(call)) }),
  },
  {
    method: 'DELETE',
    path: '/repos/{owner}/{repo}/hooks/{hook}',
    access: 'repository_hooks:write',
    documentation: 'repos/webhooks#delete-a-repository-webhook',
    handle(call) {
      call.world.records.hooks.delete(String(getHook(call).id));
      return { status: 204 };
    },
  },
  {
    method: 'POST',
    path: '/repos/{owner}/{repo}/hooks/{hook}/pings',
    access: 'repository_hooks:write',
    documentation: 'repos/webhooks#ping-a-repository-webhook',
    handle(call) {
      ping(call, getHook(call));
      return { status: 204 };
    },
  },
  ...deliveryRoutes('/repos/{owner}/{repo}/hooks/{hook}', 'repos/webhooks', getHook),
  ...deliveryRoutes('/app/hook', 'apps/webhooks', getAppHook),
  {
    method: 'GET',
    path: '/app/hook/config',
    access: 'app',
    documentation: 'apps/webhooks#get-a-webhook-configuration-for-an-app',
    handle: (call) => ({ status: 200, body: presentConfiguration(getAppHook(call)) }),
  },
  {
    method: 'PATCH',
    path: '/app/hook/config',
    access: 'app',
    documentation: 'apps/webhooks#update-a-webhook-configuration-for-an-app',
    handle(call) {
      const hook = getAppHook(call);
      const { body, world } = call;
      const updated: HookRecord = {
        ...hook,
        url: body.optionalString('url') ?? hook.url,
        secret: body.optionalString('secret') ?? hook.secret,
        contentType: body.has('content_type') ? body.oneOf('content_type', ['json', 'form']) : hook.contentType,
        updatedAt: world.clock.now(),
      };
      world.records.hooks.put(String(hook.id), updated);
      return { status: 200, body: presentConfiguration(updated) };
    },
  },
];

/** The three operations on deliveries, which repositories and the app have alike. */
function deliveryRoutes(prefix: string, documentation: string, find: (call: ApiCall) => HookRecord): readonly Route[] {
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

function listHooks({ world, repository }: ApiCall): HookRecord[] {
  return [...world.records.hooks.values()].filter((hook) => hook.repository === repository.fullName);
}

function getHook(call: ApiCall): HookRecord {
  const hook = listHooks(call).find(({ id }) => String(id) === getParameter(call, 'hook'));
  if (!hook) throw notFound();
  return hook;
}

function getAppHook({ world }: ApiCall): HookRecord {
  const hook = world.webhooks.findAppHook();
  if (!hook) throw notFound();
  return hook;
}

function createHook(call: ApiCall): ApiAnswer {
  const { world, body, repository } = call;
  const configuration = body.optionalObject('config');
  const url = configuration?.optionalString('url');
  if (!configuration || !url) throw validationFailed({ resource: 'Hook', code: 'missing_field', field: 'config' });
  if (listHooks(call).some((hook) => hook.url === url)) {
    const message = 'Hook already exists on this repository';
    throw validationFailed({ resource: 'Hook', code: 'custom', message });
  }
  const now = world.clock.now();
  const hook: HookRecord = {
    id: world.records.nextNumber('id'),
    repository: repository.fullName,
    url,
    secret: configuration.optionalString('secret') ?? '',
    contentType: configuration.optionalString('content_type') === 'json' ? 'json' : 'form',
    events: body.optionalStrings('events') ?? ['push'],
    isActive: body.optionalBoolean('active') ?? true,
    createdAt: now,
    updatedAt: now,
  };
  world.records.hooks.put(String(hook.id), hook);
  ping(call, hook);
  const presented = presentHook(call, hook);
  return { status: 201, body: presented, headers: { location: presented.url } };
}

function ping(call: ApiCall, hook: HookRecord): void {
  const { world, repository, url } = call;
  const subject = { zen: 'Keep it logically awesome.', hook_id: hook.id, hook: presentHook(call, hook) };
  const event = buildEvent(url, repository.record, getCaller(call), subject);
  // Nobody waits for a ping; its outcome stands in the list of deliveries.
  world.webhooks.send(hook, 'ping', event, repository.record).catch(() => undefined);
}

function presentConfiguration(hook: HookRecord) {
  return {
    content_type: hook.contentType,
    insecure_ssl: '0',
    url: hook.url,
    ...(hook.secret && { secret: '********' }),
  };
}

function presentHook({ world, url }: ApiCall, hook: HookRecord) {
  const self = `${url}/repos/${hook.repository}/hooks/${hook.id}`;
  const last = world.webhooks.list(hook.id)[0]?.outcome;
  return {
    type: 'Repository',
    id: hook.id,
    name: 'web',
    active: hook.isActive,
    events: hook.events,
    config: presentConfiguration(hook),
    updated_at: formatTime(hook.updatedAt),
    created_at: formatTime(hook.createdAt),
    url: self,
    test_url: `${self}/test`,
    ping_url: `${self}/pings`,
    deliveries_url: `${self}/deliveries`,
    last_response: last
      ? { code: last.statusCode || null, status: last.status === 'OK' ? 'active' : 'failed', message: last.status }
      : { code: null, status: 'unused', message: null },
  };
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
