// Databases, and how they are backed up.
import { z } from 'zod';
import { replicaSchema } from './replicas-schema.ts';
import { snapshotSchema } from './snapshots-schema.ts';
import { name } from './values.ts';

/** One SELECT that answers one value: it runs in a read-only transaction. */
const query = z.string().regex(/^select\s[^;]*$/i, 'must be one SELECT without a semicolon');

const databaseEnvironmentSchema = z
  .strictObject({
    /** The Kubernetes Secret of the namespace with PGHOST, PGPORT, PGUSER, PGPASSWORD and PGDATABASE. */
    credentials: name,
    /** A logical dump by a Job in the environment's namespace. */
    dump: z.boolean().default(false),
    /** The database's server archives its write-ahead log and base backups into the bucket, by Barman Cloud, under this name. */
    archive: z
      .strictObject({
        server: name,
        /**
         * An archive that is further behind than this is alarmed. Leave it out for a database that nobody writes into for hours: a
         * server archives nothing while nothing happens.
         */
        maximumLagMinutes: z.int().min(1).max(1440).optional(),
      })
      .optional(),
    /** A snapshot by RDS, copied to the recovery region; beside the dump or instead of it. */
    snapshot: snapshotSchema.optional(),
    /** A read replica of what is snapshotted, in the recovery region: a fail-over promotes it, and restores no dump there. */
    replica: replicaSchema.optional(),
  })
  .refine(({ dump, snapshot }) => dump || snapshot !== undefined, 'must ask for a dump, a snapshot or both');

const databaseSchema = z.strictObject({
  /** Answers the version of the schema; compared after every restore. */
  schemaVersion: query.optional(),
  /** Answers when the newest record was written. */
  newestRecord: query.optional(),
  /** A backup whose newest record is older than this when it was taken is stale: something had stopped writing. */
  maximumRecordAgeHours: z.int().min(1).max(8760).optional(),
  environments: z
    .record(z.string(), databaseEnvironmentSchema)
    .refine((all) => Object.keys(all).length > 0, 'must name at least one environment'),
});

/** By name, which is that of the database in PGDATABASE for the people who restore it. */
export const databasesSchema = z.record(name, databaseSchema);

export const backupsSchema = z.strictObject({
  /** The backup agent's image, with its tag or digest. */
  image: z
    .string()
    .regex(/^[a-z0-9.:-]+(\/[a-z0-9._-]+)+(:[\w.-]+|@sha256:[0-9a-f]{64})$/, 'must be an image with a tag or digest')
    .default('ghcr.io/pyairtable/backup-agent:0.1.0'),
  /** Of the agent's pods, in every environment's namespace. */
  serviceAccount: name.default('backup-agent'),
  /** `compliance`: nobody, not even the account's root, can shorten it. Choose it once you are sure of the retention. */
  lock: z.enum(['governance', 'compliance']).default('governance'),
  retention: z
    .strictObject({
      dailyDays: z.int().min(7).max(365).default(30),
      weeklyWeeks: z.int().min(4).max(104).default(12),
      monthlyMonths: z.int().min(3).max(120).default(12),
    })
    .default({ dailyDays: 30, weeklyWeeks: 12, monthlyMonths: 12 }),
  /** Over how many days back every moment can be had, where a database has an archive. */
  pointInTimeDays: z.int().min(1).max(90).default(14),
  /** How long one backup, restore or verification may take. */
  timeoutMinutes: z.int().min(5).max(1440).default(240),
  /** How many backups run at the same time. */
  concurrency: z.int().min(1).max(20).default(4),
  /** A database whose last proof by restore is older than this is alarmed, and its migrations are held. */
  maxVerifiedRestoreAgeDays: z.int().min(1).max(365).default(8),
  /** How long a database that a restore replaced is kept beside the new one. */
  keepReplacedDays: z.int().min(1).max(90).default(7),
});
