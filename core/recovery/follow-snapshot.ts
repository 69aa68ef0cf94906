// Brings a snapshot of RDS to the recovery region: copies it when it is not there, and anew when RDS gave the copy up.
import type { Configuration } from '../../config/schema.ts';
import { snapshotOwner, snapshotOwnerTag } from '../../contracts/backup-places.ts';
import type { BackupRecord, SnapshotKind } from '../../contracts/ledger/backups.ts';
import type { ObjectsOnTheirWay } from './measure-replication.ts';

/** The round that a backup's completion starts sends it: what is sent later than this is sent again. */
const firstSentMilliseconds = 15 * 60_000;

export interface SnapshotPort {
  find(kind: SnapshotKind, snapshotId: string): Promise<{ readonly arn: string; readonly status: string } | undefined>;
  copy(
    kind: SnapshotKind,
    copy: {
      readonly snapshotId: string;
      readonly sourceArn: string;
      readonly keyArn: string;
      readonly tags: Readonly<Record<string, string>>;
    },
  ): Promise<void>;
  remove(kind: SnapshotKind, snapshotId: string): Promise<void>;
}

export async function followSnapshot(
  { application, databases }: Pick<Configuration, 'application' | 'databases'>,
  { here, there }: { readonly here: Pick<SnapshotPort, 'find'>; readonly there: SnapshotPort },
  backup: BackupRecord,
  now: string,
): Promise<ObjectsOnTheirWay> {
  const { snapshotId = '', snapshotKind = 'instance', environment, name } = backup;
  const copy = await there.find(snapshotKind, snapshotId);
  if (copy?.status === 'available') return { arrived: true, resent: 0 };
  // Deleting takes RDS a while: the next round copies.
  if (copy?.status === 'failed') await there.remove(snapshotKind, snapshotId);
  if (copy !== undefined) return { arrived: false, resent: 0 };
  const source = await here.find(snapshotKind, snapshotId);
  const keyArn = databases[name]?.environments[environment]?.snapshot?.keys.recovery;
  // Of a snapshot that is gone, or of a database that is no longer configured, there is nothing to send: its age goes on to be measured.
  if (source?.status !== 'available' || keyArn === undefined) return { arrived: false, resent: 0 };
  const tags = { [snapshotOwnerTag]: snapshotOwner(application), backup: backup.backupId, retention: backup.tier };
  await there.copy(snapshotKind, { snapshotId, sourceArn: source.arn, keyArn, tags });
  const isLate = Date.parse(now) - Date.parse(backup.finishedAt ?? backup.startedAt) > firstSentMilliseconds;
  return { arrived: false, resent: isLate ? 1 : 0 };
}
