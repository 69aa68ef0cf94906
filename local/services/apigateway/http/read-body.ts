// Reads a request's body into memory, never more than the limit.
import type { IncomingMessage } from 'node:http';

/** Why there is no body: it is over the limit, or the client went away. */
export type UnreadBody = 'too-large' | 'aborted';

/** Stops reading as soon as the limit is passed, whether or not the length was announced. */
export function readBody(message: IncomingMessage, maximumBytes: number): Promise<Buffer | UnreadBody> {
  if (Number(message.headers['content-length'] ?? 0) > maximumBytes) return Promise.resolve('too-large');
  return new Promise((resolve) => {
    let chunks: Buffer[] = [];
    let bytes = 0;
    const finish = (result: Buffer | UnreadBody) => {
      message.removeAllListeners('data');
      message.pause();
      chunks = [];
      resolve(result);
    };
    message.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > maximumBytes) finish('too-large');
      else chunks.push(chunk);
    });
    message.once('end', () => finish(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, bytes)));
    message.once('error', () => finish('aborted'));
    message.once('close', () => {
      if (!message.complete) finish('aborted');
    });
  });
}
