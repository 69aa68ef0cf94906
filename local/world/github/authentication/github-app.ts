// The GitHub App that the automation acts as: its identity, its key and its one installation.
import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import type { Store } from '../../../storage/store.ts';
import { stableId } from '../shapes/stable-id.ts';

export interface GitHubApp {
  readonly id: number;
  readonly clientId: string;
  readonly slug: string;
  readonly owner: string;
  readonly installationId: number;
  /** PEM, PKCS#1 as GitHub hands it out. */
  readonly privateKey: string;
  readonly permissions: Readonly<Record<string, string>>;
  readonly createdAt: number;
}

/** What an app of this kind is granted unless said otherwise. */
const DEFAULT_PERMISSIONS = {
  actions: 'write',
  checks: 'write',
  contents: 'write',
  deployments: 'write',
  environments: 'write',
  issues: 'write',
  metadata: 'read',
  repository_hooks: 'write',
  statuses: 'write',
};

/** GitHub's limit on the life of an app's token. */
const MAXIMUM_LIFE_SECONDS = 600;
const CLOCK_SKEW_SECONDS = 60;

/** The app of that slug; its key is made at the first start and kept, as GitHub makes it when an app is registered. */
export function openGitHubApp(
  store: Store,
  options: {
    readonly slug: string;
    readonly owner: string;
    readonly now: number;
    readonly permissions?: Readonly<Record<string, string>>;
  },
): GitHubApp {
  const apps = store.table<GitHubApp>('github/apps');
  const known = apps.get(options.slug);
  const permissions = { ...(options.permissions ?? DEFAULT_PERMISSIONS), metadata: 'read' };
  const id = stableId(`app ${options.slug}`);
  const app: GitHubApp = known
    ? { ...known, permissions }
    : {
        id,
        clientId: `Iv23li${id.toString(36).padStart(14, '0')}`,
        slug: options.slug,
        owner: options.owner,
        installationId: stableId(`installation ${options.slug}`),
        privateKey: generateKeyPairSync('rsa', { modulusLength: 2048 })
          .privateKey.export({ type: 'pkcs1', format: 'pem' })
          .toString(),
        permissions,
        createdAt: options.now,
      };
  apps.put(options.slug, app);
  return app;
}

/** Whether a bearer token has the form of a JSON Web Token rather than of one of GitHub's own tokens. */
export function looksLikeJwt(token: string): boolean {
  return /^[\w-]+\.[\w-]+\.[\w-]*$/.test(token);
}

/**
 * What is wrong with an app's JSON Web Token, in GitHub's words; undefined when it is good.
 * https://docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-json-web-token-jwt-for-a-github-app
 */
export function findJwtProblem(app: GitHubApp, token: string, nowMilliseconds: number): string | undefined {
  const undecodable = 'A JSON web token could not be decoded';
  const [header = '', payload = '', signature = ''] = token.split('.');
  let algorithm: unknown;
  let claims: Record<string, unknown>;
  try {
    algorithm = JSON.parse(Buffer.from(header, 'base64url').toString()).alg;
    claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
  } catch {
    return undecodable;
  }
  const publicKey = createPublicKey(app.privateKey);
  const signed = Buffer.from(`${header}.${payload}`);
  const isSigned = algorithm === 'RS256' && verify('sha256', signed, publicKey, Buffer.from(signature, 'base64url'));
  if (!isSigned) return undecodable;
  const now = nowMilliseconds / 1000;
  const { iss, iat, exp } = claims;
  if (String(iss) !== String(app.id) && iss !== app.clientId) {
    return "'Issuer' claim ('iss') must be an Integer";
  }
  if (typeof exp !== 'number' || exp <= now) {
    return "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires";
  }
  if (exp > now + MAXIMUM_LIFE_SECONDS + CLOCK_SKEW_SECONDS) {
    return "'Expiration time' claim ('exp') is too far in the future";
  }
  if (typeof iat !== 'number' || iat > now + CLOCK_SKEW_SECONDS) {
    return "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued";
  }
  return undefined;
}
