// The event of payload format 2.0 that a function receives for an HTTP request.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import type { HttpApi, Stage } from '../http-api.ts';
import type { RouteMatch } from '../route-table.ts';

export interface HttpRequest {
  readonly message: IncomingMessage;
  readonly requestId: string;
  /** As the client sent it, without the query. */
  readonly rawPath: string;
  readonly rawQueryString: string;
  readonly body: Buffer;
  /** Virtual time, milliseconds since the epoch. */
  readonly receivedAt: number;
}

const TEXT_TYPES = /^(text\/|application\/(.+\+)?(json|xml|javascript)\b|application\/x-www-form-urlencoded\b)/i;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `12/Mar/2020:19:03:58 +0000` */
export function formatRequestTime(at: number): string {
  const iso = new Date(at).toISOString();
  return `${iso.slice(8, 10)}/${MONTHS[Number(iso.slice(5, 7)) - 1]}/${iso.slice(0, 4)}:${iso.slice(11, 19)} +0000`;
}

/** The client's address, IPv4 in its usual form. */
export function findSourceIp(message: IncomingMessage): string {
  return (message.socket.remoteAddress ?? '').replace(/^::ffff:/, '');
}

function buildHeaders(message: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, values] of Object.entries(message.headersDistinct)) {
    if (name !== 'cookie' && values) headers[name] = values.join(',');
  }
  const sourceIp = findSourceIp(message);
  headers['x-forwarded-for'] = headers['x-forwarded-for'] ? `${headers['x-forwarded-for']}, ${sourceIp}` : sourceIp;
  headers['x-forwarded-port'] ??= String(message.socket.localPort);
  headers['x-forwarded-proto'] ??= 'http';
  return headers;
}

function buildQueryParameters(rawQueryString: string): Record<string, string> | undefined {
  const parameters: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(rawQueryString)) {
    parameters[name] = name in parameters ? `${parameters[name]},${value}` : value;
  }
  return Object.keys(parameters).length > 0 ? parameters : undefined;
}

/** Text stays text; what is compressed, of another type, or no UTF-8 goes as base64, so that no byte is lost. */
function isText(headers: Readonly<Record<string, string>>, body: Buffer): boolean {
  const encoding = headers['content-encoding'] ?? 'identity';
  return encoding === 'identity' && TEXT_TYPES.test(headers['content-type'] ?? '') && isUtf8(body);
}

export function buildEvent(api: HttpApi, stage: Stage, match: RouteMatch, request: HttpRequest): object {
  const { message, body, rawQueryString } = request;
  const headers = buildHeaders(message);
  const cookies = message.headersDistinct.cookie
    ?.flatMap((cookie) => cookie.split(/; ?/))
    .filter((cookie) => cookie !== '');
  const queryStringParameters = buildQueryParameters(rawQueryString);
  const isBase64Encoded = body.length > 0 && !isText(headers, body);
  return {
    version: '2.0',
    routeKey: match.route.key,
    rawPath: request.rawPath,
    rawQueryString,
    ...(cookies && cookies.length > 0 && { cookies }),
    headers,
    ...(queryStringParameters && { queryStringParameters }),
    requestContext: {
      accountId: api.accountId,
      apiId: api.id,
      domainName: (headers.host ?? '').replace(/:\d+$/, ''),
      domainPrefix: api.id,
      http: {
        method: message.method ?? 'GET',
        path: request.rawPath,
        protocol: `HTTP/${message.httpVersion}`,
        sourceIp: findSourceIp(message),
        userAgent: headers['user-agent'] ?? '',
      },
      requestId: request.requestId,
      routeKey: match.route.key,
      stage: stage.name,
      time: formatRequestTime(request.receivedAt),
      timeEpoch: Math.floor(request.receivedAt),
    },
    ...(body.length > 0 && { body: body.toString(isBase64Encoded ? 'base64' : 'utf8') }),
    ...(Object.keys(match.pathParameters).length > 0 && { pathParameters: match.pathParameters }),
    isBase64Encoded,
    ...(stage.variables && { stageVariables: stage.variables }),
  };
}
