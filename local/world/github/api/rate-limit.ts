// GitHub's hourly request budget per token, and the answers of a budget that is used up.
import type { HttpFault } from '../../fault-rules.ts';
import type { Actor } from '../authentication/find-actor.ts';
import { buildErrorBody } from './github-error.ts';

const WINDOW_MILLISECONDS = 3_600_000;
const ANONYMOUS_LIMIT = 60;

export interface Budget {
  readonly limit: number;
  readonly used: number;
  /** Milliseconds since the epoch. */
  readonly resetAt: number;
}

/** Counts requests in windows of an hour. https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api */
export class RateLimiter {
  readonly #limit: number;
  readonly #now: () => number;
  readonly #budgets = new Map<string, Budget>();

  constructor(limit: number, now: () => number) {
    this.#limit = limit;
    this.#now = now;
  }

  /** The budget of a caller as it stands. */
  get(actor: Actor): Budget {
    const known = this.#budgets.get(keyOf(actor));
    if (known && known.resetAt > this.#now()) return known;
    const limit = actor.kind === 'anonymous' ? Math.min(ANONYMOUS_LIMIT, this.#limit) : this.#limit;
    return { limit, used: 0, resetAt: this.#now() + WINDOW_MILLISECONDS };
  }

  /** Takes one request off the budget; false when none is left. */
  spend(actor: Actor): boolean {
    const budget = this.get(actor);
    if (budget.used >= budget.limit) return false;
    this.#budgets.set(keyOf(actor), { ...budget, used: budget.used + 1 });
    return true;
  }

  /** Gives one request back: an answer of 304 costs nothing. */
  refund(actor: Actor): void {
    const budget = this.get(actor);
    if (budget.used > 0) this.#budgets.set(keyOf(actor), { ...budget, used: budget.used - 1 });
  }
}

function keyOf(actor: Actor): string {
  return actor.kind === 'token' ? actor.token : actor.kind;
}

/** The headers by which every answer tells the budget. */
export function buildRateLimitHeaders(budget: Budget): Record<string, string> {
  return {
    'x-ratelimit-limit': String(budget.limit),
    'x-ratelimit-remaining': String(budget.limit - budget.used),
    'x-ratelimit-reset': String(Math.ceil(budget.resetAt / 1000)),
    'x-ratelimit-used': String(budget.used),
    'x-ratelimit-resource': 'core',
  };
}

/** A fault: the answer of a used-up hourly budget that is renewed at `resetAt` (milliseconds since the epoch). */
export function buildPrimaryRateLimit(resetAt: number): Pick<HttpFault, 'status' | 'headers' | 'body'> {
  return {
    status: 403,
    headers: buildRateLimitHeaders({ limit: 5000, used: 5000, resetAt }),
    body: buildErrorBody(
      403,
      'API rate limit exceeded for installation. If you reach out to GitHub Support for help, please include the request ID.',
      'overview/rate-limits-for-the-rest-api',
    ),
  };
}

/** A fault: the answer to too many requests at once; GitHub gives it as 403 or 429. */
export function buildSecondaryRateLimit(
  retryAfterSeconds: number,
  status: 403 | 429 = 403,
): Pick<HttpFault, 'status' | 'headers' | 'body'> {
  return {
    status,
    headers: { 'retry-after': String(retryAfterSeconds) },
    body: buildErrorBody(
      status,
      'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.',
      'overview/rate-limits-for-the-rest-api#about-secondary-rate-limits',
    ),
  };
}
