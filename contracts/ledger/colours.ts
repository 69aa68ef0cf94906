// Which colour of a service is live in an environment, what the other one holds, and how long it stays warm.
import * as z from 'zod/mini';
import { indexed, type LedgerKey } from './item.ts';

export const colourKeys = {
  colours: (environment: string, service: string): LedgerKey => ({ pk: `COLOURS#${environment}`, sk: service }),
};

export const colourKinds = { colours: 'colours' };

const colour = z.enum(['blue', 'green']);
const held = z.object({ digest: z.optional(z.string()), replicas: z.number() });

/** As the overlay said after our last commit; Git is the truth. */
export const coloursRecord = z.object({
  ...indexed,
  environment: z.string(),
  service: z.string(),
  active: colour,
  blue: held,
  green: held,
  promotionId: z.string(),
  recordedAt: z.string(),
  /** Until then the colour that is not live stays up: a rollback is one commit. Absent when it has been scaled down. */
  warmUntil: z.optional(z.string()),
  fencingToken: z.number(),
});
export type ColoursRecord = z.infer<typeof coloursRecord>;
