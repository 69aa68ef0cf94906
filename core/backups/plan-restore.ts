// What a restore would do, decided before anything is made; or why it is impossible, and what is possible instead.
import type { Configuration } from '../../config/schema.ts';
import { backupBucketName } from '../../contracts/backup-places.ts';
import type { BackupRecord } from '../../contracts/ledger/backups.ts';
import type { Recovery } from '../../contracts/point-in-time.ts';
import type { RestorePlan, RestoreRequest } from '../../contracts/workflows/restore-database.ts';
import { type Archive, findNearest, planRecovery } from '../point-in-time/plan-recovery.ts';
import type { RestorableServer } from '../snapshots/restorable-server.ts';
import { isRestorableAtHome, isRestorableByRds, toAgentBackup } from './agent-backup.ts';
import { describeCourse, type RestoreDecision } from './describe-course.ts';
import { backupIdOf, jobNameOf, stampOf } from './name-backup.ts';
import { describeServerRestore } from './plan-server-restore.ts';

/** `backups` are all of the environment, oldest first; `archive` is the database's, where it has one, `server` what RDS says of it. Pure: the same catalogue and the same request give the same plan, and so the same hash. */
export function planRestore(
  configuration: Pick<Configuration, 'databases' | 'environments' | 'backups' | 'application'>,
  request: RestoreRequest,
  backups: readonly BackupRecord[],
  archive?: Archive,
  server?: RestorableServer,
): RestoreDecision {
  const { databases, environments } = configuration;
  const { environment, database, confirmedDatabase } = request;
  const refuse = (reason: string): RestoreDecision => ({ outcome: 'refused', reason });
  if (environments[environment] === undefined)
    return refuse(`no environment ${environment}, there are ${Object.keys(environments).join(', ')}`);
  if (databases[database]?.environments[environment] === undefined)
    return refuse(`no database ${database} in ${environment}: the configuration names ${listDatabases(databases)}`);
  if (confirmedDatabase !== undefined && confirmedDatabase !== database)
    return refuse(`the confirmation names ${confirmedDatabase}, the restore is of ${database}`);
  const candidates = backups.filter(
    (backup) => backup.name === database && (isRestorableAtHome(backup) || isRestorableByRds(backup)),
  );
  const found = findSource(request, backups, candidates, archive, server);
  if (typeof found === 'string') return refuse(found);
  if ('recovery' in found) return describeRecovery(configuration, request, found.recovery);
  if ('at' in found || found.backup.method === 'snapshot')
    return describeServerRestore(configuration, request, 'at' in found ? found.at : found.backup);
  return describeRestore(configuration, request, found.backup);
}

function describeRestore(
  { backups: settings }: Pick<Configuration, 'backups'>,
  request: RestoreRequest,
  found: BackupRecord,
): RestoreDecision {
  const { environment, database } = request;
  const { backupId, startedAt: takenAt, verifiedAt, verification } = found;
  const databaseBeside = besideOf(database, stampOf(takenAt));
  const plan: RestorePlan = {
    environment,
    database,
    backup: toAgentBackup(found),
    takenAt,
    ...(verifiedAt === undefined ? {} : { verifiedAt }),
    ...(verification === undefined ? {} : { restoreSeconds: verification.restoreSeconds }),
    ...describeCourse(settings, request, takenAt, databaseBeside, [
      `restore ${backupId} beside it, as ${databaseBeside}`,
      'compare every table with what the backup counted',
    ]),
  };
  const proof = verifiedAt === undefined ? 'never proven by a restore' : `proven by a restore at ${verifiedAt}`;
  return { outcome: 'planned', reason: `${database} in ${environment} from ${backupId}, ${proof}`, plan };
}

/** By a base backup and the log that was archived since. */
function describeRecovery(
  { application, backups: settings }: Pick<Configuration, 'application' | 'backups'>,
  request: RestoreRequest,
  recovery: Recovery,
): RestoreDecision {
  const { environment, database } = request;
  const { at, baseBackup, archive } = recovery;
  // To the millisecond: two times of one second are two different databases.
  const stamp = `${stampOf(at)}_${at.slice(20, 23)}`;
  const databaseBeside = besideOf(database, stamp);
  const keepUntil = new Date(Date.parse(at) + settings.pointInTimeDays * 86_400_000).toISOString();
  const plan: RestorePlan = {
    environment,
    database,
    backup: {
      backupId: backupIdOf({ environment, name: database, method: 'point-in-time', stamp }),
      environment,
      database,
      bucket: backupBucketName(application, environment),
      prefix: archive,
      tier: 'daily',
      keepUntil,
    },
    recovery,
    takenAt: at,
    ...describeCourse(settings, request, at, databaseBeside, [
      `recover base backup ${baseBackup} and the archived log up to ${at}, in a server that nobody can reach`,
      `copy ${database} from there beside the live one, as ${databaseBeside}`,
      'compare every table of the copy with the recovered one',
    ]),
  };
  return { outcome: 'planned', reason: `${database} in ${environment} as it was at ${at}, from its archive`, plan };
}

function besideOf(database: string, stamp: string): string {
  return `${database.replaceAll('-', '_')}_restore_${stamp}`.slice(0, 63);
}

/** Names of the Jobs and of the restore, all of one run. */
export function nameRestore({ environment, database }: RestoreRequest, startedAt: string) {
  const stamp = stampOf(startedAt);
  return {
    restoreId: `${environment}.${database}.restore.${stamp}`,
    restoreJob: jobNameOf('restore', { name: database, stamp }),
    cutOverJob: jobNameOf('cut-over', { name: database, stamp }),
  };
}

type Source = { readonly backup: BackupRecord } | { readonly recovery: Recovery } | { readonly at: string };

/** What is restored from, or in words why there is nothing and what is nearest. */
function findSource(
  { backupId, at, database, environment }: RestoreRequest,
  all: readonly BackupRecord[],
  candidates: readonly BackupRecord[],
  archive: Archive | undefined,
  server: RestorableServer | undefined,
): Source | string {
  if ((backupId === undefined) === (at === undefined)) return 'say either from which backup or to which time, not both';
  if (at !== undefined)
    return (
      findAt(at, candidates, archive, server) ?? `there is no complete backup of ${database} in ${environment} yet`
    );
  if (candidates.length === 0) return `there is no complete backup of ${database} in ${environment} yet`;
  const backup = candidates.find((candidate) => candidate.backupId === backupId);
  if (backup !== undefined) return { backup };
  const other = all.find((candidate) => candidate.backupId === backupId);
  const why =
    other === undefined
      ? `there is no backup ${backupId} in ${environment}`
      : other.name !== database
        ? `${backupId} is of ${other.name}, not of ${database}`
        : `${backupId} is ${other.method === 'dump' ? other.status : `a ${other.method}`} and cannot be restored from`;
  return `${why}: the newest that can is ${candidates.at(-1)?.backupId}`;
}

/** A dump is of one moment, an archive of every one within its stretches: what lies outside is refused, and never rounded silently. */
function findAt(
  at: string,
  candidates: readonly BackupRecord[],
  archive: Archive | undefined,
  server: RestorableServer | undefined,
): Source | string | undefined {
  const time = Date.parse(at);
  if (Number.isNaN(time)) return `the time must be ISO 8601 such as 2026-11-24T02:00:00Z, got ${at}`;
  const exact = candidates.find(({ startedAt }) => Date.parse(startedAt) === time);
  if (exact !== undefined) return { backup: exact };
  const wanted = new Date(time).toISOString();
  const recovery = archive && planRecovery(archive, wanted);
  if (recovery !== undefined) return { recovery };
  if (server !== undefined && wanted >= server.earliest && wanted <= server.latest) return { at: wanted };
  const possible = [
    ...candidates.map(({ startedAt, backupId }) => ({ at: new Date(startedAt).toISOString(), words: backupId })),
    ...(archive === undefined
      ? []
      : findNearest(archive, wanted).map((end) => ({ at: end, words: 'from the archive' }))),
    ...(server === undefined ? [] : [server.earliest, server.latest].map((end) => ({ at: end, words: 'by RDS' }))),
  ].toSorted((left, right) => left.at.localeCompare(right.at));
  if (possible.length === 0) return undefined;
  const before = possible.findLast((moment) => moment.at < wanted);
  const after = possible.find((moment) => moment.at > wanted);
  const nearest = [before, after].flatMap((moment) => (moment === undefined ? [] : [`${moment.at} (${moment.words})`]));
  const where =
    before === undefined
      ? 'it is before the oldest backup'
      : after === undefined
        ? 'it is after what is stored'
        : 'it is between what is stored';
  return `${wanted} cannot be reached: ${where}. The nearest possible: ${nearest.join(', ')}`;
}

function listDatabases(databases: Configuration['databases']): string {
  return Object.entries(databases)
    .flatMap(([name, { environments }]) => Object.keys(environments).map((environment) => `${name} in ${environment}`))
    .join(', ');
}
