// The backup that a move makes, or that stands where one would: in the recovery region's own bucket, named after the execution's start.
import { backupReplicaName } from '../../contracts/backup-places.ts';
import type { AgentBackup } from '../../contracts/workflows/agent-jobs.ts';
import { backupIdOf, prefixOf, stampOf } from '../backups/name-backup.ts';

export function nameMoveBackup(
  application: string,
  environment: string,
  database: string,
  startedAt: string,
): AgentBackup {
  const stamp = stampOf(startedAt);
  return {
    ...{ environment, database, tier: 'daily', bucket: backupReplicaName(application, environment) },
    backupId: backupIdOf({ environment, name: database, method: 'dump', stamp }),
    prefix: prefixOf({ name: database, stamp }),
    keepUntil: new Date(Date.parse(startedAt) + 30 * 86_400_000).toISOString(),
  };
}
