// What a logical backup says of itself: written last, so that a backup without one is none.
import * as z from 'zod/mini';

export const manifestName = 'manifest.json';
export const dumpName = 'dump.zst';

export const tableCountSchema = z.object({
  /** With its schema, quoted where needed. */
  name: z.string(),
  rows: z.number(),
});
export type TableCount = z.infer<typeof tableCountSchema>;

/** What can be counted and compared of a database; of a manifest: as seen by the very snapshot that was dumped. */
export const databaseFactsSchema = z.object({
  /** As the server says it: `15.14`. */
  serverVersion: z.string(),
  serverVersionNumber: z.number(),
  /** Of the data on disk. */
  databaseBytes: z.number(),
  tables: z.array(tableCountSchema),
  /** Primary keys, foreign keys, unique and check constraints. */
  constraints: z.number(),
  indexes: z.number(),
  /** What the configured query answered. */
  schemaVersion: z.optional(z.string()),
  /** When the newest record was written, by the configured query. */
  newestRecordAt: z.optional(z.string()),
});
export type DatabaseFacts = z.infer<typeof databaseFactsSchema>;

export const manifestSchema = z.object({
  formatVersion: z.literal(1),
  backupId: z.string(),
  environment: z.string(),
  database: z.string(),
  ...databaseFactsSchema.shape,
  /** As pg_dump names itself. */
  tool: z.string(),
  dumpFormat: z.enum(['custom', 'plain']),
  compression: z.literal('zstd'),
  /** The write-ahead log's position when the snapshot was taken. */
  lsn: z.string(),
  snapshotAt: z.string(),
  startedAt: z.string(),
  finishedAt: z.string(),
  /** What pg_dump wrote, before compression. */
  dumpBytes: z.number(),
  object: z.object({
    key: z.string(),
    bytes: z.number(),
    /** Of the stored bytes, hexadecimal. */
    sha256: z.string(),
    /** What S3 computed over the parts and we compared. */
    checksum: z.string(),
  }),
});
export type Manifest = z.infer<typeof manifestSchema>;

/** What a Job of the agent leaves at `results/<job>.json`. */
export const agentResultSchema = z.object({
  outcome: z.enum(['succeeded', 'failed']),
  /** For a person; of a failure: why. */
  reason: z.string(),
  finishedAt: z.string(),
  /** Of a restore or a verification. */
  restoreSeconds: z.optional(z.number()),
  facts: z.optional(databaseFactsSchema),
  /** The database that was made beside the live one. */
  databaseName: z.optional(z.string()),
  /** Of a sweep after drills. */
  droppedDatabases: z.optional(z.array(z.string())),
});
export type AgentResult = z.infer<typeof agentResultSchema>;

export function agentResultKey(job: string): string {
  return `results/${job}.json`;
}
