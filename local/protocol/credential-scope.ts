// What a Signature Version 4 says about a request: who, when, for which region and service.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
import type { IncomingHttpHeaders } from 'node:http';

export interface CredentialScope {
  readonly accessKeyId: string;
  readonly region: string;
  readonly signingName: string;
  /** Of a presigned URL: the moment, in milliseconds since the epoch, from which on it is refused. */
  readonly expiresAt?: number;
}

const HEADER_CREDENTIAL = /Credential=([^,\s]+)/;
const BASIC_DATE = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;

/** From the Authorization header or a presigned URL; undefined for a request that is not signed. */
export function findCredentialScope(headers: IncomingHttpHeaders, query: URLSearchParams): CredentialScope | undefined {
  const { authorization } = headers;
  if (authorization?.startsWith('AWS4-')) return parseCredential(HEADER_CREDENTIAL.exec(authorization)?.[1]);
  const scope = parseCredential(query.get('X-Amz-Credential') ?? undefined);
  return scope && { ...scope, ...findExpiry(query, scope.signingName) };
}

/** S3's older way, which older clients still take for presigned URLs of some regions. */
export function isSignedByVersion2({ authorization }: IncomingHttpHeaders, query: URLSearchParams): boolean {
  return authorization?.startsWith('AWS ') === true || (query.has('AWSAccessKeyId') && query.has('Signature'));
}

/** The access key may contain slashes; the last four parts are date, region, service and `aws4_request`. */
function parseCredential(credential: string | undefined): CredentialScope | undefined {
  const parts = credential?.split('/') ?? [];
  if (parts.length < 5) return undefined;
  const [region = '', signingName = ''] = parts.slice(-3);
  return { accessKeyId: parts.slice(0, -4).join('/'), region, signingName };
}

/**
 * STS takes its URLs for 15 minutes whatever they say, which is what tokens of EKS live by.
 * https://github.com/kubernetes-sigs/aws-iam-authenticator/blob/master/pkg/token/token.go
 */
const STS_EXPIRES_SECONDS = 900;

function findExpiry(query: URLSearchParams, signingName: string): { expiresAt: number } | undefined {
  const date = BASIC_DATE.exec(query.get('X-Amz-Date') ?? '');
  const seconds = signingName === 'sts' ? STS_EXPIRES_SECONDS : Number(query.get('X-Amz-Expires') ?? Number.NaN);
  if (!date || Number.isNaN(seconds)) return undefined;
  const [year = 0, month = 1, day, hour, minute, second] = date.slice(1).map(Number);
  return { expiresAt: Date.UTC(year, month - 1, day, hour, minute, second) + seconds * 1000 };
}
