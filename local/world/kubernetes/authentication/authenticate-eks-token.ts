// EKS tokens: a presigned STS GetCallerIdentity URL, which the cluster calls to learn who signed it.
// https://docs.aws.amazon.com/eks/latest/userguide/cluster-auth.html
// https://github.com/kubernetes-sigs/aws-iam-authenticator#api-authorization-from-outside-a-cluster
import type { Authenticate, User } from './user.ts';

/** Maps an IAM principal's ARN (`arn:aws:iam::<account>:role/<path/name>` or a user's) to what its access entry says. */
export type FindAccessEntry = (principalArn: string) => Promise<User | undefined> | User | undefined;

export interface EksAuthenticatorOptions {
  readonly clusterName: string;
  /** Endpoints beside the real `sts.*.amazonaws.com` that may be called, e.g. `http://127.0.0.1:4566`. */
  readonly allowedEndpoints: readonly string[];
  readonly findAccessEntry: FindAccessEntry;
  /** Virtual time in milliseconds: tokens expire by it. */
  readonly now: () => number;
}

const prefix = 'k8s-aws-v1.';
/** However long the URL itself would be valid, a token is accepted for 15 minutes after it was signed. */
const maximumAgeSeconds = 15 * 60;
const clockSkewSeconds = 300;
const allowedParameters = new Set([
  'action',
  'version',
  'x-amz-algorithm',
  'x-amz-credential',
  'x-amz-date',
  'x-amz-expires',
  'x-amz-security-token',
  'x-amz-signature',
  'x-amz-signedheaders',
  'x-amz-user-agent',
]);

/** Answers undefined for every token that is not acceptable; throws when STS could not be asked. */
export function createEksAuthenticator(options: EksAuthenticatorOptions): Authenticate {
  return async (token) => {
    const url = findPresignedUrl(token);
    if (!url || !isAllowedEndpoint(url, options.allowedEndpoints) || !isAcceptable(url, options.now()))
      return undefined;
    const response = await fetch(url, {
      headers: { 'x-k8s-aws-id': options.clusterName, accept: 'application/json' },
      redirect: 'error',
      signal: AbortSignal.timeout(10_000),
    });
    const body = await response.text();
    if (response.status >= 500) throw new Error(`sts answered ${response.status} to GetCallerIdentity`);
    if (!response.ok) return undefined;
    const arn = findCallerArn(body);
    return arn ? options.findAccessEntry(toPrincipalArn(arn)) : undefined;
  };
}

function findPresignedUrl(token: string): URL | undefined {
  if (!token.startsWith(prefix)) return undefined;
  const text = Buffer.from(token.slice(prefix.length), 'base64url').toString();
  return URL.canParse(text) ? new URL(text) : undefined;
}

function isAllowedEndpoint(url: URL, allowedEndpoints: readonly string[]): boolean {
  if (url.pathname !== '/' || url.username !== '' || url.password !== '' || url.hash !== '') return false;
  if (allowedEndpoints.some((endpoint) => new URL(endpoint).origin === url.origin)) return true;
  return (
    url.protocol === 'https:' &&
    url.port === '' &&
    /^sts(\.[a-z]{2}(-[a-z]+)+-\d)?\.amazonaws\.com(\.cn)?$/.test(url.hostname)
  );
}

/** Whether it is a GetCallerIdentity, nothing else, with the cluster's name signed, and still fresh. */
function isAcceptable(url: URL, nowMilliseconds: number): boolean {
  const parameters = new Map<string, string>();
  for (const [name, value] of url.searchParams) {
    const key = name.toLowerCase();
    if (parameters.has(key) || !allowedParameters.has(key)) return false;
    parameters.set(key, value);
  }
  const signed = (parameters.get('x-amz-signedheaders') ?? '').toLowerCase().split(';');
  if (parameters.get('action') !== 'GetCallerIdentity' || !signed.includes('x-k8s-aws-id')) return false;
  const expiresSeconds = Number(parameters.get('x-amz-expires') ?? 60);
  const signedAt = parseAmzDate(parameters.get('x-amz-date') ?? '');
  if (signedAt === undefined || !(expiresSeconds >= 0 && expiresSeconds <= maximumAgeSeconds)) return false;
  const ageSeconds = (nowMilliseconds - signedAt) / 1000;
  return ageSeconds >= -clockSkewSeconds && ageSeconds <= maximumAgeSeconds;
}

function parseAmzDate(text: string): number | undefined {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (!parts) return undefined;
  const [, year, month, day, hour, minute, second] = parts.map(Number);
  return Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second);
}

function findCallerArn(body: string): string | undefined {
  return /<Arn>([^<]+)<\/Arn>/.exec(body)?.[1] ?? /"Arn"\s*:\s*"([^"]+)"/.exec(body)?.[1];
}

/** The role behind an assumed-role session; other ARNs stay as they are. */
function toPrincipalArn(arn: string): string {
  const session = /^arn:(aws[\w-]*):sts::(\d{12}):assumed-role\/(.+)\/[^/]+$/.exec(arn);
  return session ? `arn:${session[1]}:iam::${session[2]}:role/${session[3]}` : arn;
}
