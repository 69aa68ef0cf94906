// Snapshots of RDS as far as their age is concerned: no lifecycle deletes them, so that we do.
import type { RDSClient } from '@aws-sdk/client-rds';
import type { BackupRecord } from '../../contracts/ledger/backups.ts';
import type { RetentionObjects } from '../../core/backups/apply-retention.ts';
import { createRdsSnapshots } from './rds-snapshots.ts';

/** `there` is the recovery region: a copy goes with what it is a copy of. */
export function createSnapshotRetention(here: RDSClient, there: RDSClient): RetentionObjects {
  const regions = [createRdsSnapshots(here), createRdsSnapshots(there)];
  const find = ({ snapshotKind = 'instance', snapshotId = '' }: BackupRecord) =>
    Promise.all(regions.map((region) => region.find(snapshotKind, snapshotId)));
  return {
    async areThere(backup) {
      const [found] = await find(backup);
      return found !== undefined;
    },
    async tag(backup, retention) {
      const found = await find(backup);
      for (const [index, snapshot] of found.entries())
        if (snapshot !== undefined) await regions[index]?.tag(snapshot.arn, { retention });
    },
    async remove(backup) {
      const { snapshotKind = 'instance', snapshotId = '' } = backup;
      const found = await find(backup);
      for (const [index, snapshot] of found.entries()) {
        // RDS refuses while it creates or deletes it: the next day is early enough.
        if (snapshot === undefined || ['creating', 'deleting'].includes(snapshot.status)) continue;
        await regions[index]?.remove(snapshotKind, snapshotId);
      }
    },
  };
}
