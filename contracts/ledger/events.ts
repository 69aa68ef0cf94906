// The index of everything that happened on the bus.
import * as z from 'zod/mini';
import { indexed, type LedgerKey } from './item.ts';

export const eventKeys = {
  event: (eventId: string): LedgerKey => ({ pk: `EVENT#${eventId}`, sk: 'EVENT' }),
};

export const eventKinds = {
  /** One partition a day, so that no partition grows without bound. */
  event: (occurredAt: string): string => `event#${occurredAt.slice(0, 10)}`,
};

/** One event of the bus, without its payload. */
export const eventRecord = z.object({
  ...indexed,
  eventId: z.string(),
  source: z.string(),
  detailType: z.string(),
  occurredAt: z.string(),
  correlationId: z.string(),
  causationId: z.optional(z.string()),
  actor: z.string(),
  /** What it is about, in a few words. */
  summary: z.string(),
  expiresAt: z.number(),
});
export type EventRecord = z.infer<typeof eventRecord>;
