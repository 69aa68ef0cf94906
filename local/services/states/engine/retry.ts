// When a failed state is tried again.
import type { Retrier } from './definition/state-machine.ts';
import { matchesError } from './error-match.ts';
import type { StateFailure } from './state-failure.ts';

export interface RetryDecision {
  readonly delayMilliseconds: number;
  /** How often each retrier was used, this time included. */
  readonly retries: readonly number[];
}

/**
 * Decides by the first retrier that matches: each counts its own attempts, and one that is used up ends the retrying.
 * `random` gives numbers in [0, 1), for `JitterStrategy: FULL`.
 */
export function findRetry(
  retriers: readonly Retrier[],
  failure: StateFailure,
  retries: readonly number[],
  random: () => number,
): RetryDecision | undefined {
  const index = retriers.findIndex((retrier) => matchesError(retrier.errorEquals, failure));
  const retrier = retriers[index];
  if (!retrier) return undefined;
  const used = retries[index] ?? 0;
  if (used >= retrier.maxAttempts) return undefined;
  const backoff = retrier.intervalSeconds * retrier.backoffRate ** used;
  const delaySeconds = Math.min(backoff, retrier.maxDelaySeconds ?? Number.POSITIVE_INFINITY);
  return {
    delayMilliseconds: Math.round(delaySeconds * 1000 * (retrier.jitterStrategy === 'FULL' ? random() : 1)),
    retries: retriers.map((_, position) => (retries[position] ?? 0) + (position === index ? 1 : 0)),
  };
}
