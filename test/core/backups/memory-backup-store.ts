// The catalogue in memory, for tests of what decides by it.
import {
  type BackupRecord,
  type BackupRunRecord,
  backupKeys,
  type LastVerifiedRecord,
} from '../../../contracts/ledger/backups.ts';
import type { BackupStore } from '../../../core/backups/backup-store.ts';

export interface MemoryBackupStore extends BackupStore {
  readonly backups: Map<string, BackupRecord>;
  readonly runs: Map<string, BackupRunRecord>;
  readonly verified: Map<string, LastVerifiedRecord>;
}

export function createMemoryBackupStore(): MemoryBackupStore {
  const backups = new Map<string, BackupRecord>();
  const runs = new Map<string, BackupRunRecord>();
  const verified = new Map<string, LastVerifiedRecord>();
  return {
    backups,
    runs,
    verified,
    find: async (backupId) => backups.get(backupId),
    list: async (environment, since = '') =>
      [...backups.values()]
        .filter((backup) => backup.environment === environment && backup.sortKey >= since)
        .sort((left, right) => left.sortKey.localeCompare(right.sortKey)),
    async begin(record) {
      if (backups.has(record.backupId)) return false;
      backups.set(record.backupId, record);
      return true;
    },
    async replace(record, status) {
      if (backups.get(record.backupId)?.status !== status) return false;
      backups.set(record.backupId, record);
      return true;
    },
    async claimRun({ environment, name, method, ...run }, now) {
      const key = backupKeys.backupRun(environment, name, method);
      const held = runs.get(JSON.stringify(key));
      if (held !== undefined && held.executionArn !== run.executionArn && held.leaseUntil > now)
        return { claimed: false, holder: held };
      runs.set(JSON.stringify(key), { ...key, ...run });
      return held === undefined || held.executionArn === run.executionArn
        ? { claimed: true }
        : { claimed: true, takenOver: held };
    },
    async releaseRun({ environment, name, method }, executionArn) {
      const key = JSON.stringify(backupKeys.backupRun(environment, name, method));
      if (runs.get(key)?.executionArn === executionArn) runs.delete(key);
    },
    findLastVerified: async (environment, name) => verified.get(`${environment}/${name}`),
    async putLastVerified(record) {
      const held = verified.get(`${record.environment}/${record.name}`);
      if (held === undefined || held.takenAt <= record.takenAt)
        verified.set(`${record.environment}/${record.name}`, record);
    },
  };
}
