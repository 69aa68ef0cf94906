// One operation of the REST API: its path, what a caller must hold, and what it does.
import type { Actor } from '../authentication/find-actor.ts';
import { getLogin } from '../authentication/find-actor.ts';
import type { GitHubWorld } from '../github-world.ts';
import type { Repository } from '../repositories.ts';
import type { RequestBody } from './request-body.ts';

export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  /** A permission of an installation (`contents:write`), `app` for the app's own token, `any` for everybody. */
  readonly access: `${string}:read` | `${string}:write` | 'app' | 'any';
  /** The page below docs.github.com/rest that errors point to. */
  readonly documentation: string;
  handle(call: ApiCall): Promise<ApiAnswer> | ApiAnswer;
}

export interface ApiAnswer {
  readonly status: number;
  /** JSON, or bytes that are sent as they are. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface ApiCall {
  readonly world: GitHubWorld;
  readonly actor: Actor;
  /** The root of all links: `http://127.0.0.1:<port>`. */
  readonly url: string;
  /** The request's path, for links between pages. */
  readonly path: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly accept: string;
  readonly body: RequestBody;
  /** The repository that the path names; only routes with `{owner}/{repo}` may ask. */
  readonly repository: Repository;
}

/** The login that the call acts as. */
export function getCaller(call: ApiCall): string {
  return getLogin(call.world, call.actor);
}

/** A parameter of the path, which the route's pattern names. */
export function getParameter(call: ApiCall, name: string): string {
  const value = call.parameters[name];
  if (value === undefined) throw new Error(`the route has no parameter {${name}}`);
  return value;
}
