// What the event index keeps of an event: who spoke, what happened, what caused it; not the payload.
import * as z from 'zod/mini';
import { metadataSchema } from '../../contracts/events/metadata.ts';
import type { EventRecord } from '../../contracts/ledger/events.ts';
import { ledgerKey, ledgerKind } from '../../contracts/ledger.ts';

/** An event as a bus target receives it. Events of others have no metadata of ours. */
export const busEventSchema = z.object({
  id: z.string(),
  source: z.string(),
  'detail-type': z.string(),
  time: z.string(),
  detail: z.record(z.string(), z.unknown()),
});
export type ReceivedEvent = z.infer<typeof busEventSchema>;

/** The index entry; it is forgotten `retentionDays` after the event occurred. */
export function buildEventRecord(event: ReceivedEvent, retentionDays: number): EventRecord {
  const parsed = metadataSchema.safeParse(event.detail.metadata);
  const metadata = parsed.success
    ? parsed.data
    : {
        eventId: event.id,
        correlationId: event.id,
        occurredAt: new Date(event.time).toISOString(),
        actor: event.source,
      };
  return {
    ...ledgerKey.event(metadata.eventId),
    kind: ledgerKind.event(metadata.occurredAt),
    sortKey: `${metadata.occurredAt}#${metadata.eventId}`,
    eventId: metadata.eventId,
    source: event.source,
    detailType: event['detail-type'],
    occurredAt: metadata.occurredAt,
    correlationId: metadata.correlationId,
    ...(metadata.causationId === undefined ? {} : { causationId: metadata.causationId }),
    actor: metadata.actor,
    summary: summarize(event.detail).slice(0, 300),
    expiresAt: Math.floor(new Date(metadata.occurredAt).getTime() / 1000) + retentionDays * 86_400,
  };
}

/** Of our own events the reason; of GitHub's the fields by which a person knows what it was about. */
function summarize(detail: Readonly<Record<string, unknown>>): string {
  if (typeof detail.reason === 'string') return detail.reason;
  const payload = asRecord(detail.payload);
  const run = asRecord(payload.workflow_run);
  const parts = [
    asRecord(payload.repository).full_name,
    payload.action,
    payload.ref,
    run.name,
    run.conclusion,
    asRecord(payload.release).tag_name,
    shorten(payload.after ?? run.head_sha),
  ];
  return parts.filter((part) => typeof part === 'string' && part.length > 0).join(' ');
}

function shorten(commit: unknown): unknown {
  return typeof commit === 'string' ? commit.slice(0, 7) : undefined;
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
