// What a Job tells the agent, by environment variables; the database's credentials are libpq's own (PGHOST, PGPASSWORD …).
import type { Recovery } from '../../contracts/point-in-time.ts';
import type { ObjectRetention } from './storage/retention.ts';

export interface AgentSettings {
  readonly job: string;
  readonly environment: string;
  readonly database: string;
  readonly bucket: string;
  readonly backupId: string;
  /** Of the backup's objects, with the slash at the end. */
  readonly prefix: string;
  readonly retention: ObjectRetention;
  /** Query texts of the configuration. */
  readonly schemaVersionQuery: string | undefined;
  readonly newestRecordQuery: string | undefined;
  readonly dumpFormat: 'custom' | 'plain';
  /** The folder of PostgreSQL's programs; absent: PATH has them. */
  readonly binaries: string | undefined;
  /** The folder of the server's programs; absent: PATH has them. */
  readonly serverBinaries: string | undefined;
  readonly maximumRecordAgeHours: number | undefined;
  /** Of a restore: what the new database is called until it takes the live one's name. */
  readonly databaseBeside: string | undefined;
  /** Of a recovery: from where, and to which time. */
  readonly recovery: Recovery | undefined;
  readonly keepReplacedDays: number;
  /** A folder that may be filled with a scratch server's data. */
  readonly scratchDirectory: string;
}

/** @throws Error that names all missing variables together. */
export function readSettings(variables: Readonly<Record<string, string | undefined>>): AgentSettings {
  const missing = required.filter((name) => !variables[name]);
  if (missing.length > 0)
    throw new Error(`environment variables ${missing.join(', ')} are missing: the Job of the workflow sets them`);
  const read = (name: string): string | undefined => variables[name] || undefined;
  const dumpFormat = read('AGENT_DUMP_FORMAT') ?? 'custom';
  if (dumpFormat !== 'custom' && dumpFormat !== 'plain')
    throw new Error(`AGENT_DUMP_FORMAT must be custom or plain, got ${dumpFormat}`);
  return {
    job: String(read('AGENT_JOB')),
    environment: String(read('AGENT_ENVIRONMENT')),
    database: String(read('AGENT_DATABASE')),
    bucket: String(read('AGENT_BUCKET')),
    backupId: String(read('AGENT_BACKUP_ID')),
    prefix: String(read('AGENT_PREFIX')),
    retention: readRetention(read),
    schemaVersionQuery: read('AGENT_SCHEMA_VERSION_QUERY'),
    newestRecordQuery: read('AGENT_NEWEST_RECORD_QUERY'),
    dumpFormat,
    binaries: read('AGENT_POSTGRES_BINARIES'),
    serverBinaries: read('AGENT_POSTGRES_SERVER_BINARIES') ?? read('AGENT_POSTGRES_BINARIES'),
    maximumRecordAgeHours: readNumber(read('AGENT_MAXIMUM_RECORD_AGE_HOURS')),
    databaseBeside: read('AGENT_DATABASE_BESIDE'),
    recovery: readRecovery(read),
    keepReplacedDays: readNumber(read('AGENT_KEEP_REPLACED_DAYS')) ?? 7,
    scratchDirectory: read('AGENT_SCRATCH_DIRECTORY') ?? '/scratch',
  };
}

function readRecovery(read: (name: string) => string | undefined): Recovery | undefined {
  const [at, archive, baseBackup] = [read('AGENT_RECOVERY_AT'), read('AGENT_ARCHIVE'), read('AGENT_BASE_BACKUP')];
  return at === undefined || archive === undefined || baseBackup === undefined
    ? undefined
    : { at, archive, baseBackup };
}

function readNumber(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}

function readRetention(read: (name: string) => string | undefined): ObjectRetention {
  const keepUntil = new Date(String(read('AGENT_KEEP_UNTIL')));
  if (Number.isNaN(keepUntil.getTime()))
    throw new Error(`AGENT_KEEP_UNTIL must be a time in ISO 8601, got ${read('AGENT_KEEP_UNTIL')}`);
  return {
    tier: String(read('AGENT_TIER')),
    keepUntil,
    lock: read('AGENT_LOCK') === 'COMPLIANCE' ? 'COMPLIANCE' : 'GOVERNANCE',
  };
}

const required = [
  'AGENT_JOB',
  'AGENT_ENVIRONMENT',
  'AGENT_DATABASE',
  'AGENT_BUCKET',
  'AGENT_BACKUP_ID',
  'AGENT_PREFIX',
  'AGENT_TIER',
  'AGENT_KEEP_UNTIL',
];
