// A request as it came over HTTP: bounded, decoded, and read at most once.
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { gunzipSync } from 'node:zlib';
import { AwsError } from '../runtime/service.ts';
import { AwsChunkedBody } from './aws-chunked-body.ts';
import type { WireRequest } from './wire.ts';

/** Larger than any input that AWS takes outside a stream (16 MB for DynamoDB's BatchWriteItem). */
const LARGEST_BODY_BYTES = 32 * 1024 * 1024;

/** Wraps a request of node:http. */
export function readHttpRequest(message: IncomingMessage): WireRequest {
  const url = message.url ?? '/';
  const mark = url.indexOf('?');
  const { headers } = message;
  let rawBody: Promise<Buffer> | undefined;
  let body: Promise<Buffer> | undefined;

  function openBody(): Readable {
    if (!String(headers['x-amz-content-sha256']).startsWith('STREAMING-')) return message;
    const decoded = new AwsChunkedBody();
    message.on('error', (error) => decoded.destroy(error));
    message.on('aborted', () => decoded.destroy(new Error('the client went away in the middle of the body')));
    return message.pipe(decoded);
  }

  function readRawBody(): Promise<Buffer> {
    rawBody ??= collect(openBody());
    return rawBody;
  }

  return {
    method: message.method ?? 'GET',
    path: mark === -1 ? url : url.slice(0, mark),
    query: new URLSearchParams(mark === -1 ? '' : url.slice(mark + 1)),
    headers,
    requestId: randomUUID(),
    openBody,
    readRawBody,
    readBody() {
      body ??= readRawBody().then((bytes) => decompress(bytes, headers['content-encoding']));
      return body;
    },
  };
}

/** By events rather than iteration: it is on the way of every request. */
function collect(stream: Readable): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    stream.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= LARGEST_BODY_BYTES) chunks.push(chunk);
      else reject(tooLarge());
    });
    stream.once('end', () => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, length)));
    stream.once('error', reject);
    stream.once('close', () => reject(new Error('the client went away in the middle of the body')));
  });
}

/** Clients compress large inputs of some operations, e.g. PutMetricData. */
function decompress(body: Buffer, encoding: string | undefined): Buffer {
  if (!encoding?.split(',').some((name) => name.trim() === 'gzip')) return body;
  try {
    return gunzipSync(body, { maxOutputLength: LARGEST_BODY_BYTES });
  } catch (cause) {
    if ((cause as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge();
    throw new AwsError('SerializationException', 'the request body is not valid gzip', { cause });
  }
}

function tooLarge(): AwsError {
  const message = `the request body is larger than ${LARGEST_BODY_BYTES} bytes`;
  return new AwsError('RequestEntityTooLargeException', message, { status: 413 });
}
