// The runtime's own small API under /_local/: what tools need that AWS has no call for.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../clock/clock.ts';
import type { Activity, Trace } from '../trace/trace.ts';

export interface ControlledResource {
  readonly stack: string;
  readonly logicalId: string;
  readonly type: string;
  readonly physicalId: string;
}

export interface ControlApiParts {
  readonly clock: Clock;
  readonly trace: Trace;
  /** `starting` until every resource exists and interrupted work goes on. */
  status(): { readonly state: 'starting' | 'ready' | 'failed' } & Record<string, unknown>;
  resources(): readonly ControlledResource[];
  /** Ends the runtime after the answer has been sent. */
  stop(): void;
}

type Route = (message: IncomingMessage, response: ServerResponse) => Promise<void> | void;

const PREFIX = '/_local/';
const LARGEST_BODY_BYTES = 64 * 1024;
const LOOPBACK_HOST = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/;

/** Returns a handler that takes every request under `/_local/` and says whether it took it. */
export function createControlApi(
  parts: ControlApiParts,
): (message: IncomingMessage, response: ServerResponse) => boolean {
  const { clock, trace } = parts;
  const readClock = () => ({ now: new Date(clock.now()).toISOString(), offsetMilliseconds: clock.offset() });
  const routes: Readonly<Record<string, Route>> = {
    'GET status': (_message, response) => sendJson(response, 200, { ...parts.status(), clock: readClock() }),
    'GET resources': (_message, response) => sendJson(response, 200, { resources: parts.resources() }),
    'GET clock': (_message, response) => sendJson(response, 200, readClock()),
    'GET activities': (message, response) => streamActivities(trace, message, response),
    'POST clock/advance': async (message, response) => {
      const { milliseconds } = (await readJson(message)) as { milliseconds?: unknown };
      if (typeof milliseconds !== 'number' || !(milliseconds >= 0)) {
        sendJson(response, 400, {
          message: `cannot advance by ${milliseconds}: give {"milliseconds": <number from 0 up>}`,
        });
        return;
      }
      await clock.advance(milliseconds);
      sendJson(response, 200, readClock());
    },
    'POST stop': (_message, response) => {
      response.once('finish', () => parts.stop());
      sendJson(response, 202, { state: 'stopping' });
    },
  };

  return (message, response) => {
    const path = (message.url ?? '').split('?')[0] ?? '';
    if (!path.startsWith(PREFIX)) return false;
    const route = routes[`${message.method} ${path.slice(PREFIX.length)}`];
    if (!isFromThisMachine(message)) sendJson(response, 403, { message: 'only pages of this machine may ask' });
    else if (!route)
      sendJson(response, 404, { message: `no ${message.method} ${path}: there are ${Object.keys(routes).join(', ')}` });
    else
      Promise.resolve(route(message, response)).catch((error: Error) =>
        sendJson(response, 400, { message: error.message }),
      );
    return true;
  };
}

/** A web page elsewhere could otherwise stop the runtime through the browser of the person who runs it. */
function isFromThisMachine({ headers }: IncomingMessage): boolean {
  if (!LOOPBACK_HOST.test(headers.host ?? '')) return false;
  return headers.origin === undefined || LOOPBACK_HOST.test(headers.origin.replace(/^https?:\/\//, ''));
}

/** Server-sent events; `?recent=true` begins with what has already happened. */
function streamActivities(trace: Trace, message: IncomingMessage, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  response.flushHeaders();
  const send = (activity: Activity) => response.write(`data: ${JSON.stringify(activity)}\n\n`);
  if (new URLSearchParams((message.url ?? '').split('?')[1]).get('recent') === 'true') trace.recent().forEach(send);
  response.once('close', trace.subscribe(send));
}

async function readJson(message: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of message) {
    length += chunk.length;
    if (length > LARGEST_BODY_BYTES) throw new Error(`the body is larger than ${LARGEST_BODY_BYTES} bytes`);
    chunks.push(chunk);
  }
  return JSON.parse(Buffer.concat(chunks).toString() || '{}');
}

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(value) + '\n');
}
