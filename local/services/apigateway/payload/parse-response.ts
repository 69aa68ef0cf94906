// What a function's answer means as an HTTP response, in payload format 2.0.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html#http-api-develop-integrations-lambda.v2

export interface HttpResponse {
  readonly status: number;
  /** Lower-case names; `set-cookie` may have several values. */
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body: Buffer;
}

interface FormattedResponse {
  readonly statusCode?: unknown;
  readonly headers?: Readonly<Record<string, unknown>> | null;
  readonly cookies?: unknown;
  readonly body?: unknown;
  readonly isBase64Encoded?: unknown;
}

/** Without a `statusCode` the whole answer is the body, as JSON with status 200. */
function buildInferredResponse(value: unknown): HttpResponse {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return { status: 200, headers: { 'content-type': 'application/json' }, body: Buffer.from(text) };
}

function parseStatus(statusCode: unknown): number {
  const status = Number(statusCode);
  if (Number.isInteger(status) && status >= 100 && status <= 599) return status;
  throw new Error(
    `the function answered statusCode ${JSON.stringify(statusCode)}: it must be a number from 100 to 599`,
  );
}

/** Throws when the answer is formatted but malformed. */
export function parseResponse(payload: string): HttpResponse {
  const value = JSON.parse(payload) as unknown;
  if (typeof value !== 'object' || value === null || !('statusCode' in value)) return buildInferredResponse(value);
  const response = value as FormattedResponse;
  const headers: Record<string, string | string[]> = {};
  for (const [name, header] of Object.entries(response.headers ?? {})) headers[name.toLowerCase()] = String(header);
  if (Array.isArray(response.cookies) && response.cookies.length > 0)
    headers['set-cookie'] = response.cookies.map(String);
  const { body = '' } = response;
  if (typeof body !== 'string' && typeof body !== 'number') {
    throw new Error(`the function answered a body of type ${body === null ? 'null' : typeof body}: it must be text`);
  }
  const bytes = Buffer.from(String(body), response.isBase64Encoded === true ? 'base64' : 'utf8');
  if (bytes.length > 0) headers['content-type'] ??= 'text/plain;charset=utf-8';
  return { status: parseStatus(response.statusCode), headers, body: bytes };
}
