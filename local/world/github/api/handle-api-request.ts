// The way of every REST request: who asks, may they, which operation, and GitHub's headers around the answer.
import { createHash, randomUUID } from 'node:crypto';
import type { HttpAnswer, HttpRequest } from '../../http-server.ts';
import { createRouter } from '../../path-pattern.ts';
import { type Actor, getActor, holdsPermission, maySee } from '../authentication/find-actor.ts';
import type { GitHubWorld } from '../github-world.ts';
import type { Repository } from '../repositories.ts';
import { buildErrorBody, GitHubError, notFound } from './github-error.ts';
import { buildRateLimitHeaders, type RateLimiter } from './rate-limit.ts';
import { RequestBody } from './request-body.ts';
import type { ApiAnswer, Route } from './route.ts';

const API_VERSION = '2022-11-28';

/** Answers a request of the REST API by the routes; never throws. */
export function createApiHandler(
  world: GitHubWorld,
  routes: readonly Route[],
  rateLimiter: RateLimiter,
): (request: HttpRequest) => Promise<HttpAnswer> {
  const findRoute = createRouter(routes);

  async function answer(request: HttpRequest, actor: Actor): Promise<HttpAnswer> {
    // GitHub Enterprise Server has the same API below this path.
    const path = request.path.replace(/^\/api\/v3(?=\/)/, '');
    const method = request.method === 'HEAD' ? 'GET' : request.method;
    const found = findRoute(method, path.replace(/(?<=.)\/$/, ''));
    try {
      if (!found) throw notFound();
      const { route, parameters } = found;
      const repository = await findVisibleRepository(world, actor, parameters);
      checkAccess(route, actor, repository);
      const result = await route.handle({
        world,
        actor,
        url: world.url(),
        path: request.path,
        parameters,
        query: request.query,
        accept: String(request.headers.accept ?? ''),
        body: method === 'GET' ? new RequestBody({}) : RequestBody.parse(request.body),
        get repository() {
          if (!repository) throw new Error(`${route.path} names no repository`);
          return repository;
        },
      });
      if (method !== 'GET') await world.flush();
      return withEntityTag(request, toHttpAnswer(result));
    } catch (error) {
      return describeError(error, found?.route.documentation ?? '');
    }
  }

  return async (request) => {
    let actor: Actor = { kind: 'anonymous' };
    const refusal = findRefusal(request);
    if (refusal) return withCommonHeaders(refusal);
    try {
      actor = getActor(world, request);
    } catch (error) {
      return withCommonHeaders(describeError(error, ''));
    }
    const isFree = request.path === '/rate_limit';
    if (!isFree && !rateLimiter.spend(actor)) {
      const message = `API rate limit exceeded for ${actor.kind === 'token' ? actor.login : '127.0.0.1'}.`;
      const body = buildErrorBody(403, message, 'overview/rate-limits-for-the-rest-api');
      return withCommonHeaders(toHttpAnswer({ status: 403, body }), rateLimiter, actor);
    }
    const result = await answer(request, actor);
    if (result.status === 304) rateLimiter.refund(actor);
    return withCommonHeaders(result, rateLimiter, actor);
  };
}

/** What GitHub refuses before it looks at the caller. */
function findRefusal(request: HttpRequest): HttpAnswer | undefined {
  if (!request.headers['user-agent']) {
    const body = 'Request forbidden by administrative rules. Please make sure your request has a User-Agent header.';
    return { status: 403, headers: { 'content-type': 'text/html' }, body };
  }
  const version = request.headers['x-github-api-version'];
  if (version !== undefined && version !== API_VERSION) {
    const body = buildErrorBody(
      400,
      `${String(version)} is not a supported version.`,
      'about-the-rest-api/api-versions',
    );
    return toHttpAnswer({ status: 400, body });
  }
  return undefined;
}

async function findVisibleRepository(
  world: GitHubWorld,
  actor: Actor,
  { owner, repo }: Readonly<Record<string, string>>,
): Promise<Repository | undefined> {
  if (owner === undefined || repo === undefined) return undefined;
  const repository = await world.repositories.find(`${owner}/${repo}`);
  if (!repository || !maySee(actor, repository.record)) throw notFound();
  return repository;
}

function checkAccess(route: Route, actor: Actor, repository: Repository | undefined): void {
  if (route.access === 'any') return;
  if (route.access === 'app') {
    if (actor.kind === 'app') return;
    throw new GitHubError(401, 'A JSON web token could not be decoded');
  }
  if (holdsPermission(actor, repository?.record.name, route.access)) return;
  if (actor.kind === 'anonymous') throw new GitHubError(401, 'Requires authentication');
  throw new GitHubError(403, 'Resource not accessible by integration');
}

function toHttpAnswer({ status, body, headers }: ApiAnswer): HttpAnswer {
  if (body === undefined) return { status, ...(headers && { headers }) };
  if (body instanceof Uint8Array) return { status, headers: headers ?? {}, body };
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    body: JSON.stringify(body),
  };
}

/** https://docs.github.com/rest/using-the-rest-api/best-practices-for-using-the-rest-api#use-conditional-requests-if-appropriate */
function withEntityTag(request: HttpRequest, answer: HttpAnswer): HttpAnswer {
  if (answer.status !== 200 || (request.method !== 'GET' && request.method !== 'HEAD')) return answer;
  const tag = `W/"${createHash('sha256')
    .update(answer.body ?? '')
    .digest('hex')}"`;
  const headers = { ...answer.headers, etag: tag, 'cache-control': 'private, max-age=60, s-maxage=60' };
  const strong = tag.slice(2);
  const isKnown = String(request.headers['if-none-match'] ?? '')
    .split(',')
    .some((known) => known.trim().replace(/^W\//, '') === strong);
  return isKnown ? { status: 304, headers } : { ...answer, headers };
}

function withCommonHeaders(answer: HttpAnswer, rateLimiter?: RateLimiter, actor?: Actor): HttpAnswer {
  return {
    ...answer,
    headers: {
      server: 'github.com',
      'x-github-media-type': 'github.v3; format=json',
      'x-github-api-version-selected': API_VERSION,
      'x-github-request-id': randomUUID().toUpperCase(),
      ...(rateLimiter && actor && buildRateLimitHeaders(rateLimiter.get(actor))),
      ...answer.headers,
    },
  };
}

function describeError(error: unknown, documentation: string): HttpAnswer {
  if (error instanceof GitHubError) {
    const body = buildErrorBody(error.status, error.message, documentation, error.errors);
    return toHttpAnswer({ status: error.status, body });
  }
  const message = `Server Error: ${error instanceof Error ? error.message : String(error)}`;
  return toHttpAnswer({ status: 500, body: buildErrorBody(500, message, documentation) });
}
