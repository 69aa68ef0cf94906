// Every request to the API server: who asks, what for, and the answer.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Authenticate, User } from '../authentication/user.ts';
import type { ApiServerParts } from './api-server-parts.ts';
import { findDiscovery } from './discovery.ts';
import { handleResource } from './handle-resource.ts';
import { impersonate } from './impersonate.ts';
import { buildOpenApiIndex, findOpenApiDocument } from './open-api.ts';
import { findResourceTarget } from './request-target.ts';
import { sendJson } from './send-json.ts';
import { buildStatus, StatusError, unauthorized, unknownPath } from './status-error.ts';

const version = {
  major: '1',
  minor: '31',
  gitVersion: 'v1.31.0',
  gitCommit: '',
  gitTreeState: 'clean',
  buildDate: '2024-08-13T00:00:00Z',
  goVersion: 'go1.22.5',
  compiler: 'gc',
  platform: 'linux/amd64',
};

/** Answers the request; never throws. */
export async function handleRequest(parts: ApiServerParts, request: IncomingMessage, response: ServerResponse) {
  try {
    await route(parts, request, response);
  } catch (error) {
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const refusal =
      error instanceof StatusError
        ? error
        : new StatusError(
            500,
            'InternalError',
            `Internal error occurred: ${error instanceof Error ? error.message : error}`,
          );
    sendJson(request, response, refusal.code, buildStatus(refusal));
  } finally {
    // What a refusal left unread would otherwise block the connection.
    if (!request.readableEnded) request.resume();
  }
}

async function route(parts: ApiServerParts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'https://cluster');
  const { pathname } = url;
  if (pathname === '/version') return sendJson(request, response, 200, version);
  if (['/healthz', '/readyz', '/livez'].includes(pathname)) {
    response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' }).end('ok');
    return;
  }
  const user = impersonate(parts.registry, await identify(parts.authenticate, request), request);
  const target = findResourceTarget(pathname);
  if (target) return handleResource(parts, user, target, url, request, response);
  if (request.method === 'GET') {
    const { types } = parts.registry;
    if (pathname === '/openapi/v2') return sendOpenApiV2(request, response);
    const body = pathname.startsWith('/openapi/v3/')
      ? findOpenApiDocument(types, pathname.slice('/openapi/v3/'.length))
      : pathname === '/openapi/v3'
        ? buildOpenApiIndex(types)
        : findDiscovery(types, pathname);
    if (body) return sendJson(request, response, 200, body);
  }
  throw unknownPath();
}

async function identify(authenticate: Authenticate, request: IncomingMessage): Promise<User> {
  const token = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
  const user = token ? await authenticate(token) : undefined;
  if (!user) throw unauthorized();
  return { ...user, groups: [...new Set([...user.groups, 'system:authenticated'])] };
}

/** An empty document: in protobuf that is no bytes at all. Clients then skip what they would look up. */
function sendOpenApiV2(request: IncomingMessage, response: ServerResponse): void {
  const protobuf = /application\/com\.github\.proto-openapi[^,]*protobuf/.exec(request.headers.accept ?? '');
  if (!protobuf) {
    sendJson(request, response, 200, {
      swagger: '2.0',
      info: { title: 'Kubernetes', version: 'v1.31.0' },
      paths: {},
    });
    return;
  }
  response.writeHead(200, { 'content-type': 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf' }).end();
}
