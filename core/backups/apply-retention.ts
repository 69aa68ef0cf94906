// Carries out what the age of backups asks for, and finds what is missing before its time.
import type { Configuration, DatabaseConfiguration } from '../../config/schema.ts';
import type { BackupRecord } from '../../contracts/ledger/backups.ts';
import type { EventPublisher } from '../ingress/receive-delivery.ts';
import type { BackupStore } from './backup-store.ts';
import { planRetention } from './plan-retention.ts';
import { buildBackupEvent } from './record-backup.ts';

export interface RetentionObjects {
  /** Whether the backup's manifest and dump, or its snapshot, are there. */
  areThere(backup: BackupRecord): Promise<boolean>;
  /** Sets the tag that the lifecycle goes by, on every object of the backup. */
  tag(backup: BackupRecord, tag: string): Promise<void>;
  /** Deletes what nothing else deletes: a dump goes with the bucket's lifecycle, a snapshot goes here, in both regions. */
  remove(backup: BackupRecord): Promise<void>;
}

interface Parts {
  readonly store: BackupStore;
  readonly objects: RetentionObjects;
  readonly publisher: EventPublisher;
  readonly now: () => string;
}

export interface RetentionReport {
  readonly expired: number;
  readonly lost: number;
  readonly tagged: number;
  /** Days since the last proof by a restore, by `environment/database`; the database's whole life when there is none. */
  readonly verifiedAgeDays: Readonly<Record<string, number>>;
}

const dayMilliseconds = 86_400_000;

export async function applyRetention(
  { databases, environments }: Pick<Configuration, 'databases' | 'environments'>,
  { store, objects, publisher, now }: Parts,
): Promise<RetentionReport> {
  const report = { expired: 0, lost: 0, tagged: 0 };
  const verifiedAgeDays: Record<string, number> = {};
  for (const environment of Object.keys(environments)) {
    const names = Object.keys(databases).filter((name) => isProvable(databases[name]?.environments[environment]));
    const backups = await store.list(environment);
    const lastVerified = new Set<string>();
    for (const name of names) {
      const last = await store.findLastVerified(environment, name);
      if (last !== undefined) lastVerified.add(last.backupId);
      const since = last?.verifiedAt ?? backups.find((backup) => backup.name === name)?.startedAt;
      if (since !== undefined)
        verifiedAgeDays[`${environment}/${name}`] = (Date.parse(now()) - Date.parse(since)) / dayMilliseconds;
    }
    const stored = backups.filter(
      ({ bucket, snapshotId, subject, site }) =>
        (bucket ?? snapshotId) !== undefined && subject === 'database' && site === undefined,
    );
    for (const backup of stored) if (isLeftOver(backup, now())) await objects.remove(backup);
    report.expired += await expireThere({ store, publisher, now }, backups);
    const tagOf = (backup: BackupRecord): string => backup.tag ?? backup.tier;
    for (const action of planRetention(stored, { now: now(), lastVerified, tagOf })) {
      const { backup } = action;
      if (action.kind === 'tag') {
        // A backup that is gone has nothing to tag: the action that follows says so.
        if (!(await objects.areThere(backup))) continue;
        await objects.tag(backup, action.tag);
        await store.replace({ ...backup, tag: action.tag }, 'complete');
        report.tagged += 1;
        continue;
      }
      if (action.kind === 'expire' && (await isFree(store, backup))) await objects.remove(backup);
      if (!(await objects.areThere(backup))) {
        const isExpired = action.kind === 'expire';
        const reason = isExpired
          ? `it was kept as ${backup.tier} until ${backup.keepUntil}`
          : `its objects are gone although they were to be kept until ${backup.keepUntil}`;
        await store.replace(
          { ...backup, status: isExpired ? 'expired' : 'failed', ...(isExpired ? {} : { reason }) },
          'complete',
        );
        await publisher.publish(buildBackupEvent(isExpired ? 'BackupExpired' : 'BackupFailed', backup, reason, now()));
        report[isExpired ? 'expired' : 'lost'] += 1;
      }
    }
  }
  return { ...report, verifiedAgeDays };
}

/** What is deleted by us is looked up once more: a hold or a proof may have come since the list was read. */
async function isFree(store: BackupStore, { backupId, environment, name }: BackupRecord): Promise<boolean> {
  const [backup, last] = await Promise.all([store.find(backupId), store.findLastVerified(environment, name)]);
  return backup?.legalHold !== true && last?.backupId !== backupId;
}

const leftOverDays = 7;

/** A failed snapshot may stand there all the same, such as one under the wrong key: nobody else takes it away. */
function isLeftOver({ method, status, startedAt }: BackupRecord, now: string): boolean {
  const age = Date.parse(now) - Date.parse(startedAt);
  return method === 'snapshot' && status === 'failed' && age < leftOverDays * dayMilliseconds;
}

/** The lifecycle of the recovery region takes its own; nobody here may look. */
async function expireThere(
  { store, publisher, now }: Omit<Parts, 'objects'>,
  backups: readonly BackupRecord[],
): Promise<number> {
  const aged = backups.filter(
    ({ site, status, keepUntil }) => site !== undefined && status === 'complete' && keepUntil <= now(),
  );
  for (const backup of aged) {
    await store.replace({ ...backup, status: 'expired' }, 'complete');
    const reason = `it was kept in the recovery region until ${backup.keepUntil}`;
    await publisher.publish(buildBackupEvent('BackupExpired', backup, reason, now()));
  }
  return aged.length;
}

/** What verify-backup proves: the age of what it cannot prove would only grow. */
function isProvable(place: DatabaseConfiguration['environments'][string] | undefined): boolean {
  return place?.dump === true || place?.snapshot?.proof !== undefined;
}
