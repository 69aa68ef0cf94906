// Judges how a backup ended by what is really stored, writes it into the catalogue, and says what to tell.
import { type AgentResult, type Manifest, manifestName } from '../../contracts/backup-manifest.ts';
import type { BackupDetail, BackupEventType } from '../../contracts/events/backup.ts';
import { backupSource } from '../../contracts/events/backup.ts';
import type { BackupRecord } from '../../contracts/ledger/backups.ts';
import type { PlannedBackup } from '../../contracts/workflows/back-up-database.ts';
import { AppError } from '../app-error.ts';
import type { EventPublisher } from '../ingress/receive-delivery.ts';
import type { BackupStore } from './backup-store.ts';

/** What the bucket says, asked by whoever records and not by whoever wrote. */
export interface BackupObjects {
  findManifest(bucket: string, key: string): Promise<Manifest | undefined>;
  /** Undefined when there is no such object. */
  describe(bucket: string, key: string): Promise<{ readonly bytes: number; readonly checksum: string } | undefined>;
  /** What the agent left as its last word. */
  findResult(bucket: string, job: string): Promise<AgentResult | undefined>;
}

export interface BackupEnd {
  readonly backup: PlannedBackup;
  readonly executionArn: string;
  readonly status: 'succeeded' | 'failed' | 'missing';
  readonly reason?: string | undefined;
  readonly snapshot?:
    | {
        readonly engineVersion: string;
        readonly allocatedGigabytes: number;
        readonly keyArn?: string | undefined;
      }
    | undefined;
}

interface Parts {
  readonly store: BackupStore;
  readonly objects: BackupObjects;
  readonly publisher: EventPublisher;
  readonly now: () => string;
}

type Ended = Pick<BackupRecord, 'status'> & Partial<BackupRecord>;

/** Repeating it writes and publishes the same. */
export async function recordBackup(
  { store, objects, publisher, now }: Parts,
  end: BackupEnd,
): Promise<{ backupId: string; outcome: 'complete' | 'failed'; reason: string; bytes: number; rows: number }> {
  const { backup, executionArn } = end;
  const begun = await store.find(backup.backupId);
  if (begun === undefined)
    throw new AppError('NotFoundError', `backup ${backup.backupId} is not in the catalogue: it was never begun`);
  const ended = backup.method === 'snapshot' ? judgeSnapshot(end) : await judgeDump(objects, end);
  const { reason = '', ...marks } = ended;
  const outcome = ended.status === 'complete' ? 'complete' : 'failed';
  const record: BackupRecord =
    begun.status === 'running'
      ? { ...begun, ...marks, finishedAt: now(), ...(outcome === 'failed' ? { reason } : {}) }
      : begun;
  await store.replace(record, 'running');
  await store.releaseRun(
    { environment: backup.environment, name: backup.database, method: backup.method },
    executionArn,
  );
  await publisher.publish(
    buildBackupEvent(outcome === 'complete' ? 'BackupCompleted' : 'BackupFailed', record, reason, now()),
  );
  return { backupId: backup.backupId, outcome, reason, bytes: record.bytes ?? 0, rows: record.rows ?? 0 };
}

/** Under another key than the shared one, a snapshot cannot be copied or restored by those who are to. */
function judgeSnapshot({ backup, status, reason, snapshot }: BackupEnd): Ended {
  if (status !== 'succeeded' || snapshot === undefined)
    return { status: 'failed', reason: reason ?? 'RDS says no more' };
  if (snapshot.keyArn !== backup.snapshot?.keyArn)
    return {
      status: 'failed',
      reason: `the snapshot is encrypted under ${snapshot.keyArn ?? 'no key'}, the configuration says ${backup.snapshot?.keyArn}: correct snapshot.keys.primary, or move the database to that key`,
    };
  return {
    status: 'complete',
    engineVersion: snapshot.engineVersion,
    bytes: snapshot.allocatedGigabytes * 1024 ** 3,
    reason: `a snapshot of ${snapshot.allocatedGigabytes} GB, engine ${snapshot.engineVersion}`,
  };
}

/** The manifest is written last: without one, or with one that its object belies, there is no backup, whatever the Job says. */
export async function judgeDump(
  objects: BackupObjects,
  {
    backup,
    status,
    reason,
  }: Pick<BackupEnd, 'status' | 'reason'> & {
    readonly backup: Pick<PlannedBackup, 'backupId' | 'bucket' | 'prefix' | 'job'>;
  },
): Promise<Ended> {
  const { bucket = '', prefix = '', job = '' } = backup;
  const manifest = await objects.findManifest(bucket, `${prefix}${manifestName}`);
  if (manifest === undefined) {
    const result = await objects.findResult(bucket, job);
    const said = result?.outcome === 'failed' ? result.reason : (reason ?? `its Job is ${status}`);
    return { status: 'failed', reason: `there is no manifest: ${said}` };
  }
  const stored = await objects.describe(bucket, manifest.object.key);
  const problem = findContradiction(manifest, stored, backup.backupId);
  if (problem !== undefined) return { status: 'failed', reason: problem };
  const rows = manifest.tables.reduce((sum, table) => sum + table.rows, 0);
  return {
    status: 'complete',
    bytes: manifest.object.bytes,
    sha256: manifest.object.sha256,
    rows,
    tables: manifest.tables.length,
    engineVersion: manifest.serverVersion,
    ...(manifest.schemaVersion === undefined ? {} : { schemaVersion: manifest.schemaVersion }),
    ...(manifest.newestRecordAt === undefined ? {} : { newestRecordAt: manifest.newestRecordAt }),
    reason: `${rows} rows of ${manifest.tables.length} tables in ${manifest.object.bytes} bytes`,
  };
}

function findContradiction(
  manifest: Manifest,
  stored: { readonly bytes: number; readonly checksum: string } | undefined,
  backupId: string,
): string | undefined {
  const { key, bytes, checksum } = manifest.object;
  if (manifest.backupId !== backupId) return `the manifest is of ${manifest.backupId}`;
  if (stored === undefined) return `the manifest names ${key}, which is not there`;
  if (stored.bytes !== bytes) return `${key} has ${stored.bytes} bytes, its manifest says ${bytes}`;
  if (stored.checksum !== checksum) return `${key} has another checksum than its manifest`;
  return undefined;
}

/** What an event needs to know of a backup. */
export type BackupEventSubject = BackupDetail['backup'] &
  Pick<BackupRecord, 'actor' | 'correlationId' | 'causationId' | 'verification'>;

/** The event of a catalogue entry; the same one for the same entry. */
export function buildBackupEvent(
  type: BackupEventType,
  record: BackupEventSubject,
  reason: string,
  occurredAt: string,
): { source: string; detailType: BackupEventType; detail: BackupDetail } {
  const { backupId, correlationId, causationId, actor } = record;
  const { environment, subject, name, method, tier, keepUntil, bucket, prefix, snapshotId } = record;
  const { startedAt, finishedAt, bytes, rows, verification } = record;
  return {
    source: backupSource,
    detailType: type,
    detail: {
      metadata: {
        eventId: `${backupId}-${type}`,
        correlationId,
        ...(causationId === undefined ? {} : { causationId }),
        occurredAt,
        actor,
      },
      backup: {
        ...{ backupId, environment, subject, name, method, tier, keepUntil, bucket, prefix, snapshotId },
        ...{ startedAt, finishedAt, bytes, rows },
        ...(verification === undefined ? {} : { restoreSeconds: verification.restoreSeconds }),
      },
      reason,
    },
  };
}
