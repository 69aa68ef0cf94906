// `automation events`: what happened, newest last; with --follow it goes on as things happen.
import colors from 'picocolors';
import { type EventRecord, eventRecord } from '../../contracts/ledger/events.ts';
import { ledgerKind } from '../../contracts/ledger.ts';
import type { Connection } from '../connection.ts';
import { createLedgerReader } from '../ledger-reader.ts';
import { printable } from '../output.ts';

export interface ListEventsOptions {
  readonly limit: number;
  /** ISO 8601: the day whose events are listed, and the one before. */
  readonly now: string;
}

const dayMilliseconds = 86_400_000;

/** The newest `limit` events of today and yesterday, oldest first. */
export async function listEvents(connection: Connection, { limit, now }: ListEventsOptions): Promise<EventRecord[]> {
  const ledger = createLedgerReader(connection);
  const yesterday = new Date(Date.parse(now) - dayMilliseconds).toISOString();
  const days = await Promise.all(
    [yesterday, now].map((day) => ledger.listByKind(ledgerKind.event(day), eventRecord, { limit, newestFirst: true })),
  );
  return days
    .flat()
    .sort((a, b) => a.sortKey.localeCompare(b.sortKey))
    .slice(-limit);
}

/** Yields events that have not been seen before, as they enter the index; ends when the signal is aborted. */
export async function* followEvents(
  connection: Connection,
  options: { readonly limit: number; readonly readNow: () => Promise<string>; readonly signal: AbortSignal },
): AsyncGenerator<EventRecord> {
  const seen = new Set<string>();
  while (!options.signal.aborted) {
    for (const event of await listEvents(connection, { limit: options.limit, now: await options.readNow() })) {
      if (seen.has(event.eventId)) continue;
      seen.add(event.eventId);
      yield event;
    }
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
}

export function renderEvent({ occurredAt, source, detailType, summary, actor, eventId }: EventRecord): string {
  return `${colors.dim(occurredAt)} ${source.padEnd(22)} ${colors.bold(detailType.padEnd(20))} ${printable(summary)} ${colors.dim(`by ${printable(actor)}  ${eventId}`)}`;
}
