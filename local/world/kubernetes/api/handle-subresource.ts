// Requests for parts of an object: status, scale, log, proxy.
import { isJsonObject, type KubernetesObject } from '../resources/kubernetes-object.ts';
import type { ScalePaths } from '../resources/resource-type.ts';
import { buildChange, patchObject } from './patch-object.ts';
import { sendPodLog } from './pod-log.ts';
import { proxyToPods } from './proxy.ts';
import { mediaTypeOf, parseValue, readBody, readObject } from './request-body.ts';
import { type ResourceRequest, readWriteOptions, requireName, sendObject } from './resource-request.ts';
import { applyScale, buildScale } from './scale.ts';
import { sendJson } from './send-json.ts';
import { badRequest, methodNotAllowed, unknownPath } from './status-error.ts';

/** Throws StatusError for every refusal. */
export async function handleSubresource(exchange: ResourceRequest): Promise<void> {
  const { type, target } = exchange;
  const core = type.group === '';
  if (target.subresource === 'status' && type.hasStatus) return handleStatus(exchange);
  if (target.subresource === 'scale' && type.scale) return handleScale(exchange, type.scale);
  if (target.subresource === 'log' && core && type.resource === 'pods') return sendPodLog(exchange);
  if (target.subresource === 'proxy' && core && (type.resource === 'pods' || type.resource === 'services'))
    return proxyToPods(exchange);
  if (target.subresource === 'finalize' && core && type.resource === 'namespaces') return finalizeNamespace(exchange);
  throw unknownPath();
}

async function handleStatus(exchange: ResourceRequest): Promise<void> {
  const { parts, type, target, query, request } = exchange;
  const name = requireName(exchange);
  const { registry } = parts;
  const { namespace } = target;
  if (request.method === 'GET') return sendObject(exchange, 200, registry.get(type, namespace, name));
  const options = { ...readWriteOptions(exchange), subresource: 'status' as const };
  let object: KubernetesObject;
  if (request.method === 'PUT') {
    const body = await readObject(request);
    if (!body) throw badRequest('a body is required');
    object = registry.update(type, namespace, name, () => body, options);
  } else if (request.method === 'PATCH') {
    const body = await readBody(request);
    const force = query.get('force') === 'true';
    const patch = { type, namespace, name, mediaType: mediaTypeOf(request), body, force, options };
    object = patchObject(registry, patch).object;
  } else throw methodNotAllowed();
  await registry.store.flush();
  sendObject(exchange, 200, object);
}

async function handleScale(exchange: ResourceRequest, paths: ScalePaths): Promise<void> {
  const { parts, type, target, request, response } = exchange;
  const name = requireName(exchange);
  const { registry } = parts;
  let object: KubernetesObject = registry.get(type, target.namespace, name);
  if (request.method === 'PUT' || request.method === 'PATCH') {
    const scale = await readScale(exchange, buildScale(object, paths));
    const change = (current: KubernetesObject) => applyScale(current, scale, paths);
    const options = { ...readWriteOptions(exchange), subresource: 'scale' as const };
    object = registry.update(type, target.namespace, name, change, options);
    await registry.store.flush();
  } else if (request.method !== 'GET') throw methodNotAllowed();
  sendJson(request, response, 200, buildScale(object, paths));
}

/** The Scale that is asked for: the body of a PUT, or what a patch makes of the current one. */
async function readScale(exchange: ResourceRequest, current: KubernetesObject): Promise<unknown> {
  const { parts, type, request } = exchange;
  const body = await readBody(request);
  const mediaType = mediaTypeOf(request);
  const value = parseValue(body, mediaType);
  if (request.method === 'PUT') return value;
  return buildChange(parts.registry, type, mediaType, value)(current);
}

async function finalizeNamespace(exchange: ResourceRequest): Promise<void> {
  const { parts, type, request } = exchange;
  const name = requireName(exchange);
  if (request.method !== 'PUT') throw methodNotAllowed();
  const body = await readObject(request);
  const spec = isJsonObject(body?.spec) ? body.spec : {};
  const change = (current: KubernetesObject) => ({ ...current, spec: { ...spec } });
  const object = parts.registry.update(type, undefined, name, change, readWriteOptions(exchange));
  await parts.registry.store.flush();
  sendObject(exchange, 200, object);
}
