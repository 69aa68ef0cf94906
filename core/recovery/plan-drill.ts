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
      const found = backups.findLast(
        (backup) =>
          backup.environment === environment &&
          backup.name === database &&
          isRestorable(backup) &&
          backup.replicatedAt !== undefined,
      );
      if (found === undefined) missing.push(scoreMissing(recovery, environment, database));
      else
        restores.push({
          command: 'restore',
          job: jobNameOf('drill', { name, stamp }),
          backup: asReplica(application, toAgentBackup(found)),
          databaseBeside: `${prefix}${stamp}`,
          takenAt: found.startedAt,
        });
    }
  }
  return {
    ...{ drillId, environments: chosen, startedAt, actor, sweepOnly },
    ...{ bucket: backupReplicaName(application, first), key: `drills/${stamp}/scorecard` },
    ...{ restores, sweeps, missing, abandoned: unfinished.filter((each) => each !== drillId) },
  };
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
