// Carries out what the age of backups asks for, and finds what is missing before its time.
import type { Configuration } from '../../config/schema.ts';
import type { BackupRecord } from '../../contracts/ledger/backups.ts';
import type { EventPublisher } from '../ingress/receive-delivery.ts';
import type { BackupStore } from './backup-store.ts';
import { planRetention } from './plan-retention.ts';
import { buildBackupEvent } from './record-backup.ts';

export interface RetentionObjects {
  /** Whether the backup's manifest and dump are there. */
  areThere(backup: BackupRecord): Promise<boolean>;
  /** Sets the tag that the lifecycle goes by, on every object of the backup. */
  tag(backup: BackupRecord, tag: string): Promise<void>;
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
    const names = Object.keys(databases).filter((name) => databases[name]?.environments[environment]?.dump);
    const backups = await store.list(environment);
    const lastVerified = new Set<string>();
    for (const name of names) {
      const last = await store.findLastVerified(environment, name);
      if (last !== undefined) lastVerified.add(last.backupId);
      const since = last?.verifiedAt ?? backups.find((backup) => backup.name === name)?.startedAt;
      if (since !== undefined)
        verifiedAgeDays[`${environment}/${name}`] = (Date.parse(now()) - Date.parse(since)) / dayMilliseconds;
    }
    const dumps = backups.filter(({ bucket, subject }) => bucket !== undefined && subject === 'database');
    const tagOf = (backup: BackupRecord): string => backup.tag ?? backup.tier;
    for (const action of planRetention(dumps, { now: now(), lastVerified, tagOf })) {
      const { backup } = action;
      if (action.kind === 'tag') {
        // A backup that is gone has nothing to tag: the action that follows says so.
        if (!(await objects.areThere(backup))) continue;
        await objects.tag(backup, action.tag);
        await store.replace({ ...backup, tag: action.tag }, 'complete');
        report.tagged += 1;
      } else if (!(await objects.areThere(backup))) {
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
