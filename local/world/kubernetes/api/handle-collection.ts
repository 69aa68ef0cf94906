// Requests for all objects of a type: list, watch, create, delete.
import type { KubernetesObject } from '../resources/kubernetes-object.ts';
import { formatApiVersion } from '../resources/resource-type.ts';
import { listObjects } from './list-objects.ts';
import { readObject } from './request-body.ts';
import {
  checkIdentity,
  present,
  type ResourceRequest,
  readDeleteOptions,
  readWriteOptions,
  sendObject,
  tabulate,
} from './resource-request.ts';
import { sendJson } from './send-json.ts';
import { badRequest, methodNotAllowed } from './status-error.ts';
import { wantsTable } from './table.ts';
import { watchObjects } from './watch-objects.ts';

/** Throws StatusError for every refusal. */
export async function handleCollection(exchange: ResourceRequest): Promise<void> {
  const { parts, type, target, query, request, response } = exchange;
  if (request.method === 'GET') {
    const watch = query.get('watch');
    if (watch === 'true' || watch === '1') return startWatch(exchange);
    const page = listObjects(parts.registry, type, target.namespace, query);
    if (wantsTable(request.headers.accept))
      return sendJson(request, response, 200, tabulate(exchange, page.items, page.metadata));
    return sendJson(request, response, 200, {
      kind: `${type.kind}List`,
      apiVersion: formatApiVersion(target.group, target.version),
      metadata: page.metadata,
      items: page.items.map((item) => present(exchange, item)),
    });
  }
  if (request.method === 'POST') return createObject(exchange);
  if (request.method !== 'DELETE') throw methodNotAllowed();
  const options = await readDeleteOptions(exchange);
  const { items, metadata } = listObjects(parts.registry, type, target.namespace, query);
  for (const item of items) parts.registry.delete(type, item.metadata.namespace, item.metadata.name, options);
  await parts.registry.store.flush();
  const apiVersion = formatApiVersion(target.group, target.version);
  sendJson(request, response, 200, { kind: `${type.kind}List`, apiVersion, metadata, items });
}

async function createObject(exchange: ResourceRequest): Promise<void> {
  const { parts, type, target, request } = exchange;
  if (type.namespaced && target.namespace === undefined) throw methodNotAllowed();
  const options = readWriteOptions(exchange);
  const body = await readObject(request);
  if (!body) throw badRequest('a body is required');
  checkIdentity(exchange, body as KubernetesObject);
  const metadata = {
    ...(body.metadata as object | undefined),
    ...(target.namespace ? { namespace: target.namespace } : {}),
  };
  const created = parts.registry.create(type, { ...body, metadata }, options);
  await parts.registry.store.flush();
  sendObject(exchange, 201, created);
}

/** Streams changes, as tables when these are asked for. */
export function startWatch(exchange: ResourceRequest): void {
  const { parts, type, target, query, request, response } = exchange;
  const asTable = wantsTable(request.headers.accept);
  let first = true;
  const presentChange = (object: KubernetesObject): object => {
    const shown = present(exchange, object);
    if (!asTable) return shown;
    const table = tabulate(exchange, [shown], { resourceVersion: object.metadata.resourceVersion }, first);
    first = false;
    return table;
  };
  const { namespace, name } = target;
  const selection = { ...(namespace === undefined ? {} : { namespace }), ...(name === undefined ? {} : { name }) };
  watchObjects(parts.registry, { type, query, present: presentChange, ...selection }, response, parts.stopped);
}
