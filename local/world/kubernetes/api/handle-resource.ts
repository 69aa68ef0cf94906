// Requests for resources: which type, whether the user may, and who handles it.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { User } from '../authentication/user.ts';
import { type Attributes, decideAccess, describeDenial } from '../authorization/decide-access.ts';
import { reviewAccess } from './access-review.ts';
import type { ApiServerParts } from './api-server-parts.ts';
import { handleCollection } from './handle-collection.ts';
import { handleObject } from './handle-object.ts';
import { handleSubresource } from './handle-subresource.ts';
import { readObject } from './request-body.ts';
import type { ResourceTarget } from './request-target.ts';
import type { ResourceRequest } from './resource-request.ts';
import { sendJson } from './send-json.ts';
import { forbidden, methodNotAllowed, unknownPath } from './status-error.ts';

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
