// Cross-origin answers by the API's own configuration.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html
import type { IncomingMessage } from 'node:http';
import type { CorsConfiguration } from '../http-api.ts';
import type { HttpResponse } from '../payload/parse-response.ts';

function findAllowedOrigin(cors: CorsConfiguration, origin: string): string | undefined {
  if (cors.allowOrigins.includes('*')) return '*';
  const matches = (allowed: string) =>
    allowed === origin || (allowed.endsWith('://*') && origin.startsWith(allowed.slice(0, -1)));
  return cors.allowOrigins.some(matches) ? origin : undefined;
}

/** Headers to add to an answer; none when the request has no origin or a foreign one. */
export function buildCorsHeaders(
  cors: CorsConfiguration | undefined,
  message: IncomingMessage,
): Record<string, string> {
  const { origin } = message.headers;
  const allowed = cors && origin ? findAllowedOrigin(cors, origin) : undefined;
  if (!cors || !allowed) return {};
  return {
    'access-control-allow-origin': allowed,
    ...(cors.allowCredentials && { 'access-control-allow-credentials': 'true' }),
    ...(cors.exposeHeaders.length > 0 && { 'access-control-expose-headers': cors.exposeHeaders.join(',') }),
  };
}

/** The answer to a preflight request; undefined when the request is none or the API has no such configuration. */
export function findPreflightResponse(
  cors: CorsConfiguration | undefined,
  message: IncomingMessage,
): HttpResponse | undefined {
  if (!cors || message.method !== 'OPTIONS' || !message.headers['access-control-request-method']) return undefined;
  const headers = buildCorsHeaders(cors, message);
  const isAllowed = Object.keys(headers).length > 0;
  return {
    status: 204,
    headers: {
      ...headers,
      ...(isAllowed && cors.allowMethods.length > 0 && { 'access-control-allow-methods': cors.allowMethods.join(',') }),
      ...(isAllowed && cors.allowHeaders.length > 0 && { 'access-control-allow-headers': cors.allowHeaders.join(',') }),
      ...(isAllowed && cors.maxAgeSeconds !== undefined && { 'access-control-max-age': String(cors.maxAgeSeconds) }),
    },
    body: Buffer.alloc(0),
  };
}
