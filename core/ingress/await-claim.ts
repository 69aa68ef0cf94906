// Waits for a claim that another one may be at work on.
import { AppError } from '../app-error.ts';
import type { Clock } from '../clock.ts';

/** `taken`: ours until the lease runs out. `done`: published before. `in-progress`: another one is at it. */
export type ClaimAnswer = 'taken' | 'done' | 'in-progress';

/**
 * Senders give up after 10 s. Whoever comes while another one is at work waits for the outcome this long, because an answer
 * of 202 before the event is durable would be a lie.
 */
const maximumWaitMilliseconds = 6_000;

/** @throws AppError `TimedOutError` when the other holder does not end. */
export async function awaitClaim(
  clock: Clock,
  what: string,
  take: () => Promise<ClaimAnswer>,
): Promise<'taken' | 'done'> {
  const deadline = clock.now() + maximumWaitMilliseconds;
  for (let pauseMilliseconds = 25; ; pauseMilliseconds = Math.min(pauseMilliseconds * 2, 400)) {
    const answer = await take();
    if (answer !== 'in-progress') return answer;
    if (clock.now() + pauseMilliseconds > deadline) {
      throw new AppError('TimedOutError', `${what} is being handled elsewhere: send it again later`);
    }
    await clock.sleep(pauseMilliseconds);
  }
}
