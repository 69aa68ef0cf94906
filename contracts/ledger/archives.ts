// How far the archive of each database reaches: what was written later would be lost with its server.
import * as z from 'zod/mini';
import { indexed, type LedgerKey } from './item.ts';

export const archiveKeys = {
  archive: (environment: string, database: string): LedgerKey => ({ pk: `ARCHIVE#${environment}`, sk: database }),
};

export const archiveKinds = { archive: 'archive' };

export const archiveRecord = z.object({
  ...indexed,
  environment: z.string(),
  database: z.string(),
  measuredAt: z.string(),
  /** When the last part of the log arrived that a base backup leads to without a gap. Absent: nothing can be had back yet. */
  reachesTo: z.optional(z.string()),
  /** From there to the measurement. */
  lagSeconds: z.optional(z.number()),
  /** Absent: it may lie still, as the archive of a database does that nobody writes into. */
  allowedLagSeconds: z.optional(z.number()),
});
export type ArchiveRecord = z.infer<typeof archiveRecord>;
