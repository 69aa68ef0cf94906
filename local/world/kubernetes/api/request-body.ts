// Reading a request's body: bounded, JSON or YAML.
import type { IncomingMessage } from 'node:http';
import { parse as parseYaml } from 'yaml';
import { isJsonObject, type JsonObject } from '../resources/kubernetes-object.ts';
import { badRequest, tooLarge, unsupportedMediaType } from './status-error.ts';

const limitBytes = 3 * 1024 * 1024;

/** Throws StatusError 413 beyond the API server's limit of 3 MiB. */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limitBytes) throw tooLarge(limitBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The media type without its parameters. */
export function mediaTypeOf(request: IncomingMessage): string {
  return (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
}

/** Throws StatusError 400 or 415. An empty body gives undefined. */
export async function readObject(request: IncomingMessage): Promise<JsonObject | undefined> {
  const mediaType = mediaTypeOf(request);
  const body = await readBody(request);
  if (body.length === 0) return undefined;
  const value = parseValue(body, mediaType);
  if (!isJsonObject(value)) throw badRequest('the object provided is unrecognized (must be a JSON or YAML object)');
  return value;
}

/** Throws StatusError 400 for a malformed body, 415 for another media type than JSON or YAML. */
export function parseValue(body: Buffer, mediaType: string): unknown {
  const isYaml = mediaType.endsWith('yaml');
  if (!isYaml && mediaType !== '' && !mediaType.endsWith('json'))
    throw unsupportedMediaType(mediaType, ['application/json', 'application/yaml']);
  try {
    return isYaml ? parseYaml(body.toString()) : JSON.parse(body.toString());
  } catch (error) {
    const why = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    throw badRequest(`error decoding the body: ${why}`);
  }
}
