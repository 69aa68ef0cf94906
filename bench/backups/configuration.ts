// A night's backup of 10,000 objects of the configuration, and the night after with 100 changes: what our own code takes.
import { randomBytes } from 'node:crypto';
import { loadConfiguration } from '../../config/load-configuration.ts';
import { configurationManifestSchema } from '../../contracts/configuration-backup.ts';
import type { BackupRecord } from '../../contracts/ledger/backups.ts';
import type { BackupStore } from '../../core/backups/backup-store.ts';
import {
  backUpConfiguration,
  type ConfigurationBackupParts,
} from '../../core/configuration-backup/back-up-configuration.ts';
import type { KubernetesObject } from '../../core/configuration-backup/describe-object.ts';
import { planConfigurationBackups } from '../../core/configuration-backup/plan-configuration-backups.ts';
import type { Benchmark } from '../benchmark.ts';
import { buildFigure } from '../compare.ts';

const count = 10_000;

export const configurationBackup: Benchmark = {
  name: 'configuration-backup',
  async *run() {
    const objects = Array.from({ length: count }, (_, index) => buildObject(index));
    const night = openNights(objects);
    const first = await night('2026-11-24');
    for (let index = 0; index < count; index += 100) objects[index] = buildObject(index);
    const second = await night('2026-11-25');
    for (const [name, seconds] of [
      ['configuration backup', first],
      ['configuration backup with 100 changes', second],
    ] as const)
      yield buildFigure({
        ...{ name, value: seconds, unit: 's', aim: '< 60 s, which a function has', isMet: () => seconds < 60 },
        note: `${count} objects, half of them Secrets; cluster and bucket in memory`,
      });
  },
};

function buildObject(index: number): KubernetesObject {
  const kind = index % 2 === 0 ? 'Secret' : 'ConfigMap';
  const value = randomBytes(300).toString('base64');
  const metadata = { name: `object-${index}`, namespace: 'pyairtable-dev', labels: { app: `service-${index % 40}` } };
  return { apiVersion: 'v1', kind, metadata, data: { one: value, two: value.slice(0, 40) } };
}

/** Over a catalogue, a cluster and a bucket in memory. */
function openNights(objects: readonly KubernetesObject[]): (day: string) => Promise<number> {
  const configuration = loadConfiguration('config/pyairtable.yaml');
  const catalogue = new Map<string, BackupRecord>();
  const bucket = new Map<string, Uint8Array>();
  const store: BackupStore = {
    find: async (id) => catalogue.get(id),
    list: async () => [...catalogue.values()],
    async begin(record) {
      catalogue.set(record.backupId, record);
      return true;
    },
    async replace(record) {
      catalogue.set(record.backupId, record);
      return true;
    },
    claimRun: async () => ({ claimed: true }),
    releaseRun: async () => undefined,
    findLastVerified: async () => undefined,
    putLastVerified: async () => undefined,
  };
  const listed: Readonly<Record<string, string>> = { secrets: 'Secret', configmaps: 'ConfigMap' };
  const parts: ConfigurationBackupParts = {
    configuration,
    list: async (_, path) => objects.filter(({ kind }) => kind === listed[path.slice(path.lastIndexOf('/') + 1)]),
    findPepper: async () => Buffer.alloc(32, 1),
    objects: {
      put: async (_, key, content) => void bucket.set(key, content),
      read: async (_, key) => bucket.get(key) ?? new Uint8Array(),
      async findManifest(_, key) {
        const content = bucket.get(key);
        return content && configurationManifestSchema.parse(JSON.parse(Buffer.from(content).toString()));
      },
    },
    store,
    publisher: { publish: async () => undefined },
  };
  return async (day) => {
    const { backups } = await planConfigurationBackups(configuration, store, {
      ...{ request: { environment: 'dev' }, scheduledFor: `${day}T03:00:00Z`, executionArn: day },
      startedAt: `${day}T03:00:01.000Z`,
    });
    const [backup] = backups;
    if (backup === undefined) throw new Error('nothing was planned');
    const startedAt = performance.now();
    const end = await backUpConfiguration(parts, backup, `${day}T03:00:02.000Z`);
    if (end.outcome !== 'complete' || end.objects < count) throw new Error(`${end.objects} objects: ${end.reason}`);
    return (performance.now() - startedAt) / 1000;
  };
}
