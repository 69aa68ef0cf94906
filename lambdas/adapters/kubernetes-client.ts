// Talks to a cluster's API server with its own certificate authority: just requests and answers.
import http from 'node:http';
import https from 'node:https';
import { AppError } from '../../core/app-error.ts';

export interface KubernetesAnswer {
  readonly status: number;
  readonly body: string;
  readonly durationMilliseconds: number;
}

export interface KubernetesRequest {
  readonly method: 'GET' | 'PATCH' | 'POST' | 'DELETE';
  /** With query. */
  readonly path: string;
  readonly body?: string;
  readonly contentType?: string;
  readonly timeoutMilliseconds?: number;
}

/** Answers with any status. @throws AppError `UpstreamUnavailableError` or `TimedOutError` when there is none. */
export type KubernetesClient = (request: KubernetesRequest) => Promise<KubernetesAnswer>;

/** How a cluster is reached and who we are to it. */
export interface ClusterConnection {
  readonly endpoint: string;
  /** PEM. */
  readonly certificateAuthority: string | undefined;
  readonly token: string;
}

const defaultTimeoutMilliseconds = 10_000;
const maximumBodyBytes = 8 * 1024 * 1024;

/** Ask for less. */
export class AnswerTooLargeError extends Error {
  override readonly name = 'AnswerTooLargeError';

  constructor() {
    super(`the answer is larger than ${maximumBodyBytes} bytes`);
  }
}

/** `connect` is asked before each request, so that tokens are renewed in time, and once more when the cluster refused one. */
export function createKubernetesClient(
  connect: (options: { readonly refresh: boolean }) => Promise<ClusterConnection>,
): KubernetesClient {
  return async (request) => {
    const answer = await ask(await connect({ refresh: false }), request);
    return answer.status === 401 ? await ask(await connect({ refresh: true }), request) : answer;
  };

  async function ask(
    { endpoint, certificateAuthority, token }: ClusterConnection,
    { method, path, body, contentType, timeoutMilliseconds = defaultTimeoutMilliseconds }: KubernetesRequest,
  ): Promise<KubernetesAnswer> {
    const url = new URL(path, endpoint);
    const startedAt = performance.now();
    const options: https.RequestOptions = {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        accept: 'application/json, */*',
        ...(body === undefined ? {} : { 'content-type': contentType, 'content-length': Buffer.byteLength(body) }),
      },
      signal: AbortSignal.timeout(timeoutMilliseconds),
      ...(certificateAuthority === undefined ? {} : { ca: certificateAuthority }),
    };
    try {
      const answer = await send(url, options, body);
      return { ...answer, durationMilliseconds: Math.round(performance.now() - startedAt) };
    } catch (cause) {
      const { name } = cause as Partial<Error>;
      const isTimeout = name === 'TimeoutError' || name === 'AbortError';
      throw isTimeout
        ? new AppError(
            'TimedOutError',
            `the cluster did not answer ${method} ${url.pathname} in ${timeoutMilliseconds} ms`,
            { cause },
          )
        : new AppError('UpstreamUnavailableError', `the cluster at ${url.host} cannot be reached`, { cause });
    }
  }
}

function send(
  url: URL,
  options: https.RequestOptions,
  body: string | undefined,
): Promise<{ status: number; body: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; body: string }>();
  const request = (url.protocol === 'http:' ? http : https).request(url, options, (response) => {
    const chunks: Buffer[] = [];
    let size = 0;
    response.on('data', (chunk: Buffer) => {
      size += chunk.byteLength;
      if (size > maximumBodyBytes) response.destroy(new AnswerTooLargeError());
      else chunks.push(chunk);
    });
    response.on('end', () =>
      resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') }),
    );
    response.on('error', reject);
  });
  request.on('error', reject);
  request.end(body);
  return promise;
}
