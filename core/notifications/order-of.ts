// The order of a subject's states, as a text that sorts: the ledger compares it in one condition.

import { AppError } from '../app-error.ts';
import { formatTime } from '../clock.ts';

/** Rank, then time, then event: the same events in any order have the same last one. */
export function orderOf(rank: number, metadata: { readonly occurredAt: string; readonly eventId: string }): string {
  const occurredAt = Date.parse(metadata.occurredAt);
  if (Number.isNaN(occurredAt))
    throw new AppError('InvalidInputError', `metadata.occurredAt must be ISO 8601, got ${metadata.occurredAt}`);
  return `${String(rank).padStart(2, '0')}#${formatTime(occurredAt)}#${metadata.eventId}`;
}
