// One request for a resource: what it names, how it wants its answer, how it says to write.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { User } from '../authentication/user.ts';
import type { KubernetesObject } from '../resources/kubernetes-object.ts';
import { formatApiVersion, type ResourceType } from '../resources/resource-type.ts';
import type { DeleteOptions } from '../storage/deletion.ts';
import type { WriteOptions } from '../storage/object-registry.ts';
import type { ApiServerParts } from './api-server-parts.ts';
import { mediaTypeOf, readObject } from './request-body.ts';
import type { ResourceTarget } from './request-target.ts';
import { sendJson } from './send-json.ts';
import { badRequest, invalid, notFound } from './status-error.ts';
import { buildTable, wantsTable } from './table.ts';

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

/** A table of objects. */
export function tabulate(
  exchange: ResourceRequest,
  items: readonly KubernetesObject[],
  metadata: object,
  withHeader = true,
) {
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

/** Throws StatusError 400 when the body is of another kind, or for another namespace, than the URL. */
export function checkIdentity({ type, target }: ResourceRequest, body: KubernetesObject): void {
  const apiVersion = formatApiVersion(target.group, target.version);
  if ((body.kind ?? type.kind) !== type.kind || (body.apiVersion ?? apiVersion) !== apiVersion)
    throw badRequest(
      `the API version in the data (${body.apiVersion}, Kind=${body.kind}) does not match the expected API version (${apiVersion}, Kind=${type.kind})`,
    );
  const namespace = body.metadata?.namespace;
  if (target.namespace !== undefined && namespace && namespace !== target.namespace)
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
}

/** How the request's query and body say to delete. Throws StatusError 400. */
export async function readDeleteOptions(exchange: ResourceRequest): Promise<DeleteOptions> {
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
