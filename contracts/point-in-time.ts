// Continuous archives of databases: where they lie, which times can be had back from them, and a recovery to one of these.
import * as z from 'zod/mini';

/** Below it lie the archives, each under the name of its server. In the layout of Barman Cloud. */
export const archivesPrefix = 'point-in-time/';

export function archivePrefixOf(server: string): string {
  return `${archivesPrefix}${server}/`;
}

/** A stretch of time in which every moment can be had back. Its ends are inside it. */
export const recoverableStretchSchema = z.object({
  earliest: z.string(),
  latest: z.string(),
  /** From how many base backups it can be reached. */
  baseBackups: z.number(),
});
export type RecoverableStretch = z.infer<typeof recoverableStretchSchema>;

export const recoveryWindowSchema = z.object({
  /** The server's name in the archive. */
  server: z.string(),
  /** Oldest first; more than one when the archive misses a part of the write-ahead log. None: nothing can be had back yet. */
  stretches: z.array(recoverableStretchSchema),
  /** When the archive took its last part. */
  archivedAt: z.optional(z.string()),
  /** Since then: what would be missing if the server were lost now is younger than that. */
  archiveLagSeconds: z.optional(z.number()),
  /** What is missing or not finished, in words. */
  problems: z.array(z.string()),
});
export type RecoveryWindow = z.infer<typeof recoveryWindowSchema>;

/** How the agent gets a database as it was at a time. */
export const recoverySchema = z.object({
  at: z.string(),
  /** The archive's prefix in the bucket. */
  archive: z.string(),
  /** The id of the base backup that it begins with. */
  baseBackup: z.string(),
});
export type Recovery = z.infer<typeof recoverySchema>;
