// A plain HTTP server on the loopback interface: one handler from request to answer, with faults on order.
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { FaultRules, HttpFault } from './fault-rules.ts';

export interface HttpRequest {
  readonly method: string;
  /** The path as sent, still percent-encoded, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** Aborted when the client went away before the answer was complete. */
  readonly signal: AbortSignal;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

export type HttpHandler = (request: HttpRequest) => Promise<HttpAnswer> | HttpAnswer;

export interface HttpServer {
  /** `http://127.0.0.1:<port>`, without a slash at the end. */
  readonly url: string;
  /** Stops listening and cuts open connections. */
  stop(): Promise<void>;
}

/** An answer with a JSON body. */
export function answerJson(status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): HttpAnswer {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    body: JSON.stringify(value),
  };
}

/**
 * Listens on 127.0.0.1. A handler that throws is answered by `describeFailure` (a bare 500 by default).
 * Faults of `faults` take effect in place of the handler, or after it for those that lose the answer only.
 */
export async function startHttpServer(options: {
  readonly port?: number;
  readonly handle: HttpHandler;
  readonly faults?: FaultRules;
  readonly describeFailure?: (error: unknown) => HttpAnswer;
}): Promise<HttpServer> {
  const { handle, faults, describeFailure = () => ({ status: 500 }) } = options;

  async function serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = await readRequest(incoming, response);
    const fault = faults?.take(request);
    let answer: HttpAnswer | undefined;
    if (!fault || fault.afterEffect) {
      answer = await Promise.resolve(request).then(handle).catch(describeFailure);
    }
    if (fault) answer = applyFault(fault, response);
    if (answer) sendAnswer(answer, request, response);
  }

  const server = createServer((incoming, response) => {
    serve(incoming, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
}

async function readRequest(incoming: IncomingMessage, response: ServerResponse): Promise<HttpRequest> {
  const gone = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) gone.abort(new Error('the client went away'));
  });
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const [path = '/', query = ''] = splitOnce(incoming.url ?? '/', '?');
  return {
    method: incoming.method ?? 'GET',
    path,
    query: new URLSearchParams(query),
    headers: incoming.headers,
    body: Buffer.concat(chunks),
    signal: gone.signal,
  };
}

function splitOnce(text: string, separator: string): readonly string[] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + separator.length)];
}

/** The answer that stands for the fault; undefined when there is none to give. */
function applyFault(fault: HttpFault, response: ServerResponse): HttpAnswer | undefined {
  if (fault.reset) {
    (response.socket as Socket | null)?.resetAndDestroy();
    return undefined;
  }
  // Held open until the client gives up or the server stops.
  if (fault.timeout) return undefined;
  const headers = fault.headers ?? {};
  if (fault.body === undefined) return { status: fault.status ?? 500, headers };
  if (typeof fault.body === 'string') return { status: fault.status ?? 500, headers, body: fault.body };
  return answerJson(fault.status ?? 500, fault.body, headers);
}

function sendAnswer(answer: HttpAnswer, request: HttpRequest, response: ServerResponse): void {
  response.statusCode = answer.status;
  for (const [name, value] of Object.entries(answer.headers ?? {})) response.setHeader(name, value);
  const bytes = Buffer.from(answer.body ?? '');
  const mayHaveBody = answer.status !== 204 && answer.status !== 304;
  if (mayHaveBody && !response.hasHeader('content-length')) response.setHeader('content-length', bytes.length);
  response.end(mayHaveBody && request.method !== 'HEAD' ? bytes : undefined);
}
