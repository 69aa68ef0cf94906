// The round of one backup: follows it to the recovery region from the moment that it is complete, and measures what it is a backup of.
import { describeNewest, keepMeasurement, secondsSince } from './keep-measurement.ts';
import type { ReplicationParts, ReplicationRound } from './measure-replication.ts';

/**
 * Looks at this backup only, however many there are: the sweep looks at everything, and goes on with what has not arrived.
 * One that is gone, failed or there already is nothing to follow.
 */
export async function followBackup(
  parts: Pick<ReplicationParts, 'configuration' | 'backups' | 'followObjects' | 'store' | 'publisher'>,
  now: string,
  backupId: string,
): Promise<ReplicationRound> {
  const backup = await parts.backups.find(backupId);
  if (
    backup?.status !== 'complete' ||
    (backup.bucket ?? backup.snapshotId) === undefined ||
    backup.replicatedAt !== undefined
  )
    return { replicated: 0, pending: 0, resent: 0, lagging: 0 };
  const { arrived, resent } = await parts.followObjects(backup, now);
  if (!arrived) return { replicated: 0, pending: 1, resent, lagging: 0 };
  await parts.backups.markReplicated(backupId, now);
  const { subject: dataClass, environment, name, startedAt } = backup;
  const subject = `${environment}/${name}`;
  const known = await parts.store.find(dataClass, subject);
  // One that was taken later may have overtaken it.
  const newestAt = [known?.newestAt ?? startedAt, startedAt].toSorted().at(-1) ?? startedAt;
  const measurement = { dataClass, subject, rpoSeconds: secondsSince(newestAt, now), ...describeNewest(newestAt) };
  const isLagging = await keepMeasurement(parts, measurement, now);
  return { replicated: 1, pending: 0, resent, lagging: isLagging ? 1 : 0 };
}
