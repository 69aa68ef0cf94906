// Whether a request was signed with the secret of its access key: Signature Version 4, seen from the server.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { AwsError } from '../runtime/service.ts';
import type { WireRequest } from './wire.ts';

const ALGORITHM = 'AWS4-HMAC-SHA256';
/** Signing keys last for a day each; a process needs a handful. */
const REMEMBERED_KEYS = 1_000;
const signingKeys = new Map<string, Buffer>();

interface Signature {
  /** `<access key>/<date>/<region>/<service>/aws4_request`. */
  readonly credential: string;
  readonly signedHeaders: string;
  readonly signature: string;
  /** `20260102T030405Z`. */
  readonly time: string;
  readonly isPresigned: boolean;
}

/**
 * Throws the AwsError by which the service of that signing name refuses a wrong signature. Not looked at: the age of the
 * signature, the signatures of single chunks of a body, and SigV4a, whose keys are not derived from the secret alone.
 */
export async function verifySignature(request: WireRequest, signingName: string, secret: string): Promise<void> {
  const signature = readSignature(request);
  if (!signature) return;
  const isS3 = signingName === 's3';
  const payloadHash = isS3 ? readPayloadHash(request, signature) : sha256(await request.readRawBody());
  const canonicalRequest = [
    request.method,
    isS3 ? request.path : normalizePath(request.path),
    canonicalizeQuery(request.query),
    ...signature.signedHeaders.split(';').map((name) => `${name}:${readHeader(request, name)}`),
    '',
    signature.signedHeaders,
    payloadHash,
  ].join('\n');
  const scope = signature.credential.split('/').slice(-4);
  const text = [ALGORITHM, signature.time, scope.join('/'), sha256(canonicalRequest)].join('\n');
  const expected = Buffer.from(createHmac('sha256', deriveSigningKey(secret, scope)).update(text).digest('hex'));
  const given = Buffer.from(signature.signature);
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw buildMismatch(signingName);
}

function readSignature({ headers, query }: WireRequest): Signature | undefined {
  const { authorization } = headers;
  if (authorization === undefined) {
    if (query.get('X-Amz-Algorithm') !== ALGORITHM) return undefined;
    const get = (name: string) => query.get(`X-Amz-${name}`) ?? '';
    return {
      credential: get('Credential'),
      signedHeaders: get('SignedHeaders'),
      signature: get('Signature'),
      time: get('Date'),
      isPresigned: true,
    };
  }
  if (!authorization.startsWith(`${ALGORITHM} `)) return undefined;
  const find = (name: string) => new RegExp(`${name}=([^,\\s]+)`).exec(authorization)?.[1] ?? '';
  return {
    credential: find('Credential'),
    signedHeaders: find('SignedHeaders'),
    signature: find('Signature'),
    time: String(headers['x-amz-date'] ?? ''),
    isPresigned: false,
  };
}

/** S3 signs what the client says of the body, which may be a stream, and checks the body against it later. */
function readPayloadHash({ headers, query }: WireRequest, { isPresigned }: Signature): string {
  const said = headers['x-amz-content-sha256'] ?? query.get('X-Amz-Content-Sha256');
  return String(said ?? (isPresigned ? 'UNSIGNED-PAYLOAD' : ''));
}

/** As all services but S3 have it: the path as sent, encoded once more, without empty and dot segments. */
function normalizePath(path: string): string {
  const segments: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') segments.pop();
    else if (segment !== '' && segment !== '.') segments.push(encode(segment));
  }
  return `/${segments.join('/')}${segments.length > 0 && path.endsWith('/') ? '/' : ''}`;
}

function canonicalizeQuery(query: URLSearchParams): string {
  if (query.size === 0) return '';
  const pairs: [string, string][] = [];
  for (const [name, value] of query) if (name !== 'X-Amz-Signature') pairs.push([encode(name), encode(value)]);
  const compare = (one: string, other: string) => (one < other ? -1 : one > other ? 1 : 0);
  pairs.sort(([name, value], [otherName, otherValue]) => compare(name, otherName) || compare(value, otherValue));
  return pairs.map(([name, value]) => `${name}=${value}`).join('&');
}

function readHeader({ headers }: WireRequest, name: string): string {
  const value = headers[name];
  return (Array.isArray(value) ? value.join(',') : (value ?? '')).trim().replace(/\s+/g, ' ');
}

/** Percent-encoding by RFC 3986. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function sha256(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}

function deriveSigningKey(secret: string, scope: readonly string[]): Buffer {
  const name = `${secret}\n${scope.join('/')}`;
  const known = signingKeys.get(name);
  if (known) return known;
  let key = Buffer.from(`AWS4${secret}`);
  for (const part of scope) key = createHmac('sha256', key).update(part).digest();
  if (signingKeys.size >= REMEMBERED_KEYS) signingKeys.clear();
  signingKeys.set(name, key);
  return key;
}

/** Services whose protocol is REST-XML or Query have one name for it, all others another. */
const XML_SERVICES: ReadonlySet<string> = new Set(['s3', 'sts', 'sns', 'iam', 'cloudformation', 'monitoring']);
/** Of the others, those that answer 403 rather than 400. */
const REST_SERVICES: ReadonlySet<string> = new Set(['lambda', 'eks', 'scheduler', 'apigateway']);

function buildMismatch(signingName: string): AwsError {
  const code = XML_SERVICES.has(signingName) ? 'SignatureDoesNotMatch' : 'InvalidSignatureException';
  const status = XML_SERVICES.has(signingName) || REST_SERVICES.has(signingName) ? 403 : 400;
  const advice =
    signingName === 's3'
      ? 'Check your key and signing method.'
      : 'Check your AWS Secret Access Key and signing method. Consult the service documentation for details.';
  return new AwsError(
    code,
    `The request signature we calculated does not match the signature you provided. ${advice}`,
    { status },
  );
}
