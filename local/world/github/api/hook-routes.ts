// Webhooks of repositories and of the app (https://docs.github.com/rest/repos/webhooks, …/apps/webhooks).
import type { HookRecord } from '../records.ts';
import { formatTime } from '../shapes/stable-id.ts';
import { buildEvent } from '../webhooks/build-event.ts';
import { buildDeliveryRoutes } from './delivery-routes.ts';
import { notFound, validationFailed } from './github-error.ts';
import { answerPage } from './paginate.ts';
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
  ...buildDeliveryRoutes('/repos/{owner}/{repo}/hooks/{hook}', 'repos/webhooks', getHook),
  ...buildDeliveryRoutes('/app/hook', 'apps/webhooks', getAppHook),
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
