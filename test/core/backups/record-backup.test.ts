// A backup counts by what is stored, whatever its Job said.
import { beforeEach, describe, expect, it } from '@jest/globals';
import { loadConfiguration } from '../../../config/load-configuration.ts';
import type { Manifest } from '../../../contracts/backup-manifest.ts';
import { backupDetailSchema } from '../../../contracts/events/backup.ts';
import type { PlannedBackup } from '../../../contracts/workflows/back-up-database.ts';
import { planBackups } from '../../../core/backups/plan-backups.ts';
import { type BackupEnd, recordBackup } from '../../../core/backups/record-backup.ts';
import type { EventPublisher } from '../../../core/ingress/receive-delivery.ts';
import { createMemoryBackupStore, type MemoryBackupStore } from './memory-backup-store.ts';

const key = 'database/20261124_020000/pyairtable/dump.zst';
const manifest: Manifest = {
  formatVersion: 1,
  backupId: 'dev.pyairtable.dump.20261124_020000',
  environment: 'dev',
  database: 'pyairtable',
  serverVersion: '18.1',
  serverVersionNumber: 180_001,
  databaseBytes: 10_000_000,
  tables: [
    { name: 'public.records', rows: 2000 },
    { name: 'public.tables', rows: 20 },
  ],
  constraints: 8,
  indexes: 6,
  schemaVersion: '20261105_records_index',
  newestRecordAt: '2026-11-24T01:59:58.000Z',
  tool: 'pg_dump (PostgreSQL) 18.1',
  dumpFormat: 'custom',
  compression: 'zstd',
  lsn: '0/1A2B3C4',
  snapshotAt: '2026-11-24T02:00:01.000Z',
  startedAt: '2026-11-24T02:00:01.000Z',
  finishedAt: '2026-11-24T02:00:03.000Z',
  dumpBytes: 90_000,
  object: { key, bytes: 8_817, sha256: 'ab'.repeat(32), checksum: 'c=-1' },
};
const stored = { bytes: 8_817, checksum: 'c=-1' };

type BusEvent = Parameters<EventPublisher['publish']>[0];

let store: MemoryBackupStore;
let backup: PlannedBackup;
let events: BusEvent[];
beforeEach(async () => {
  store = createMemoryBackupStore();
  events = [];
  const run = {
    startedAt: '2026-11-24T02:00:00Z',
    executionArn: 'run',
    request: { environment: 'dev', database: 'pyairtable' },
  };
  const { backups } = await planBackups(loadConfiguration('config/pyairtable.yaml'), store, run);
  backup = backups[0] as PlannedBackup;
});

function record(
  found: {
    manifest?: Manifest;
    stored?: { bytes: number; checksum: string };
    result?: { outcome: 'succeeded' | 'failed'; reason: string };
  },
  end: Partial<BackupEnd> = {},
) {
  const objects = {
    findManifest: async () => found.manifest,
    describe: async () => found.stored,
    findResult: async () => found.result && { ...found.result, finishedAt: '2026-11-24T02:00:04.000Z' },
  };
  const publisher = { publish: async (event: BusEvent) => void events.push(event) };
  const parts = { store, objects, publisher, now: () => '2026-11-24T02:00:05.000Z' };
  return recordBackup(parts, { backup, executionArn: 'run', status: 'succeeded', ...end });
}

describe('a backup whose manifest and object agree', () => {
  it('is complete, told once under one id however often it is recorded, and frees the database for the next', async () => {
    const outcome = await record({ manifest, stored });
    expect(outcome).toMatchObject({ outcome: 'complete', bytes: 8_817, rows: 2020 });
    await record({ manifest, stored });
    expect(store.backups.get(backup.backupId)).toMatchObject({
      status: 'complete',
      rows: 2020,
      schemaVersion: '20261105_records_index',
      finishedAt: '2026-11-24T02:00:05.000Z',
    });
    expect(store.runs.size).toBe(0);
    expect(new Set(events.map(({ detail }) => backupDetailSchema.parse(detail).metadata.eventId)).size).toBe(1);
    expect(backupDetailSchema.safeParse(events[0]?.detail).success).toBe(true);
  });

  it('counts although its Job is gone: what is stored is what matters', async () => {
    expect(await record({ manifest, stored }, { status: 'missing', reason: 'deleted' })).toMatchObject({
      outcome: 'complete',
    });
  });
});

describe('a backup is failed, whatever its Job says,', () => {
  it.each([
    ['without a manifest', { stored }, 'there is no manifest: its Job is succeeded'],
    [
      'without a manifest, with the words of the agent',
      { result: { outcome: 'failed' as const, reason: 'password authentication failed' } },
      'there is no manifest: password authentication failed',
    ],
    ['without its object', { manifest }, `the manifest names ${key}, which is not there`],
    [
      'with a shorter object',
      { manifest, stored: { ...stored, bytes: 8_000 } },
      'has 8000 bytes, its manifest says 8817',
    ],
    ['with another object', { manifest, stored: { ...stored, checksum: 'd=-1' } }, 'has another checksum'],
    ["with another backup's manifest", { manifest: { ...manifest, backupId: 'x' }, stored }, 'the manifest is of x'],
  ])('%s', async (_, found, reason) => {
    expect(await record(found)).toMatchObject({ outcome: 'failed', reason: expect.stringContaining(reason) });
    expect(store.backups.get(backup.backupId)?.status).toBe('failed');
    expect(events.map(({ detailType }) => detailType)).toEqual(['BackupFailed']);
  });
});

describe('a snapshot', () => {
  const planSnapshot = async () => {
    const run = { startedAt: '2026-11-24T02:00:00Z', executionArn: 'run', request: { database: 'reporting' } };
    const { backups } = await planBackups(loadConfiguration('config/pyairtable.yaml'), store, run);
    backup = backups[0] as PlannedBackup;
  };

  it('is complete with what RDS says of it, and failed without', async () => {
    await planSnapshot();
    const snapshot = { engineVersion: '18.1', allocatedGigabytes: 20, keyArn: backup.snapshot?.keyArn };
    expect(await record({}, { snapshot })).toMatchObject({ outcome: 'complete', bytes: 20 * 1024 ** 3 });
    expect(store.backups.get(backup.backupId)).toMatchObject({
      snapshotId: backup.snapshotId,
      snapshotKind: 'instance',
    });
  });

  it('is failed under another key than the shared one, and without any', async () => {
    await planSnapshot();
    const snapshot = { engineVersion: '18.1', allocatedGigabytes: 20 };
    for (const keyArn of ['arn:aws:kms:eu-central-1:123456789012:key/other', undefined])
      expect(await record({}, { snapshot: { ...snapshot, keyArn } })).toMatchObject({
        outcome: 'failed',
        reason: expect.stringContaining(`encrypted under ${keyArn ?? 'no key'}, the configuration says arn:aws:kms:`),
      });
  });

  it('is failed without', async () => {
    await planSnapshot();
    expect(await record({}, { status: 'failed', reason: 'the instance is stopped' })).toMatchObject({
      outcome: 'failed',
      reason: 'the instance is stopped',
    });
  });
});
