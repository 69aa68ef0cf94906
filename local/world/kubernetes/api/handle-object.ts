// Requests for one object: read, watch, replace, patch, delete.
import type { KubernetesObject } from '../resources/kubernetes-object.ts';
import { startWatch } from './handle-collection.ts';
import { patchObject } from './patch-object.ts';
import { mediaTypeOf, readBody, readObject } from './request-body.ts';
import {
  checkIdentity,
  type ResourceRequest,
  readDeleteOptions,
  readWriteOptions,
  sendObject,
} from './resource-request.ts';
import { sendJson } from './send-json.ts';
import { badRequest, methodNotAllowed } from './status-error.ts';

/** Throws StatusError for every refusal. */
export async function handleObject(exchange: ResourceRequest, name: string): Promise<void> {
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
