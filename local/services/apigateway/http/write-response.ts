// Writes a response; when the request was not read to its end, lets the client see the answer before the line goes dead.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HttpResponse } from '../payload/parse-response.ts';

/** How long and how much a client may go on sending after a refusal. */
const LINGER_MILLISECONDS = 1_000;
const LINGER_BYTES = 64 * 1024 * 1024;

/** Resolves to false when the response could not be written as the function gave it (illegal header). */
export function writeResponse(message: IncomingMessage, response: ServerResponse, answer: HttpResponse): boolean {
  if (response.destroyed) return true;
  try {
    const isBodiless = answer.status === 204 || answer.status === 304 || answer.status < 200;
    const length = isBodiless ? {} : { 'content-length': answer.body.length };
    const connection = message.complete ? {} : { connection: 'close' };
    response.writeHead(answer.status, { ...answer.headers, ...length, ...connection });
  } catch {
    return false;
  }
  if (message.complete) {
    response.end(message.method === 'HEAD' ? undefined : answer.body);
    return true;
  }
  response.write(answer.body);
  let discarded = 0;
  const end = () => {
    clearTimeout(timer);
    response.end();
  };
  const timer = setTimeout(end, LINGER_MILLISECONDS).unref();
  message
    .on('data', (chunk: Buffer) => {
      discarded += chunk.length;
      if (discarded > LINGER_BYTES) end();
    })
    .once('end', end)
    .once('close', end)
    .resume();
  return true;
}
