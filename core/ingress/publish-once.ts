// Publishes an event whose id is its identity: once, whoever sends it however often.
import type { Clock } from '../clock.ts';
import { awaitClaim, type ClaimAnswer } from './await-claim.ts';
import type { BusEvent } from './build-github-event.ts';
import type { EventPublisher } from './receive-delivery.ts';

/** Claims of events by their id; of any number of callers at once exactly one hears `taken`. */
export interface EventClaims {
  take(eventId: string, holder: string): Promise<ClaimAnswer>;
  /** The event is durable: nobody needs to do it again. */
  complete(eventId: string, holder: string): Promise<void>;
  /** We failed: the next one may try at once. */
  release(eventId: string, holder: string): Promise<void>;
}

export interface PublishingPorts {
  readonly claims: EventClaims;
  readonly publisher: EventPublisher;
  readonly clock: Clock;
}

/** Returns whether the event is new; when it returns, the bus has it. @throws whatever the ports throw. */
export async function publishOnce(
  { claims, publisher, clock }: PublishingPorts,
  eventId: string,
  event: BusEvent,
  holder: string,
): Promise<boolean> {
  const answer = await awaitClaim(clock, eventId, async () => await claims.take(eventId, holder));
  if (answer === 'done') return false;
  try {
    await publisher.publish(event);
  } catch (error) {
    // The first error is the one to report; a claim that could not be given back runs out by itself.
    await claims.release(eventId, holder).catch(() => undefined);
    throw error;
  }
  await claims.complete(eventId, holder);
  return true;
}
