// Step 2 of the GitHub ingress: one delivery, and one signed body, have an effect once.
import { AppError } from '../app-error.ts';
import type { Clock } from '../clock.ts';
import { awaitClaim, type ClaimAnswer } from './await-claim.ts';

/** What is claimed of a delivery. */
export interface ClaimedDelivery {
  readonly id: string;
  readonly bodySha256: string;
}

/** Claims are conditional writes; of any number of callers at once exactly one hears `taken`. */
export interface ClaimStore {
  /** Takes the body and ties the delivery id to it for good, both or none. `conflict`: the id came with another body before. */
  take(delivery: ClaimedDelivery, holder: string): Promise<ClaimAnswer | 'conflict'>;
  /** The event is durable: nobody needs to do it again. */
  completeBody(bodySha256: string, holder: string): Promise<void>;
  /** We failed: the next one may try at once. */
  releaseBody(bodySha256: string, holder: string): Promise<void>;
}

/**
 * Claims a signed body for `holder`. GitHub signs the body only, so the body is what is claimed: under a fresh delivery id
 * a captured body finds itself done.
 * @throws AppError `ConflictError` when the delivery id came with another body; `TimedOutError` when another holder does not end.
 */
export async function claimDelivery(
  claims: ClaimStore,
  clock: Clock,
  delivery: ClaimedDelivery,
  holder: string,
): Promise<'taken' | 'done'> {
  return await awaitClaim(clock, `delivery ${delivery.id}`, async () => {
    const answer = await claims.take(delivery, holder);
    if (answer !== 'conflict') return answer;
    throw new AppError('ConflictError', `delivery ${delivery.id} came with another body before: nothing was done`);
  });
}
