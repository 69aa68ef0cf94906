// Step 2 of the GitHub ingress: one delivery, and one signed body, have an effect once.
import { AppError } from '../app-error.ts';
import type { Clock } from '../clock.ts';

/** Claims are single conditional writes; of any number of callers at once exactly one hears `taken`. */
export interface ClaimStore {
  /** Ties a delivery id to a body for good. `conflict`: it came with another body before. */
  bindDelivery(deliveryId: string, bodySha256: string): Promise<'bound' | 'conflict'>;
  /** `taken`: ours until the lease runs out. `done`: published before. `in-progress`: another one is at it. */
  takeBody(bodySha256: string, deliveryId: string, holder: string): Promise<'taken' | 'done' | 'in-progress'>;
  /** The event is durable: nobody needs to do it again. */
  completeBody(bodySha256: string, holder: string): Promise<void>;
  /** We failed: the next one may try at once. */
  releaseBody(bodySha256: string, holder: string): Promise<void>;
}

/**
 * GitHub gives up after 10 s. Whoever comes while another one is at work waits for the outcome this long, because an
 * answer of 202 before the event is durable would be a lie.
 */
const maximumWaitMilliseconds = 6_000;

/**
 * Claims a signed body for `holder`. GitHub signs the body only, so the body is what is claimed: under a fresh delivery id
 * a captured body finds itself done.
 * @throws AppError `ConflictError` when the delivery id came with another body; `TimedOutError` when another holder does not end.
 */
export async function claimDelivery(
  claims: ClaimStore,
  clock: Clock,
  delivery: { readonly id: string; readonly bodySha256: string },
  holder: string,
): Promise<'taken' | 'done'> {
  if ((await claims.bindDelivery(delivery.id, delivery.bodySha256)) === 'conflict') {
    throw new AppError('ConflictError', `delivery ${delivery.id} came with another body before: nothing was done`);
  }
  const deadline = clock.now() + maximumWaitMilliseconds;
  for (let pauseMilliseconds = 25; ; pauseMilliseconds = Math.min(pauseMilliseconds * 2, 400)) {
    const answer = await claims.takeBody(delivery.bodySha256, delivery.id, holder);
    if (answer !== 'in-progress') return answer;
    if (clock.now() + pauseMilliseconds > deadline) {
      throw new AppError('TimedOutError', `delivery ${delivery.id} is being handled elsewhere: send it again later`);
    }
    await clock.sleep(pauseMilliseconds);
  }
}
