// The JSON of a request's body.
import { AwsError } from '../runtime/service.ts';

/** An empty body is an empty object. Throws `SerializationException` for what is no JSON. */
export function parseJsonBody(body: Buffer): unknown {
  if (body.length === 0) return {};
  try {
    return JSON.parse(body.toString());
  } catch (cause) {
    throw new AwsError('SerializationException', 'the request body is not valid JSON', { cause });
  }
}
