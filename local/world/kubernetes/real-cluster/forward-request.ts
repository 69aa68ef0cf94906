// Carries a request to the real API server, in the name of a user, and its answer back as it comes.
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { readBody } from '../api/request-body.ts';
import type { User } from '../authentication/user.ts';
import type { KubeContext } from './open-kube-context.ts';
import { sendToCluster } from './send-to-cluster.ts';

/** RFC 9110, 7.6.1: they speak of one connection, not of the request. */
const hopByHop = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];
/** What only the two ends of one connection, or the front itself, may say. */
const notPassedOn = new Set([...hopByHop, 'authorization', 'content-length', 'cookie', 'expect', 'host']);

export interface ForwardedRequest {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Path with query, below the API server's own URL. */
  readonly path: string;
  /** Absent: the kubeconfig's own user. */
  readonly user?: User;
  /** How long the server may be silent; a watch may be for ever. */
  readonly timeoutMilliseconds?: number | undefined;
}

/** Ends when the answer has. @throws StatusError 413 for a body beyond the API server's limit, 503 or 504 when it does not answer. */
export async function forwardRequest(context: KubeContext, forwarded: ForwardedRequest): Promise<void> {
  const { request, response, path, user, timeoutMilliseconds } = forwarded;
  const body = await readBody(request);
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const answer = await sendToCluster(context, {
    method: request.method ?? 'GET',
    path,
    headers: { ...passOn(request.headersDistinct), ...(user === undefined ? {} : impersonating(user)) },
    body,
    signal: gone.signal,
    ...(timeoutMilliseconds === undefined ? {} : { timeoutMilliseconds }),
  });
  if (/[?&]watch=(true|1)\b/.test(path)) answer.socket.setTimeout(0);
  response.writeHead(answer.statusCode ?? 502, passOn(answer.headersDistinct));
  response.flushHeaders();
  // Either side may leave in the middle of a watch: that is its usual end.
  await pipeline(answer, response).catch(() => response.destroy());
}

/** The real cluster's own roles then decide what the user may do; it adds `system:authenticated` itself. */
function impersonating({ username, groups }: User): OutgoingHttpHeaders {
  return { 'impersonate-user': username, ...(groups.length > 0 ? { 'impersonate-group': [...groups] } : {}) };
}

function passOn(headers: NodeJS.Dict<string[]>): OutgoingHttpHeaders {
  const kept = Object.entries(headers).filter(
    ([name]) => !notPassedOn.has(name) && !/^(impersonate|x-remote)-/.test(name),
  );
  return Object.fromEntries(kept);
}
