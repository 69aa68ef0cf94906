// What was measured of the replication, in the ledger.
import { backupKeys } from '../../contracts/ledger/backups.ts';
import { replicationRecord } from '../../contracts/ledger/replications.ts';
import { ledgerKey } from '../../contracts/ledger.ts';
import type { ReplicationParts } from '../../core/recovery/measure-replication.ts';
import { createDynamoBackupStore } from './dynamo-backup-store.ts';
import type { DynamoLedger } from './dynamo-ledger.ts';

export function createDynamoReplicationStore(ledger: DynamoLedger): Pick<ReplicationParts, 'store' | 'backups'> {
  const backups = createDynamoBackupStore(ledger);
  return {
    backups: {
      find: (backupId) => backups.find(backupId),
      list: (environment, since) => backups.list(environment, since),
      /** Its own attribute only: a verification may write the record at the same time. */
      async markReplicated(backupId, at) {
        await ledger.update(backupKeys.backup(backupId), { replicatedAt: at }, { expression: 'attribute_exists(pk)' });
      },
    },
    store: {
      find: (dataClass, subject) => ledger.find(replicationRecord, ledgerKey.replication(dataClass, subject)),
      async put(record) {
        await ledger.put(record);
      },
    },
  };
}
