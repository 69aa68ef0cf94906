// How long a delivery waits before it is tried again.

const FIRST_MILLISECONDS = 1_000;
/** 185 attempts spread over 24 hours need about this much between them. */
const LONGEST_MILLISECONDS = 480_000;

/** Milliseconds after the `failures`-th failure: doubling from a second, with up to half of it taken off at random. */
export function computeRetryDelay(failures: number, random: () => number = Math.random): number {
  const delay = Math.min(FIRST_MILLISECONDS * 2 ** Math.min(failures - 1, 30), LONGEST_MILLISECONDS);
  return Math.round(delay * (1 - random() / 2));
}
