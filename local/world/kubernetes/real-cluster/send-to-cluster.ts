// One request to the real API server with the kubeconfig's credentials.
import http, { type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import https from 'node:https';
import { text } from 'node:stream/consumers';
import { StatusError } from '../api/status-error.ts';
import type { KubeContext } from './open-kube-context.ts';

export interface ClusterRequest {
  readonly method: string;
  /** Path with query, below the API server's own URL. */
  readonly path: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: Buffer;
  /** How long the server may be silent. */
  readonly timeoutMilliseconds?: number;
  readonly signal?: AbortSignal;
}

const defaultTimeoutMilliseconds = 60_000;

/** Resolves when the answer begins, with any status. @throws StatusError 503 when there is none, 504 when it does not come in time. */
export async function sendToCluster(context: KubeContext, sent: ClusterRequest): Promise<IncomingMessage> {
  const { method, path, headers, body, signal, timeoutMilliseconds = defaultTimeoutMilliseconds } = sent;
  const server = new URL(context.serverUrl);
  const options = await context.buildRequestOptions();
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const request = (server.protocol === 'http:' ? http : https).request(
    new URL(`${server.pathname.replace(/\/$/, '')}${path}`, server),
    {
      ...options,
      ...(signal === undefined ? {} : { signal }),
      timeout: timeoutMilliseconds,
      method,
      headers: { ...headers, ...options.headers, ...(body?.length ? { 'content-length': body.length } : {}) },
    },
    resolve,
  );
  request.on('timeout', () => {
    const silence = `${server.host} was silent for ${timeoutMilliseconds / 1000} s`;
    request.destroy(new StatusError(504, 'Timeout', silence));
  });
  request.on('error', (error) => {
    const refusal = `the API server of context ${context.name} at ${server.host} cannot be reached: ${error.message}`;
    reject(error instanceof StatusError ? error : new StatusError(503, 'ServiceUnavailable', refusal));
  });
  request.end(body);
  return promise;
}

/** An object of the cluster; undefined when it, or its kind, is not there. @throws StatusError for every other refusal. */
export async function findInCluster(context: KubeContext, path: string): Promise<unknown> {
  const answer = await sendToCluster(context, { method: 'GET', path, headers: { accept: 'application/json' } });
  const body = await text(answer);
  const status = answer.statusCode ?? 0;
  if (status === 404) return undefined;
  if (status !== 200)
    throw new StatusError(
      status,
      'Unexpected',
      `context ${context.name} answered ${status} for ${path}: ${body.slice(0, 300)}`,
    );
  return JSON.parse(body);
}
