// Who makes a request: nobody, a person, the app, or its installation.
import { randomBytes } from 'node:crypto';
import type { HttpRequest } from '../../http-server.ts';
import { GitHubError } from '../api/github-error.ts';
import type { GitHubWorld } from '../github-world.ts';
import type { TokenRecord } from '../records.ts';
import { findJwtProblem, looksLikeJwt } from './github-app.ts';

export type Actor =
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'app' }
  | ({ readonly kind: 'token'; readonly token: string } & TokenRecord);

/** Throws 401 for credentials that are wrong or expired. Basic authentication carries the token as its password. */
export function getActor(world: GitHubWorld, request: Pick<HttpRequest, 'headers'>): Actor {
  const { authorization } = request.headers;
  if (authorization === undefined) return { kind: 'anonymous' };
  const [scheme = '', credentials = ''] = authorization.split(/ +/);
  const token = scheme.toLowerCase() === 'basic' ? readPassword(credentials) : credentials;
  if (looksLikeJwt(token)) {
    const problem = findJwtProblem(world.app, token, world.clock.now());
    if (problem !== undefined) throw new GitHubError(401, problem);
    return { kind: 'app' };
  }
  const record = world.records.tokens.get(token);
  const isExpired = record?.expiresAt !== undefined && record.expiresAt <= world.clock.now();
  if (!record || isExpired) throw new GitHubError(401, 'Bad credentials');
  return { kind: 'token', token, ...record };
}

/** The login that an action is credited to. Throws 401 for nobody. */
export function getLogin(world: GitHubWorld, actor: Actor): string {
  if (actor.kind === 'anonymous') throw new GitHubError(401, 'Requires authentication');
  return actor.kind === 'app' ? `${world.app.slug}[bot]` : actor.login;
}

/** Whether the actor may see the repository at all; GitHub answers 404 otherwise. */
export function maySee(actor: Actor, repository: { readonly name: string; readonly isPrivate: boolean }): boolean {
  if (!repository.isPrivate) return true;
  if (actor.kind !== 'token') return false;
  return actor.repositories?.includes(repository.name) ?? true;
}

/** What GitHub shows of a public repository to nobody in particular. */
const publicPermissions = ['metadata', 'contents', 'statuses', 'checks', 'deployments', 'issues', 'actions'];

/** Whether the actor holds a permission such as `contents:write` on a repository that it may see. */
export function holdsPermission(actor: Actor, repositoryName: string | undefined, permission: string): boolean {
  const [name = '', level] = permission.split(':');
  if (actor.kind === 'anonymous') return level === 'read' && publicPermissions.includes(name);
  if (actor.kind === 'app') return false;
  if (!actor.permissions) return true;
  const isReached = repositoryName === undefined || (actor.repositories?.includes(repositoryName) ?? true);
  const granted = actor.permissions[name];
  return isReached && (level === 'read' ? granted !== undefined : granted === 'write');
}

/** Issues a token; `ghp_…` for a person, `ghs_…` for an installation. */
export function issueToken(world: GitHubWorld, record: TokenRecord): string {
  const random = randomBytes(27).toString('base64').replace(/[+/]/g, 'x');
  const token = `${record.permissions ? 'ghs' : 'ghp'}_${random}`;
  world.records.tokens.put(token, record);
  return token;
}

function readPassword(credentials: string): string {
  const [user = '', password = ''] = Buffer.from(credentials, 'base64').toString().split(':');
  // `git` users often give the token as the user name.
  return password === '' || password === 'x-oauth-basic' ? user : password;
}
