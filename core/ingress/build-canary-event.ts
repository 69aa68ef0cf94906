// From Flagger's event webhook to an event on the bus; chatter about its own hooks stays with it.
import { createHash } from 'node:crypto';
import { type CanaryDetail, canaryEventType, flaggerSource } from '../../contracts/events/cluster.ts';
import type { BusEvent } from './build-github-event.ts';
import type { FlaggerWebhook } from './flagger-webhook.ts';

const maximumMessageLength = 500;

/** Undefined for what says nothing about the release: that a hook was asked, which we know, since it is ours. */
export function buildCanaryEvent(
  { canary, checksum, metadata, environment, service }: FlaggerWebhook,
  receivedAt: string,
): { readonly eventId: string; readonly event: BusEvent } | undefined {
  const message = (metadata.eventMessage ?? '').slice(0, maximumMessageLength);
  if (message === '' || isChatter(message)) return undefined;
  const digest = createHash('sha256').update(message).digest('hex').slice(0, 16);
  const { name, namespace } = canary;
  const eventId = `flagger-${namespace}-${name}-${metadata.timestamp ?? receivedAt}-${digest}`;
  const detail: CanaryDetail = {
    metadata: {
      eventId,
      correlationId: `canary-${namespace}-${name}-${checksum ?? 'none'}`,
      occurredAt: receivedAt,
      actor: flaggerSource,
    },
    canary,
    environment,
    service,
    type: metadata.eventType === 'Warning' ? 'Warning' : 'Normal',
    reason: message,
  };
  return { eventId, event: { source: flaggerSource, detailType: canaryEventType, detail } };
}

function isChatter(message: string): boolean {
  return /not signaling a rollback$|^(Confirm|Pre|Post)-\S+ check .* passed$|skipping canary run/.test(message);
}
