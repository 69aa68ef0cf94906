// Publishes many events of one sender, each once, in few calls: a storm arrives as one notification of thousands.
import type { ClaimAnswer } from './await-claim.ts';
import type { BusEvent } from './build-github-event.ts';
import { type EventClaims, type PublishingPorts, publishOnce } from './publish-once.ts';
import type { EventPublisher } from './receive-delivery.ts';

export interface IdentifiedEvent {
  readonly eventId: string;
  readonly event: BusEvent;
}

/** Claims by the hundred. */
export interface BatchClaims extends EventClaims {
  /** At most `maximumBatch` different ids; the answers in their order. */
  takeAll(eventIds: readonly string[], holder: string): Promise<readonly ClaimAnswer[]>;
  completeAll(eventIds: readonly string[], holder: string): Promise<void>;
}

export interface BatchPublisher extends EventPublisher {
  /** Publishes each or says why not, in their order: one that fails keeps no other back. */
  publishAll(events: readonly BusEvent[]): Promise<readonly (Error | undefined)[]>;
}

export interface BatchPublishingPorts extends PublishingPorts {
  readonly claims: BatchClaims;
  readonly publisher: BatchPublisher;
}

/** What one transaction of the ledger takes. */
export const maximumBatch = 100;
/** So many batches are on their way at once. */
const concurrency = 4;

/**
 * Returns how many of the events, whose ids differ, are new; when it returns, the bus has all of them.
 * @throws the first failure, after everything else was published: what is sent again brings the rest.
 */
export async function publishAllOnce(
  ports: BatchPublishingPorts,
  events: readonly IdentifiedEvent[],
  holder: string,
): Promise<number> {
  const batches = Array.from({ length: Math.ceil(events.length / maximumBatch) }, (_, index) =>
    events.slice(index * maximumBatch, (index + 1) * maximumBatch),
  );
  const outcomes: { published: number; failure?: unknown }[] = [];
  const work = async (): Promise<void> => {
    for (let batch = batches.shift(); batch !== undefined; batch = batches.shift()) {
      outcomes.push(await publishBatch(ports, batch, holder));
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  const failed = outcomes.find(({ failure }) => failure !== undefined);
  if (failed !== undefined) throw failed.failure;
  return outcomes.reduce((sum, { published }) => sum + published, 0);
}

async function publishBatch(
  ports: BatchPublishingPorts,
  batch: readonly IdentifiedEvent[],
  holder: string,
): Promise<{ published: number; failure?: unknown }> {
  const { claims, publisher } = ports;
  try {
    const answers = await claims.takeAll(
      batch.map(({ eventId }) => eventId),
      holder,
    );
    const ours = batch.filter((_, index) => answers[index] === 'taken');
    const failures = await publisher.publishAll(ours.map(({ event }) => event));
    const isPublished = ours.filter((_, index) => failures[index] === undefined);
    const isNot = ours.filter((_, index) => failures[index] !== undefined);
    // The first error is the one to report; a claim that could not be given back runs out by itself.
    await Promise.all(isNot.map(({ eventId }) => claims.release(eventId, holder).catch(() => undefined)));
    await claims.completeAll(
      isPublished.map(({ eventId }) => eventId),
      holder,
    );
    // What another one is at is waited for: an answer before it is durable would be a lie.
    const elsewhere = batch.filter((_, index) => answers[index] === 'in-progress');
    const late = await Promise.all(
      elsewhere.map(async ({ eventId, event }) => await publishOnce(ports, eventId, event, holder)),
    );
    const published = isPublished.length + late.filter((isNew) => isNew).length;
    return { published, failure: failures.find((failure) => failure !== undefined) };
  } catch (failure) {
    return { published: 0, failure };
  }
}
