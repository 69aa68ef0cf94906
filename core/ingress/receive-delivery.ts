// The GitHub ingress after verification: claim → parse → publish, and only then the answer.
import type { ClaimCheck } from '../../contracts/events/github.ts';
import type { Clock } from '../clock.ts';
import { type BusEvent, buildGitHubEvent, type Delivery } from './build-github-event.ts';
import { type ClaimStore, claimDelivery } from './claim-delivery.ts';
import { parsePayload } from './parse-payload.ts';

/** Publishes or throws: when it returns, the bus has the event. */
export interface EventPublisher {
  publish(event: BusEvent): Promise<void>;
}

/** Keeps what is too large for the bus. */
export interface ClaimCheckStore {
  store(key: string, content: Uint8Array, sha256: string): Promise<ClaimCheck>;
}

export interface IngressPorts {
  readonly claims: ClaimStore;
  readonly publisher: EventPublisher;
  readonly claimChecks: ClaimCheckStore;
  readonly clock: Clock;
}

/**
 * A workflow's input is limited to 256 KiB, whatever the bus itself takes: an event starts executions, so this is its limit.
 * The rest is for what EventBridge adds around the detail.
 */
const maximumDetailBytes = 240_000;

/**
 * Makes a verified delivery durable on the bus, once.
 * @returns `accepted`, or `duplicate` when this body was accepted before.
 * @throws AppError as `parsePayload` and `claimDelivery`; whatever the ports throw.
 */
export async function receiveDelivery(
  ports: IngressPorts,
  delivery: Delivery,
  body: Uint8Array,
  contentType: string | undefined,
  holder: string,
): Promise<'accepted' | 'duplicate'> {
  const payload = parsePayload(body, contentType);
  if ((await claimDelivery(ports.claims, ports.clock, delivery, holder)) === 'done') return 'duplicate';
  try {
    await ports.publisher.publish(await fitToBus(ports.claimChecks, delivery, payload, body));
  } catch (error) {
    await releaseQuietly(ports.claims, delivery, holder);
    throw error;
  }
  await ports.claims.completeBody(delivery.bodySha256, holder);
  return 'accepted';
}

async function fitToBus(
  claimChecks: ClaimCheckStore,
  delivery: Delivery,
  payload: Record<string, unknown>,
  body: Uint8Array,
): Promise<BusEvent> {
  const event = buildGitHubEvent(delivery, payload);
  // A body that is well below the limit cannot make a detail above it: escapes at most double a character's bytes.
  if (body.byteLength < maximumDetailBytes / 4) return event;
  if (Buffer.byteLength(JSON.stringify(event.detail)) <= maximumDetailBytes) return event;
  const key = `github/${delivery.event}/${delivery.bodySha256}`;
  return buildGitHubEvent(delivery, payload, await claimChecks.store(key, body, delivery.bodySha256));
}

/** The first error is the one to report; a claim that could not be given back runs out by itself. */
async function releaseQuietly(claims: ClaimStore, delivery: Delivery, holder: string): Promise<void> {
  await claims.releaseBody(delivery.bodySha256, holder).catch(() => undefined);
}
