// Which backups a run makes: every configured one that nobody is making already.
import type { Configuration } from '../../config/schema.ts';
import type { SnapshotConfiguration } from '../../config/snapshots-schema.ts';
import { backupBucketName } from '../../contracts/backup-places.ts';
import { type BackupRecord, backupKeys, backupKinds } from '../../contracts/ledger/backups.ts';
import type { BackupRequest, PlannedBackup } from '../../contracts/workflows/back-up-database.ts';
import { AppError } from '../app-error.ts';
import type { BackupStore } from './backup-store.ts';
import { backupIdOf, jobNameOf, prefixOf, snapshotIdOf, stampOf } from './name-backup.ts';
import { decideKeepUntil, decideTier, tierHorizon } from './retention.ts';

export interface BackupRunInput {
  readonly request?: BackupRequest | undefined;
  readonly scheduledFor?: string | undefined;
  readonly executionArn: string;
  readonly startedAt: string;
}

type Settings = Pick<Configuration, 'application' | 'databases' | 'backups' | 'environments'>;

interface Target {
  readonly environment: string;
  readonly name: string;
  readonly method: 'dump' | 'snapshot';
  readonly snapshot?: SnapshotConfiguration;
}

/** Claims and begins each one, so that two runs of one night never make the same. Repeating it answers the same. */
export async function planBackups(
  settings: Settings,
  store: BackupStore,
  input: BackupRunInput,
): Promise<{ backups: PlannedBackup[]; skipped: string[] }> {
  const startedAt = toIso(input.scheduledFor ?? input.startedAt);
  const backups: PlannedBackup[] = [];
  const skipped: string[] = [];
  const earlier = new Map<string, BackupRecord[]>();
  for (const target of listTargets(settings, input.request ?? {})) {
    const { environment, name, method } = target;
    const id = backupIdOf({ ...target, stamp: stampOf(startedAt) });
    const leaseUntil = new Date(Date.parse(input.startedAt) + settings.backups.timeoutMinutes * 60_000).toISOString();
    const claim = await store.claimRun(
      { environment, name, method, backupId: id, executionArn: input.executionArn, leaseUntil },
      toIso(input.startedAt),
    );
    if (!claim.claimed) {
      skipped.push(
        `${id}: ${claim.holder.backupId} is still being made, until ${claim.holder.leaseUntil} at the latest`,
      );
      continue;
    }
    if (claim.takenOver !== undefined) await endAbandoned(store, claim.takenOver.backupId, input.startedAt);
    if (!earlier.has(environment)) earlier.set(environment, await store.list(environment, tierHorizon(startedAt)));
    const witnesses = (earlier.get(environment) ?? []).filter(
      (backup) => backup.subject === 'database' && backup.name === name && backup.method === method,
    );
    const planned = describePlanned(
      settings,
      target,
      id,
      startedAt,
      decideTier(startedAt, witnesses),
      leaseUntil,
      input.request,
    );
    const record = buildRecord(planned, input.executionArn);
    if (!(await store.begin(record))) {
      const existing = await store.find(id);
      if (existing?.executionArn !== input.executionArn) {
        await store.releaseRun(target, input.executionArn);
        skipped.push(`${id}: it was made by ${existing?.executionArn ?? 'another execution'} already`);
        continue;
      }
    }
    backups.push(planned);
  }
  return { backups, skipped };
}

function listTargets({ databases, environments }: Settings, request: BackupRequest): Target[] {
  const { environment: wantedEnvironment, database: wantedName, method: wantedMethod } = request;
  if (wantedName !== undefined && databases[wantedName] === undefined)
    throw new AppError(
      'InvalidInputError',
      `no database ${wantedName}, there are ${Object.keys(databases).join(', ')}`,
    );
  if (wantedEnvironment !== undefined && environments[wantedEnvironment] === undefined)
    throw new AppError(
      'InvalidInputError',
      `no environment ${wantedEnvironment}, there are ${Object.keys(environments).join(', ')}`,
    );
  return Object.entries(databases)
    .filter(([name]) => wantedName === undefined || name === wantedName)
    .flatMap(([name, database]) =>
      Object.entries(database.environments)
        .filter(([environment]) => wantedEnvironment === undefined || environment === wantedEnvironment)
        .flatMap(([environment, { dump, snapshot }]): Target[] => [
          ...(dump ? [{ environment, name, method: 'dump' as const }] : []),
          ...(snapshot ? [{ environment, name, method: 'snapshot' as const, snapshot }] : []),
        ]),
    )
    .filter(({ method }) => wantedMethod === undefined || method === wantedMethod);
}

function describePlanned(
  { application, backups }: Settings,
  target: Target,
  backupId: string,
  startedAt: string,
  tier: PlannedBackup['tier'],
  until: string,
  request: BackupRequest | undefined,
): PlannedBackup {
  const { environment, name, snapshot } = target;
  const stamp = stampOf(startedAt);
  return {
    backupId,
    environment,
    database: name,
    method: target.method,
    tier,
    keepUntil: decideKeepUntil(startedAt, tier, backups.retention),
    stamp,
    startedAt,
    actor: request?.actor ?? 'back-up-database',
    correlationId: `backup/${backupId}`,
    ...(snapshot === undefined
      ? {
          bucket: backupBucketName(application, environment),
          prefix: prefixOf({ name, stamp }),
          job: jobNameOf('back-up', { name, stamp }),
        }
      : {
          snapshotId: snapshotIdOf(application, { environment, name, stamp }),
          snapshot: { kind: snapshot.kind, identifier: snapshot.identifier, keyArn: snapshot.keys.primary, until },
        }),
  };
}

function buildRecord(planned: PlannedBackup, executionArn: string): BackupRecord {
  const { backupId, environment, database, method, tier, keepUntil, bucket, prefix, snapshotId, snapshot } = planned;
  return {
    ...backupKeys.backup(backupId),
    kind: backupKinds.backup(environment),
    sortKey: `${planned.startedAt}#${backupId}`,
    backupId,
    environment,
    subject: 'database',
    name: database,
    method,
    status: 'running',
    tier,
    keepUntil,
    ...(bucket === undefined ? {} : { bucket, prefix }),
    ...(snapshot === undefined ? {} : { snapshotId, snapshotKind: snapshot.kind }),
    startedAt: planned.startedAt,
    executionArn,
    actor: planned.actor,
    correlationId: planned.correlationId,
  };
}

/** Its run ended without a word (an aborted execution): it is no backup. */
async function endAbandoned(store: BackupStore, backupId: string, now: string): Promise<void> {
  const abandoned = await store.find(backupId);
  if (abandoned?.status !== 'running') return;
  const reason = 'its run ended without a result: a later run has taken over';
  await store.replace({ ...abandoned, status: 'failed', finishedAt: toIso(now), reason }, 'running');
}

/** Schedules write times without milliseconds. */
function toIso(time: string): string {
  return new Date(time).toISOString();
}
