// What a restore would do, decided before anything is made; or why it is impossible, and what is possible instead.
import type { Configuration } from '../../config/schema.ts';
import type { BackupRecord } from '../../contracts/ledger/backups.ts';
import type { RestorePlan, RestoreRequest } from '../../contracts/workflows/restore-database.ts';
import { isRestorable, toAgentBackup } from './agent-backup.ts';
import { jobNameOf, stampOf } from './name-backup.ts';

export type RestoreDecision =
  | { readonly outcome: 'refused'; readonly reason: string }
  | { readonly outcome: 'planned'; readonly reason: string; readonly plan: RestorePlan };

/** `backups` are all of the environment, oldest first. Pure: the same catalogue and the same request give the same plan, and so the same hash. */
export function planRestore(
  { databases, environments, backups: settings }: Pick<Configuration, 'databases' | 'environments' | 'backups'>,
  request: RestoreRequest,
  backups: readonly BackupRecord[],
): RestoreDecision {
  const { environment, database, confirmedDatabase } = request;
  const refuse = (reason: string): RestoreDecision => ({ outcome: 'refused', reason });
  if (environments[environment] === undefined)
    return refuse(`no environment ${environment}, there are ${Object.keys(environments).join(', ')}`);
  if (databases[database]?.environments[environment] === undefined)
    return refuse(`no database ${database} in ${environment}: the configuration names ${listDatabases(databases)}`);
  if (confirmedDatabase !== undefined && confirmedDatabase !== database)
    return refuse(`the confirmation names ${confirmedDatabase}, the restore is of ${database}`);
  const candidates = backups.filter((backup) => backup.name === database && isRestorable(backup));
  const found = findBackup(request, backups, candidates);
  if (typeof found === 'string') return refuse(found);
  const { backupId, startedAt: takenAt, verifiedAt, verification } = found;
  const databaseBeside = `${database.replaceAll('-', '_')}_restore_${stampOf(takenAt)}`.slice(0, 63);
  const isInPlace = confirmedDatabase === database;
  const plan: RestorePlan = {
    environment,
    database,
    backup: toAgentBackup(found),
    takenAt,
    ...(verifiedAt === undefined ? {} : { verifiedAt }),
    ...(verification === undefined ? {} : { restoreSeconds: verification.restoreSeconds }),
    databaseBeside,
    isInPlace,
    steps: [
      `back up ${database} in ${environment} as it is now`,
      `restore ${backupId} beside it, as ${databaseBeside}`,
      'compare every table with what the backup counted',
      ...(isInPlace ? [] : ['ask again whether to cut over']),
      `give it the name of the live database, in one transaction, which ends all connections`,
      `keep the replaced database for ${settings.keepReplacedDays} days`,
    ],
    loss: `what was written after ${takenAt} is no longer in ${database}: it is in the backup of the first step and in the replaced database`,
  };
  const proof = verifiedAt === undefined ? 'never proven by a restore' : `proven by a restore at ${verifiedAt}`;
  return { outcome: 'planned', reason: `${database} in ${environment} from ${backupId}, ${proof}`, plan };
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

/** The backup, or in words why there is none and which are the nearest. */
function findBackup(
  { backupId, at, database, environment }: RestoreRequest,
  all: readonly BackupRecord[],
  candidates: readonly BackupRecord[],
): BackupRecord | string {
  if ((backupId === undefined) === (at === undefined)) return 'say either from which backup or to which time, not both';
  if (candidates.length === 0) return `there is no complete dump of ${database} in ${environment} yet`;
  if (backupId !== undefined) {
    const found = candidates.find((backup) => backup.backupId === backupId);
    if (found !== undefined) return found;
    const other = all.find((backup) => backup.backupId === backupId);
    const why =
      other === undefined
        ? `there is no backup ${backupId} in ${environment}`
        : other.name !== database
          ? `${backupId} is of ${other.name}, not of ${database}`
          : `${backupId} is ${other.method === 'dump' ? other.status : `a ${other.method}`} and cannot be restored from`;
    return `${why}: the newest that can is ${candidates.at(-1)?.backupId}`;
  }
  return findAt(String(at), candidates);
}

/** A dump is of one moment: what lies between two of them cannot be had from dumps, and is never rounded silently. */
function findAt(at: string, candidates: readonly BackupRecord[]): BackupRecord | string {
  const time = Date.parse(at);
  if (Number.isNaN(time)) return `the time must be ISO 8601 such as 2026-11-24T02:00:00Z, got ${at}`;
  const exact = candidates.find(({ startedAt }) => Date.parse(startedAt) === time);
  if (exact !== undefined) return exact;
  const before = candidates.findLast(({ startedAt }) => Date.parse(startedAt) < time);
  const after = candidates.find(({ startedAt }) => Date.parse(startedAt) > time);
  const nearest = [before, after].flatMap((backup) =>
    backup === undefined ? [] : [`${backup.startedAt} (${backup.backupId})`],
  );
  return `${new Date(time).toISOString()} cannot be reached: ${before === undefined ? 'it is before the oldest backup' : after === undefined ? 'it is after the newest backup' : 'it is between two backups'}. The nearest possible: ${nearest.join(', ')}`;
}

function listDatabases(databases: Configuration['databases']): string {
  return Object.entries(databases)
    .flatMap(([name, { environments }]) => Object.keys(environments).map((environment) => `${name} in ${environment}`))
    .join(', ');
}
