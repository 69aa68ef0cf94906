// Nights over a catalogue, a cluster and a bucket in memory.
import { loadConfiguration } from '../../../config/load-configuration.ts';
import { configurationManifestSchema } from '../../../contracts/configuration-backup.ts';
import { type BackupRecord, type BackupRunRecord, backupRecord } from '../../../contracts/ledger/backups.ts';
import type { BackupStore } from '../../../core/backups/backup-store.ts';
import {
  backUpConfiguration,
  type ConfigurationBackupParts,
} from '../../../core/configuration-backup/back-up-configuration.ts';
import type { KubernetesObject } from '../../../core/configuration-backup/describe-object.ts';
import { planConfigurationBackups } from '../../../core/configuration-backup/plan-configuration-backups.ts';

export const configuration = loadConfiguration('config/pyairtable.yaml');

export function openNights() {
  const cluster = new Map<string, KubernetesObject[] | undefined>();
  const bucket = new Map<string, Uint8Array>();
  const catalogue = new Map<string, BackupRecord>();
  const runs = new Map<string, BackupRunRecord>();
  const events: { detailType: string; detail: object }[] = [];
  let failing: string | undefined;
  const store: BackupStore = {
    find: async (id) => catalogue.get(id),
    list: async (environment, since = '') =>
      [...catalogue.values()]
        .filter((record) => record.environment === environment && record.startedAt >= since)
        .sort((a, b) => (a.sortKey < b.sortKey ? -1 : 1)),
    begin: async (record) => {
      if (catalogue.has(record.backupId)) return false;
      catalogue.set(record.backupId, backupRecord.parse(record));
      return true;
    },
    replace: async (record, status) => {
      if (catalogue.get(record.backupId)?.status !== status) return false;
      catalogue.set(record.backupId, backupRecord.parse(record));
      return true;
    },
    claimRun: async ({ environment, name, method, ...run }, now) => {
      const key = `${environment}/${name}/${method}`;
      const held = runs.get(key);
      if (held !== undefined && held.executionArn !== run.executionArn && held.leaseUntil > now)
        return { claimed: false, holder: held };
      runs.set(key, { pk: key, sk: method, ...run });
      return { claimed: true };
    },
    releaseRun: async ({ environment, name, method }) => void runs.delete(`${environment}/${name}/${method}`),
    findLastVerified: async () => undefined,
    putLastVerified: async () => undefined,
  };
  const parts: ConfigurationBackupParts = {
    configuration,
    list: async (_cluster, path) => (cluster.has(path) ? cluster.get(path) : []),
    findPepper: async () => Buffer.alloc(32, 1),
    objects: {
      put: async (_backup, key, content) => {
        if (failing !== undefined && key.endsWith(failing)) throw new Error('AccessDenied');
        bucket.set(key, content);
      },
      read: async (_bucket, key) => bucket.get(key) ?? new Uint8Array(),
      findManifest: async (_bucket, key) => {
        const content = bucket.get(key);
        return content && configurationManifestSchema.parse(JSON.parse(Buffer.from(content).toString('utf8')));
      },
    },
    store,
    publisher: { publish: async (event) => void events.push(event as never) },
  };
  const plan = (day: string, executionArn = 'arn:1') =>
    planConfigurationBackups(configuration, store, {
      request: { environment: 'dev' },
      scheduledFor: `2026-11-${day}T03:00:00Z`,
      executionArn,
      startedAt: `2026-11-${day}T03:00:01.000Z`,
    });
  return {
    ...{ parts, bucket, catalogue, events, plan },
    /** What a collection of the namespace holds, such as `/api/v1/secrets`; undefined for a kind that is not known. */
    set(collection: string, objects: KubernetesObject[] | undefined): void {
      const end = collection.lastIndexOf('/');
      cluster.set(`${collection.slice(0, end)}/namespaces/pyairtable-dev${collection.slice(end)}`, objects);
    },
    failAt(suffix: string | undefined): void {
      failing = suffix;
    },
    async night(day: string) {
      const [backup] = (await plan(day)).backups;
      if (backup === undefined) throw new Error('nothing was planned');
      return await backUpConfiguration(parts, backup, `2026-11-${day}T03:00:09.000Z`);
    },
    types: () => events.map(({ detailType }) => detailType),
  };
}
