// The proxy to services and pods: `/api/v1/namespaces/<ns>/services/<name>:<port>/proxy/<path>`.
import { services } from '../resources/built-in-types.ts';
import type { Service } from '../resources/workload-types.ts';
import { readBody } from './request-body.ts';
import { type ResourceRequest, requireName } from './resource-request.ts';
import { notFound, StatusError } from './status-error.ts';

/** Throws StatusError 404 (no such object), 503 (no ready pod, or the port is not the service's). */
export async function proxyToPods(exchange: ResourceRequest): Promise<void> {
  const { parts, type, target, query, request, response } = exchange;
  const { name, port } = parseProxyName(requireName(exchange));
  const namespace = target.namespace ?? '';
  const object = parts.registry.find(type, namespace, name);
  if (!object) throw notFound(type, name);
  if (type.resource === services.resource) requirePort(object as Service, port);
  const search = query.size > 0 ? `?${query}` : '';
  const forwarded = await parts.pods.forward(
    { namespace, kind: type.kind === 'Pod' ? 'Pod' : 'Service', name, ...(port ? { port } : {}) },
    {
      method: request.method ?? 'GET',
      path: `${target.rest ?? '/'}${search}`,
      headers: Object.fromEntries(
        Object.entries(request.headers).flatMap(([header, value]) =>
          typeof value === 'string' && !isForTheServer(header) ? [[header, value]] : [],
        ),
      ),
      body: await readBody(request),
    },
  );
  if (!forwarded)
    throw new StatusError(503, 'ServiceUnavailable', `no endpoints available for ${type.kind.toLowerCase()} "${name}"`);
  response
    .writeHead(forwarded.status, { ...forwarded.headers, 'content-length': forwarded.body.length })
    .end(forwarded.body);
}

/** Who asks, and as whom, is no business of the pods. */
function isForTheServer(header: string): boolean {
  return header === 'authorization' || header.startsWith('impersonate-');
}

/** `web`, `web:80`, `web:http`, `https:web:443`. */
function parseProxyName(text: string): { name: string; port?: string } {
  const parts = text.split(':');
  if (parts.length === 3) return { name: parts[1] ?? '', ...(parts[2] ? { port: parts[2] } : {}) };
  return { name: parts[0] ?? '', ...(parts[1] ? { port: parts[1] } : {}) };
}

function requirePort(service: Service, port: string | undefined): void {
  if (port === undefined) return;
  const offered = service.spec.ports ?? [];
  if (!offered.some((candidate) => candidate.name === port || String(candidate.port) === port))
    throw new StatusError(
      503,
      'ServiceUnavailable',
      `no service port "${port}" found for service "${service.metadata.name}"`,
    );
}
