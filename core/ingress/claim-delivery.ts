// Step 2 of the GitHub ingress: one delivery, and one signed body, have an effect once.
import { AppError } from '../app-error.ts';
import type { Clock } from '../clock.ts';
import { awaitClaim, type ClaimAnswer } from './await-claim.ts';

/** Claims are single conditional writes; of any number of callers at once exactly one hears `taken`. */
export interface ClaimStore {
  /** Ties a delivery id to a body for good. `conflict`: it came with another body before. */
  bindDelivery(deliveryId: string, bodySha256: string): Promise<'bound' | 'conflict'>;
  takeBody(bodySha256: string, deliveryId: string, holder: string): Promise<ClaimAnswer>;
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
  delivery: { readonly id: string; readonly bodySha256: string },
  holder: string,
): Promise<'taken' | 'done'> {
  if ((await claims.bindDelivery(delivery.id, delivery.bodySha256)) === 'conflict') {
    throw new AppError('ConflictError', `delivery ${delivery.id} came with another body before: nothing was done`);
  }
  return await awaitClaim(
    clock,
    `delivery ${delivery.id}`,
    async () => await claims.takeBody(delivery.bodySha256, delivery.id, holder),
  );
}
