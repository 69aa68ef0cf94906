// A catalogue entry as the agent's Jobs are told of it.
import { backupBucketName } from '../../contracts/backup-places.ts';
import type { BackupRecord } from '../../contracts/ledger/backups.ts';
import type { AgentBackup } from '../../contracts/workflows/agent-jobs.ts';
import { AppError } from '../app-error.ts';

/** @throws AppError `InvalidInputError` for a backup that has no objects, such as a snapshot of RDS. */
export function toAgentBackup({
  backupId,
  environment,
  name,
  bucket,
  prefix,
  tier,
  keepUntil,
}: BackupRecord): AgentBackup {
  if (bucket === undefined || prefix === undefined)
    throw new AppError('InvalidInputError', `backup ${backupId} has no dump: only dumps are restored by the agent`);
  return { backupId, environment, database: name, bucket, prefix, tier, keepUntil };
}

/** Whether the primary region can restore from it: the agents there write their results beside the backup. */
export function isRestorableAtHome(backup: BackupRecord): boolean {
  return isRestorable(backup) && backup.site === undefined;
}

/** A snapshot has no objects: in the place of where they lie stands the bucket of its environment. */
export function standInForSnapshot(application: string, record: BackupRecord): AgentBackup {
  const { backupId, environment, name, tier, keepUntil } = record;
  return {
    ...{ backupId, environment, database: name, tier, keepUntil },
    bucket: backupBucketName(application, environment),
    prefix: '',
  };
}

/** Whether RDS can restore it. */
export function isRestorableByRds({ status, subject, method }: BackupRecord): boolean {
  return status === 'complete' && subject === 'database' && method === 'snapshot';
}

/** Whether it can be restored from by the agent. */
export function isRestorable({ status, subject, method }: BackupRecord): boolean {
  return status === 'complete' && subject === 'database' && method === 'dump';
}
