// The answers that API Gateway gives by itself.
import type { HttpResponse } from './parse-response.ts';

function buildRefusal(status: number, message: string): HttpResponse {
  return { status, headers: { 'content-type': 'application/json' }, body: Buffer.from(JSON.stringify({ message })) };
}

export const NOT_FOUND = buildRefusal(404, 'Not Found');
export const REQUEST_TOO_LARGE = buildRefusal(413, 'Request Entity Too Large');
export const TOO_MANY_REQUESTS = buildRefusal(429, 'Too Many Requests');
export const INTERNAL_SERVER_ERROR = buildRefusal(500, 'Internal Server Error');
export const SERVICE_UNAVAILABLE = buildRefusal(503, 'Service Unavailable');
export const TIMED_OUT = buildRefusal(504, 'Endpoint request timed out');
