// Which backups are to be proven by a restore: the newest of each database, or the one that a person names.
import type { Configuration } from '../../config/schema.ts';
import { proofServer } from '../../contracts/backup-places.ts';
import type { BackupRecord } from '../../contracts/ledger/backups.ts';
import type { SnapshotProof } from '../../contracts/workflows/advance-database.ts';
import type { PlannedVerification, VerificationRequest } from '../../contracts/workflows/verify-backup.ts';
import { AppError } from '../app-error.ts';
import { isRestorableAtHome, isRestorableByRds, standInForSnapshot, toAgentBackup } from './agent-backup.ts';
import type { BackupStore } from './backup-store.ts';
import { jobNameOf, stampOf } from './name-backup.ts';

type Settings = Pick<Configuration, 'application' | 'databases' | 'backups'>;

export async function planVerifications(
  settings: Settings,
  store: Pick<BackupStore, 'find' | 'list'>,
  { request = {}, startedAt }: { readonly request?: VerificationRequest | undefined; readonly startedAt: string },
): Promise<{ verifications: PlannedVerification[]; missing: string[] }> {
  const plan = (record: BackupRecord): PlannedVerification => {
    const job = jobNameOf('verify', { name: record.name, stamp: stampOf(startedAt) });
    return record.method === 'snapshot'
      ? { job, backup: standInForSnapshot(settings.application, record), snapshot: planProof(settings, record) }
      : { job, backup: toAgentBackup(record) };
  };
  if (request.backupId !== undefined) {
    const backup = await store.find(request.backupId);
    if (backup === undefined) throw new AppError('NotFoundError', `no backup ${request.backupId} is in the catalogue`);
    if (!isRestorableAtHome(backup) && !isRestorableByRds(backup))
      throw new AppError(
        'InvalidInputError',
        `backup ${backup.backupId} is ${backup.status}${backup.site === undefined ? '' : ' in the recovery region'}, only a complete dump or snapshot in the primary region can be verified`,
      );
    return { verifications: [plan(backup)], missing: [] };
  }
  const verifications: PlannedVerification[] = [];
  const missing: string[] = [];
  for (const [name, { environments }] of Object.entries(settings.databases)) {
    for (const [environment, { dump, snapshot }] of Object.entries(environments)) {
      if (!isWanted(request, environment, name)) continue;
      const wanted = [
        ...(dump ? [isRestorableAtHome] : []),
        ...(snapshot?.proof === undefined
          ? []
          : [(backup: BackupRecord) => isRestorableByRds(backup) && backup.snapshotKind === snapshot.kind]),
      ];
      const backups = (await store.list(environment)).filter((backup) => backup.name === name);
      for (const isOfMethod of wanted) {
        const newest = backups.findLast(isOfMethod);
        if (newest === undefined) missing.push(`${name} in ${environment}`);
        else verifications.push(plan(newest));
      }
    }
  }
  return { verifications, missing };
}

function planProof({ application, databases, backups }: Settings, record: BackupRecord): SnapshotProof {
  const { environment, name, backupId, snapshotId = '', engineVersion = '', bytes = 0 } = record;
  const snapshot = databases[name]?.environments[environment]?.snapshot;
  if (snapshot?.proof === undefined)
    throw new AppError(
      'InvalidInputError',
      `${backupId} cannot be proven: databases.${name}.environments.${environment}.snapshot.proof does not say in which network`,
    );
  if (record.snapshotKind !== snapshot.kind)
    throw new AppError(
      'InvalidInputError',
      `${backupId} cannot be proven: it is of an RDS ${record.snapshotKind}, and ${name} in ${environment} is a ${snapshot.kind} now`,
    );
  const { subnetGroup, securityGroups, instanceClass } = snapshot.proof;
  return {
    ...{ snapshotId, engineVersion, subnetGroup, securityGroups, instanceClass, keyArn: snapshot.keys.primary },
    kind: snapshot.kind,
    scratch: proofServer(application, environment, name),
    allocatedGigabytes: Math.round(bytes / 1024 ** 3),
    timeoutMinutes: backups.timeoutMinutes,
  };
}

function isWanted(request: VerificationRequest, environment: string, name: string): boolean {
  return (
    (request.environment === undefined || request.environment === environment) &&
    (request.database === undefined || request.database === name)
  );
}
