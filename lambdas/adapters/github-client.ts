// Talks to GitHub's REST API: authentication, time limits, bounded retries, and renewal of refused credentials.
import { createAppAuth } from '@octokit/auth-app';
import { Octokit } from '@octokit/core';
import { AppError } from '../../core/app-error.ts';
import type { Clock } from '../../core/clock.ts';
import type { AddressReader } from './address-reader.ts';
import type { GitHubSecret, SecretReader } from './secret-reader.ts';

export interface GitHubAnswer {
  readonly status: number;
  readonly data: unknown;
  readonly headers: Readonly<Record<string, string | number | undefined>>;
}

/** Calls a route such as `GET /repos/{owner}/{repo}/git/ref/{ref}`; answers with a status below 500 that is not a call for patience. */
export type GitHubClient = (route: string, parameters?: Readonly<Record<string, unknown>>) => Promise<GitHubAnswer>;

const timeoutMilliseconds = 8_000;
const maximumTries = 3;
/** A limit that lasts longer is left to the workflow's retries. */
const maximumPatienceSeconds = 5;

/**
 * A call that may have had an effect is repeated only when it is safe to: reads, and the creation of Git objects, whose names
 * are digests of their content. `as: 'app'` authenticates as the App itself, which owns its deliveries.
 * @throws AppError `UpstreamUnavailableError`, `TimedOutError`, `ThrottledError`, `AccessRefusedError`.
 */
export function createGitHubClient(
  address: AddressReader,
  secret: SecretReader<GitHubSecret>,
  clock: Clock,
  as: 'installation' | 'app' = 'installation',
): GitHubClient {
  let octokit: Octokit | undefined;
  return async (route, parameters = {}) => {
    const isRepeatable = route.startsWith('GET ') || /^POST \S+\/git\/(blobs|trees|commits)$/.test(route);
    let isRenewed = false;
    for (let attempt = 1; ; attempt += 1) {
      octokit ??= await createOctokit(await address('github-api-url'), await secret.read(), as);
      const answer = await call(octokit, route, parameters);
      if (answer instanceof AppError) {
        if (!isRepeatable || attempt >= maximumTries) throw answer;
        await clock.sleep(200 * 2 ** attempt * (0.5 + Math.random() / 2));
      } else if (answer.status === 401 && !isRenewed) {
        isRenewed = true;
        octokit = await createOctokit(await address('github-api-url'), await secret.read({ refresh: true }), as);
      } else {
        const patience = findPatienceSeconds(answer, clock);
        if (patience === undefined) return refuseUnauthorized(route, answer);
        if (attempt >= maximumTries || patience > maximumPatienceSeconds) {
          throw new AppError('ThrottledError', `GitHub asks to wait ${patience} s before ${route}`);
        }
        await clock.sleep(patience * 1000);
      }
    }
  };
}

async function createOctokit(baseUrl: string, secret: GitHubSecret, as: 'installation' | 'app'): Promise<Octokit> {
  if ('token' in secret) return new Octokit({ baseUrl, auth: secret.token });
  const { appId, privateKey, installationId } = secret;
  const auth = {
    appId: String(appId),
    privateKey,
    ...(as === 'app' ? {} : { installationId: Number(installationId) }),
  };
  return new Octokit({ baseUrl, authStrategy: createAppAuth, auth });
}

async function call(
  octokit: Octokit,
  route: string,
  parameters: Readonly<Record<string, unknown>>,
): Promise<GitHubAnswer | AppError> {
  try {
    const { status, data, headers } = await octokit.request(route, {
      ...parameters,
      headers: { 'x-github-api-version': '2022-11-28' },
      request: { signal: AbortSignal.timeout(timeoutMilliseconds) },
    });
    return { status, data, headers };
  } catch (error) {
    return answerOf(route, error);
  }
}

/** Octokit throws for every status from 400: those below 500 are answers. */
function answerOf(route: string, error: unknown): GitHubAnswer | AppError {
  if (!(error instanceof Error)) throw error;
  const { response, status } = error as { response?: GitHubAnswer; status?: number };
  if (response !== undefined && status !== undefined && status < 500) {
    return { status, data: response.data, headers: response.headers };
  }
  if (response !== undefined) {
    return new AppError('UpstreamUnavailableError', `GitHub answered ${status} to ${route}`, { cause: error });
  }
  const isTimeout = error.message.includes('timeout') || error.name === 'TimeoutError';
  return isTimeout
    ? new AppError('TimedOutError', `GitHub did not answer ${route} within ${timeoutMilliseconds / 1000} s`, {
        cause: error,
      })
    : new AppError('UpstreamUnavailableError', `GitHub cannot be reached for ${route}: ${error.message}`, {
        cause: error,
      });
}

/** @see https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit */
function findPatienceSeconds({ status, headers }: GitHubAnswer, clock: Clock): number | undefined {
  if (status !== 403 && status !== 429) return undefined;
  const retryAfter = Number(headers['retry-after']);
  if (Number.isFinite(retryAfter)) return Math.max(1, retryAfter);
  if (String(headers['x-ratelimit-remaining']) !== '0') return status === 429 ? 60 : undefined;
  return Math.max(1, Math.ceil(Number(headers['x-ratelimit-reset']) - clock.now() / 1000));
}

function refuseUnauthorized(route: string, answer: GitHubAnswer): GitHubAnswer {
  if (answer.status !== 401 && answer.status !== 403) return answer;
  throw new AppError(
    'AccessRefusedError',
    `GitHub refuses ${route} (${answer.status}): check the secret and the App's permissions`,
  );
}

/** What GitHub says is wrong, for an error text. */
export function describeAnswer({ status, data }: GitHubAnswer): string {
  const message = typeof data === 'object' && data !== null && 'message' in data ? String(data.message) : 'no message';
  return `${status} ${message}`;
}
