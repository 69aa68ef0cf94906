// The catalogue of backups, what is being backed up right now, and which backup of a database was proven last.
import * as z from 'zod/mini';
import { indexed, keyed, type LedgerKey } from './item.ts';

export const backupKeys = {
  backup: (backupId: string): LedgerKey => ({ pk: `BACKUP#${backupId}`, sk: 'BACKUP' }),
  backupRun: (environment: string, name: string, method: string): LedgerKey => ({
    pk: `BACKUP-RUN#${environment}#${name}`,
    sk: method,
  }),
  lastVerified: (environment: string, name: string): LedgerKey => ({ pk: `LAST-VERIFIED#${environment}`, sk: name }),
};

export const backupKinds = {
  /** By time: the sort key begins with `startedAt`. */
  backup: (environment: string): string => `backup#${environment}`,
  lastVerified: 'last-verified',
};

export const backupSubjects = ['database', 'configuration'] as const;
/** `archive` names what a recovery to a point in time comes from: events know it, the catalogue lists none. */
export const backupMethods = ['dump', 'snapshot', 'configuration', 'archive'] as const;
/** RDS keeps those of instances and of clusters apart. */
export const snapshotKinds = ['instance', 'cluster'] as const;
export type SnapshotKind = (typeof snapshotKinds)[number];
export const backupStatuses = ['running', 'complete', 'failed', 'expired'] as const;
export const backupTiers = ['daily', 'weekly', 'monthly'] as const;
export type BackupTier = (typeof backupTiers)[number];

/** What names a backup, in records and in events alike. */
export const backupIdentity = {
  /** `<environment>.<name>.<method>.<YYYYMMDD_HHMMSS>`. */
  backupId: z.string(),
  environment: z.string(),
  subject: z.enum(backupSubjects),
  /** The database, or what else was backed up. */
  name: z.string(),
  method: z.enum(backupMethods),
};

/** What a restore of this backup has proven. */
export const verificationSchema = z.object({
  verifiedAt: z.string(),
  /** From the first byte read to a database that answers: the measured RTO of this backup. */
  restoreSeconds: z.number(),
  executionArn: z.string(),
});

/** One backup. Running → complete or failed; complete → expired. Verified and replicated are marks of a complete one. */
export const backupRecord = z.object({
  ...indexed,
  ...backupIdentity,
  status: z.enum(backupStatuses),
  tier: z.enum(backupTiers),
  /** Until then it is promised to be there; the lifecycle takes it at the midnight after. */
  keepUntil: z.string(),
  /** What the lifecycle goes by, when it is not the tier: see core/backups/plan-retention.ts. */
  tag: z.optional(z.string()),
  /** A person's word that outranks every retention. */
  legalHold: z.optional(z.boolean()),
  bucket: z.optional(z.string()),
  /** It was made in the recovery region and lies there alone: what runs in the primary one neither proves it nor restores it. */
  site: z.optional(z.literal('recovery')),
  /** Of its objects, with the slash at the end. */
  prefix: z.optional(z.string()),
  /** Of RDS. */
  snapshotId: z.optional(z.string()),
  snapshotKind: z.optional(z.enum(snapshotKinds)),
  startedAt: z.string(),
  finishedAt: z.optional(z.string()),
  bytes: z.optional(z.number()),
  sha256: z.optional(z.string()),
  rows: z.optional(z.number()),
  tables: z.optional(z.number()),
  engineVersion: z.optional(z.string()),
  schemaVersion: z.optional(z.string()),
  newestRecordAt: z.optional(z.string()),
  /** Why it failed, for a person. */
  reason: z.optional(z.string()),
  verifiedAt: z.optional(z.string()),
  verification: z.optional(verificationSchema),
  /** Why the last attempt to verify it failed. */
  verificationFailure: z.optional(z.string()),
  replicatedAt: z.optional(z.string()),
  executionArn: z.string(),
  actor: z.string(),
  correlationId: z.string(),
  causationId: z.optional(z.string()),
});
export type BackupRecord = z.infer<typeof backupRecord>;

/** Who is backing up a database by a method: a second one would only be in its way. */
export const backupRunRecord = z.object({
  ...keyed,
  backupId: z.string(),
  executionArn: z.string(),
  /** After that the run counts as dead, and the next one takes over. */
  leaseUntil: z.string(),
});
export type BackupRunRecord = z.infer<typeof backupRunRecord>;

/** The backup of a database that was proven last; it outlives its retention until another one is proven. */
export const lastVerifiedRecord = z.object({
  ...indexed,
  environment: z.string(),
  name: z.string(),
  backupId: z.string(),
  /** When the backup was taken. */
  takenAt: z.string(),
  verifiedAt: z.string(),
  restoreSeconds: z.number(),
});
export type LastVerifiedRecord = z.infer<typeof lastVerifiedRecord>;
