// Which environments are backed up by a run: all of them, or the one that a person asks for; none twice at once.
import type * as z from 'zod/mini';
import type { Configuration } from '../../config/schema.ts';
import { backupBucketName } from '../../contracts/backup-places.ts';
import { type BackupRecord, backupKeys, backupKinds } from '../../contracts/ledger/backups.ts';
import type {
  PlannedConfigurationBackup,
  planConfigurationBackupsTask,
} from '../../contracts/workflows/back-up-configuration.ts';
import { AppError } from '../app-error.ts';
import type { BackupStore } from '../backups/backup-store.ts';
import { backupIdOf, stampOf } from '../backups/name-backup.ts';
import { decideKeepUntil, decideTier, tierHorizon } from '../backups/retention.ts';

type Settings = Pick<Configuration, 'application' | 'backups' | 'environments'>;
type Input = z.output<typeof planConfigurationBackupsTask.input>;

/** The name of every such backup in the catalogue. */
export const configurationBackupName = 'configuration';
const method = 'configuration';
const leaseMinutes = 60;

/** Claims and begins each one in the catalogue. Repeating it answers the same. */
export async function planConfigurationBackups(
  settings: Settings,
  store: BackupStore,
  { request, scheduledFor, executionArn, startedAt: now }: Input,
): Promise<{ backups: PlannedConfigurationBackup[]; skipped: string[] }> {
  const startedAt = new Date(scheduledFor ?? now).toISOString();
  const backups: PlannedConfigurationBackup[] = [];
  const skipped: string[] = [];
  for (const environment of listEnvironments(settings, request?.environment)) {
    const backup = await planOne(settings, store, environment, startedAt);
    const leaseUntil = new Date(Date.parse(now) + leaseMinutes * 60_000).toISOString();
    const of = { environment, name: configurationBackupName, method };
    const claim = await store.claimRun({ ...of, backupId: backup.backupId, executionArn, leaseUntil }, now);
    if (!claim.claimed) {
      skipped.push(`${backup.backupId}: ${claim.holder.backupId} is still being made`);
      continue;
    }
    if (!(await store.begin(buildRecord(backup, executionArn, request?.actor)))) {
      const existing = await store.find(backup.backupId);
      if (existing?.executionArn !== executionArn) {
        await store.releaseRun(of, executionArn);
        skipped.push(`${backup.backupId}: it was made by ${existing?.executionArn ?? 'another execution'} already`);
        continue;
      }
    }
    backups.push(backup);
  }
  return { backups, skipped };
}

function listEnvironments({ environments }: Settings, wanted: string | undefined): string[] {
  const all = Object.keys(environments);
  if (wanted !== undefined && !all.includes(wanted))
    throw new AppError('InvalidInputError', `no environment ${wanted}, there are ${all.join(', ')}`);
  return wanted === undefined ? all : [wanted];
}

async function planOne(
  { application, backups }: Settings,
  store: BackupStore,
  environment: string,
  startedAt: string,
): Promise<PlannedConfigurationBackup> {
  const earlier = (await store.list(environment, tierHorizon(startedAt))).filter(
    ({ subject }) => subject === 'configuration',
  );
  const tier = decideTier(startedAt, earlier);
  const stamp = stampOf(startedAt);
  return {
    backupId: backupIdOf({ environment, name: configurationBackupName, method, stamp }),
    environment,
    bucket: backupBucketName(application, environment),
    prefix: `configuration/${stamp}/`,
    tier,
    keepUntil: decideKeepUntil(startedAt, tier, backups.retention),
    startedAt,
  };
}

function buildRecord(
  backup: PlannedConfigurationBackup,
  executionArn: string,
  actor = 'back-up-configuration',
): BackupRecord {
  return {
    ...backupKeys.backup(backup.backupId),
    kind: backupKinds.backup(backup.environment),
    sortKey: `${backup.startedAt}#${backup.backupId}`,
    ...backup,
    subject: 'configuration',
    name: configurationBackupName,
    method,
    status: 'running',
    executionArn,
    actor,
    correlationId: `backup/${backup.backupId}`,
  };
}
