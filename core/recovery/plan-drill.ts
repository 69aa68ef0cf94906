// What a drill restores: the newest backup of each database that stands in the recovery region, into a database of its own there.
import type { Configuration } from '../../config/schema.ts';
import { backupReplicaName } from '../../contracts/backup-places.ts';
import type { BackupRecord } from '../../contracts/ledger/backups.ts';
import {
  type RecoveryDrillRecord,
  recoveryDrillKeys,
  recoveryDrillKinds,
  type Score,
} from '../../contracts/ledger/recovery-drills.ts';
import type { DrillPlan, DrillRequest } from '../../contracts/workflows/recovery-drill.ts';
import { AppError } from '../app-error.ts';
import { isRestorable, toAgentBackup } from '../backups/agent-backup.ts';
import { jobNameOf, stampOf } from '../backups/name-backup.ts';
import { findNewestUnbroken } from './plan-fail-over.ts';
import { asReplica } from './recovery-side.ts';

type Settings = Pick<Configuration, 'application' | 'databases' | 'environments' | 'recovery'>;

/** Databases with this beginning are made by drills alone, and each sweep drops all of them. */
export function drillDatabasePrefix(database: string): string {
  return `${database.replaceAll('-', '_').slice(0, 40)}_drill_`;
}

/** `backups` are those of the catalogue, oldest first. Pure. @throws AppError `InvalidInputError` when nothing is recovered there. */
export function planDrill(
  { application, databases, environments, recovery }: Settings,
  { environment: wanted, sweepOnly = false, actor = 'recovery-drill' }: DrillRequest,
  {
    startedAt,
    backups,
    unfinished,
  }: { startedAt: string; backups: readonly BackupRecord[]; unfinished: readonly string[] },
): DrillPlan {
  const recovered = Object.keys(environments).filter((each) => recovery.environments[each] !== undefined);
  const chosen = wanted === undefined ? recovered : recovered.filter((each) => each === wanted);
  const [first] = chosen;
  if (first === undefined)
    throw new AppError(
      'InvalidInputError',
      `${wanted ?? 'no environment'} is not recovered in the recovery region, ${recovered.join(', ') || 'none'} is: see recovery.environments of the configuration`,
    );
  const stamp = stampOf(startedAt);
  const drillId = `drill-${stamp}`;
  const restores: DrillPlan['restores'] = [];
  const sweeps: DrillPlan['sweeps'] = [];
  const missing: Score[] = [];
  for (const environment of chosen) {
    for (const [database, { environments: places }] of Object.entries(databases)) {
      if (places[environment]?.dump !== true) continue;
      const prefix = drillDatabasePrefix(database);
      const bucket = backupReplicaName(application, environment);
      const name = `${environment}-${database}`;
      sweeps.push({
        command: 'sweep-drills',
        job: jobNameOf('sweep-drills', { name, stamp }),
        backup: {
          backupId: drillId,
          environment,
          database,
          bucket,
          prefix: 'drills/',
          tier: 'daily',
          keepUntil: startedAt,
        },
        databaseBeside: prefix,
      });
      if (sweepOnly) continue;
      const ofDatabase = backups.filter((backup) => backup.environment === environment && backup.name === database);
      const choice = chooseForDrill(ofDatabase, startedAt, recovery.recoveryPointMinutes.database);
      if (choice === undefined) missing.push(scoreMissing(recovery, environment, database));
      else
        restores.push({
          command: 'restore',
          job: jobNameOf('drill', { name, stamp }),
          backup: asReplica(application, toAgentBackup(choice.backup)),
          databaseBeside: `${prefix}${stamp}`,
          takenAt: choice.backup.startedAt,
          why: choice.why,
        });
    }
  }
  return {
    ...{ drillId, environments: chosen, startedAt, actor, sweepOnly },
    ...{ bucket: backupReplicaName(application, first), key: `drills/${stamp}/scorecard` },
    ...{ restores, sweeps, missing, abandoned: unfinished.filter((each) => each !== drillId) },
  };
}

/**
 * The newest that a restore has proven, as long as it is young enough for the target: a drill measures a recovery, and what a broken
 * backup means is the verification's to say. Else what a fail-over would take. `backups` oldest first.
 */
export function chooseForDrill(
  backups: readonly BackupRecord[],
  startedAt: string,
  targetMinutes: number,
): { readonly backup: BackupRecord; readonly why: string } | undefined {
  const there = backups.filter((backup) => isRestorable(backup) && backup.replicatedAt !== undefined);
  const proven = there.findLast(({ verifiedAt }) => verifiedAt !== undefined);
  if (proven !== undefined && ageMinutes(proven, startedAt) <= targetMinutes)
    return { backup: proven, why: `the newest that was proven, at ${proven.verifiedAt}` };
  const backup = findNewestUnbroken(there);
  if (backup === undefined) return undefined;
  const instead =
    proven === undefined
      ? 'none that stands there was proven'
      : `the newest proven one is ${ageMinutes(proven, startedAt)} min old where ${targetMinutes} are allowed`;
  return { backup, why: `the newest: ${instead}` };
}

function ageMinutes({ startedAt }: BackupRecord, now: string): number {
  return Math.round((Date.parse(now) - Date.parse(startedAt)) / 60_000);
}

function scoreMissing(recovery: Configuration['recovery'], environment: string, subject: string): Score {
  return {
    ...{ dataClass: 'database', environment, subject, passed: false },
    recoveryPointTargetSeconds: recovery.recoveryPointMinutes.database * 60,
    recoveryTimeTargetSeconds: recovery.recoveryTimeMinutes.database * 60,
    reason: 'no backup of it has arrived in the recovery region',
  };
}

/** As it stands in the ledger while the drill runs. */
export function buildDrillRecord(plan: DrillPlan, executionArn: string): RecoveryDrillRecord {
  const { drillId, environments, startedAt, actor, bucket, key } = plan;
  return {
    ...recoveryDrillKeys.recoveryDrill(drillId),
    kind: recoveryDrillKinds.recoveryDrill,
    sortKey: `${startedAt}#${drillId}`,
    ...{ drillId, environments: [...environments], startedAt, actor, executionArn },
    status: 'running',
    place: `${bucket}/${key}`,
  };
}
