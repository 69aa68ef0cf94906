// The catalogue of backups, in the ledger.

import { fromItem } from '../../contracts/ledger/attribute-values.ts';
import {
  backupKeys,
  backupKinds,
  backupRecord,
  backupRunRecord,
  lastVerifiedRecord,
} from '../../contracts/ledger/backups.ts';
import type { BackupStore } from '../../core/backups/backup-store.ts';
import type { DynamoLedger } from './dynamo-ledger.ts';

export function createDynamoBackupStore(ledger: DynamoLedger): BackupStore {
  return {
    find: (backupId) => ledger.find(backupRecord, backupKeys.backup(backupId)),
    list: (environment, since) => ledger.listByKind(backupRecord, backupKinds.backup(environment), { from: since }),
    async begin(record) {
      return (await ledger.put(record, { expression: 'attribute_not_exists(pk)' })).written;
    },
    async replace(record, status) {
      const condition = {
        expression: '#status = :status',
        values: { ':status': status },
        names: { '#status': 'status' },
      };
      return (await ledger.put(record, condition)).written;
    },
    async claimRun({ environment, name, method, ...run }, now) {
      const key = backupKeys.backupRun(environment, name, method);
      const held = await ledger.find(backupRunRecord, key);
      if (held !== undefined && held.executionArn !== run.executionArn && held.leaseUntil > now)
        return { claimed: false, holder: held };
      // Only over what was read: whoever else wrote meanwhile has it.
      const claim = await ledger.put(
        { ...key, ...run },
        held === undefined
          ? { expression: 'attribute_not_exists(pk)' }
          : {
              expression: 'executionArn = :holder AND leaseUntil = :until',
              values: { ':holder': held.executionArn, ':until': held.leaseUntil },
            },
      );
      if (claim.written)
        return held === undefined || held.executionArn === run.executionArn
          ? { claimed: true }
          : { claimed: true, takenOver: held };
      const holder =
        claim.existing === undefined ? { ...key, ...run } : backupRunRecord.parse(fromItem(claim.existing));
      return { claimed: false, holder };
    },
    async releaseRun({ environment, name, method }, executionArn) {
      const key = backupKeys.backupRun(environment, name, method);
      const held = await ledger.find(backupRunRecord, key);
      if (held?.executionArn === executionArn) await ledger.remove(key);
    },
    findLastVerified: (environment, name) =>
      ledger.find(lastVerifiedRecord, backupKeys.lastVerified(environment, name)),
    async putLastVerified(record) {
      await ledger.put(record, {
        expression: 'attribute_not_exists(pk) OR takenAt <= :takenAt',
        values: { ':takenAt': record.takenAt },
      });
    },
  };
}
