// Requests for resources: the verb, the permission it needs, and its execution.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { User } from '../authentication/user.ts';
import { type Attributes, decideAccess, describeDenial } from '../authorization/decide-access.ts';
import type { KubernetesObject } from '../resources/kubernetes-object.ts';
import { formatApiVersion, type ResourceType } from '../resources/resource-type.ts';
import type { DeleteOptions } from '../storage/deletion.ts';
import type { WriteOptions } from '../storage/object-registry.ts';
import { reviewAccess } from './access-review.ts';
import type { ApiServerParts } from './handle-request.ts';
import { handleSubresource } from './handle-subresource.ts';
import { listObjects } from './list-objects.ts';
import { patchObject } from './patch-object.ts';
import { mediaTypeOf, readBody, readObject } from './request-body.ts';
import type { ResourceTarget } from './request-target.ts';
import { sendJson } from './send-json.ts';
import { badRequest, forbidden, invalid, methodNotAllowed, notFound, unknownPath } from './status-error.ts';
import { buildTable, wantsTable } from './table.ts';
import { watchObjects } from './watch-objects.ts';

/** What the API server needs of the simulated nodes. */
export interface PodAccess {
  /** The log so far of a pod's container; undefined when there is none yet. */
  findLog(
    namespace: string,
    pod: string,
    container: string | undefined,
    previous: boolean,
  ): Promise<Buffer | undefined>;
  /** Calls back for what is logged from now on; returns the function that stops it. `ended` when the container has ended. */
  followLog(namespace: string, pod: string, onData: (chunk: Buffer) => void, ended: () => void): () => void;
  /** Lets a ready pod behind the service (or the named pod) answer; undefined when none is ready. */
  forward(
    target: { namespace: string; kind: 'Pod' | 'Service'; name: string; port?: string },
    request: ForwardedRequest,
  ): Promise<ForwardedResponse | undefined>;
}

export interface ForwardedRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface ForwardedResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** One request being served. */
export interface ResourceRequest {
  readonly parts: ApiServerParts;
  readonly user: User;
  readonly type: ResourceType;
  readonly target: ResourceTarget;
  readonly query: URLSearchParams;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** Throws StatusError for every refusal. */
export async function handleResource(
  parts: ApiServerParts,
  user: User,
  target: ResourceTarget,
  url: URL,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (target.group === 'authorization.k8s.io' && target.resource === 'selfsubjectaccessreviews') {
    if (request.method !== 'POST') throw methodNotAllowed();
    return sendJson(request, response, 201, reviewAccess(parts.registry, user, (await readObject(request)) ?? {}));
  }
  const type = parts.registry.types.find(target.group, target.version, target.resource);
  if (!type) throw unknownPath();
  if (!type.namespaced && target.namespace !== undefined) throw unknownPath();
  const exchange = { parts, user, type, target, query: url.searchParams, request, response };
  requireAccess(exchange);
  if (target.subresource !== undefined) return handleSubresource(exchange);
  return target.name === undefined ? handleCollection(exchange) : handleObject(exchange, target.name);
}

function requireAccess({ parts, user, type, target, query, request }: ResourceRequest): void {
  const isCollection = target.name === undefined;
  const verbs: Readonly<Record<string, string>> = {
    GET: query.get('watch') === 'true' || query.get('watch') === '1' ? 'watch' : isCollection ? 'list' : 'get',
    HEAD: 'get',
    POST: 'create',
    PUT: 'update',
    PATCH: 'patch',
    DELETE: isCollection ? 'deletecollection' : 'delete',
  };
  const verb = verbs[request.method ?? ''];
  if (!verb) throw methodNotAllowed();
  const namespace = target.namespace ?? (type.resource === 'namespaces' && type.group === '' ? target.name : undefined);
  const attributes: Attributes = {
    verb,
    group: type.group,
    resource: target.subresource ? `${type.resource}/${target.subresource}` : type.resource,
    ...(namespace === undefined ? {} : { namespace }),
    ...(target.name === undefined ? {} : { name: target.name }),
  };
  if (!decideAccess(parts.registry, user, attributes))
    throw forbidden(type, target.name ?? '', describeDenial(user, attributes));
}

/** The object in the version that the URL names. */
export function present(exchange: ResourceRequest, object: KubernetesObject): KubernetesObject {
  const apiVersion = formatApiVersion(exchange.target.group, exchange.target.version);
  return object.apiVersion === apiVersion ? object : { ...object, apiVersion };
}

/** Answers with an object, as a table when that is asked for. */
export function sendObject(exchange: ResourceRequest, status: number, object: KubernetesObject): void {
  const { request, response, type } = exchange;
  const shown = present(exchange, object);
  const table = wantsTable(request.headers.accept) && type.kind === object.kind;
  sendJson(request, response, status, table ? tabulate(exchange, [shown], {}) : shown);
}

function tabulate(exchange: ResourceRequest, items: readonly KubernetesObject[], metadata: object, withHeader = true) {
  const include = exchange.query.get('includeObject');
  const nowMilliseconds = exchange.parts.clock.now();
  return buildTable(exchange.type, items, { metadata, nowMilliseconds, withHeader, ...(include ? { include } : {}) });
}

/** How the request's query says to write. */
export function readWriteOptions(exchange: ResourceRequest): WriteOptions {
  const { query, request } = exchange;
  const dryRun = query.getAll('dryRun');
  if (dryRun.some((value) => value !== 'All'))
    throw invalid(exchange.type, '', [
      {
        reason: 'FieldValueNotSupported',
        message: `Unsupported value: ${JSON.stringify(dryRun)}: supported values: "All"`,
        field: 'dryRun',
      },
    ]);
  const agent = (request.headers['user-agent'] ?? 'unknown').split('/')[0] ?? 'unknown';
  const isApply = mediaTypeOf(request) === 'application/apply-patch+yaml';
  const fieldManager = query.get('fieldManager') ?? (isApply ? '' : agent);
  return { dryRun: dryRun.length > 0, ...(fieldManager ? { fieldManager: fieldManager.slice(0, 128) } : {}) };
}

async function handleCollection(exchange: ResourceRequest): Promise<void> {
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

/** Throws StatusError 400 when the body is of another kind, or for another namespace, than the URL. */
function checkIdentity({ type, target }: ResourceRequest, body: KubernetesObject): void {
  const apiVersion = formatApiVersion(target.group, target.version);
  if ((body.kind ?? type.kind) !== type.kind || (body.apiVersion ?? apiVersion) !== apiVersion)
    throw badRequest(
      `the API version in the data (${body.apiVersion}, Kind=${body.kind}) does not match the expected API version (${apiVersion}, Kind=${type.kind})`,
    );
  const namespace = body.metadata?.namespace;
  if (target.namespace !== undefined && namespace && namespace !== target.namespace)
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
}

function startWatch(exchange: ResourceRequest): void {
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

async function handleObject(exchange: ResourceRequest, name: string): Promise<void> {
  const { parts, type, target, query, request } = exchange;
  const { registry } = parts;
  const { namespace } = target;
  if (request.method === 'GET') {
    if (query.get('watch') === 'true' || query.get('watch') === '1') return startWatch(exchange);
    return sendObject(exchange, 200, registry.get(type, namespace, name));
  }
  if (request.method === 'PUT') {
    const options = readWriteOptions(exchange);
    const body = await readObject(request);
    if (!body) throw badRequest('a body is required');
    checkIdentity(exchange, body as KubernetesObject);
    const object = registry.update(type, namespace, name, () => body, options);
    await registry.store.flush();
    return sendObject(exchange, 200, object);
  }
  if (request.method === 'PATCH') {
    const options = readWriteOptions(exchange);
    const body = await readBody(request);
    const force = query.get('force') === 'true';
    const patch = { type, namespace, name, mediaType: mediaTypeOf(request), body, force, options };
    const { created, object } = patchObject(registry, patch);
    await registry.store.flush();
    return sendObject(exchange, created ? 201 : 200, object);
  }
  if (request.method !== 'DELETE') throw methodNotAllowed();
  return deleteObject(exchange, name);
}

async function deleteObject(exchange: ResourceRequest, name: string): Promise<void> {
  const { parts, type, target, request, response } = exchange;
  const options = await readDeleteOptions(exchange);
  const { removed, object } = parts.registry.delete(type, target.namespace, name, options);
  await parts.registry.store.flush();
  if (!removed) return sendObject(exchange, 200, object);
  sendJson(request, response, 200, {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: { name, ...(type.group ? { group: type.group } : {}), kind: type.resource, uid: object.metadata.uid },
  });
}

async function readDeleteOptions(exchange: ResourceRequest): Promise<DeleteOptions> {
  const body: DeleteOptions & { dryRun?: unknown } = (await readObject(exchange.request)) ?? {};
  const { query } = exchange;
  const policy = query.get('propagationPolicy') ?? body.propagationPolicy;
  if (policy && !['Background', 'Foreground', 'Orphan'].includes(policy))
    throw badRequest(`propagationPolicy: got "${policy}", allowed are Background, Foreground and Orphan`);
  const grace = query.get('gracePeriodSeconds') ?? body.gracePeriodSeconds;
  return {
    dryRun: readWriteOptions(exchange).dryRun === true || (Array.isArray(body.dryRun) && body.dryRun.includes('All')),
    ...(policy ? { propagationPolicy: policy as 'Background' } : {}),
    ...(grace === undefined || grace === null ? {} : { gracePeriodSeconds: Number(grace) }),
    ...(body.preconditions ? { preconditions: body.preconditions } : {}),
  };
}

/** Throws StatusError 404 in the words for an object that is not there. */
export function requireName({ type, target }: ResourceRequest): string {
  if (target.name === undefined) throw notFound(type, '');
  return target.name;
}
