// Which backups are to be proven by a restore: the newest of each database, or the one that a person names.
import type { Configuration } from '../../config/schema.ts';
import type { AgentBackup } from '../../contracts/workflows/agent-jobs.ts';
import type { VerificationRequest } from '../../contracts/workflows/verify-backup.ts';
import { AppError } from '../app-error.ts';
import { isRestorableAtHome, toAgentBackup } from './agent-backup.ts';
import type { BackupStore } from './backup-store.ts';
import { jobNameOf, stampOf } from './name-backup.ts';

export interface PlannedVerification {
  readonly job: string;
  readonly backup: AgentBackup;
}

export async function planVerifications(
  { databases }: Pick<Configuration, 'databases'>,
  store: Pick<BackupStore, 'find' | 'list'>,
  { request = {}, startedAt }: { readonly request?: VerificationRequest | undefined; readonly startedAt: string },
): Promise<{ verifications: PlannedVerification[]; missing: string[] }> {
  const plan = (backup: AgentBackup): PlannedVerification => ({
    job: jobNameOf('verify', { name: backup.database, stamp: stampOf(startedAt) }),
    backup,
  });
  if (request.backupId !== undefined) {
    const backup = await store.find(request.backupId);
    if (backup === undefined) throw new AppError('NotFoundError', `no backup ${request.backupId} is in the catalogue`);
    if (!isRestorableAtHome(backup))
      throw new AppError(
        'InvalidInputError',
        `backup ${backup.backupId} is ${backup.status}${backup.site === undefined ? '' : ' in the recovery region'}, only a complete dump in the primary region can be verified`,
      );
    return { verifications: [plan(toAgentBackup(backup))], missing: [] };
  }
  const verifications: PlannedVerification[] = [];
  const missing: string[] = [];
  for (const [name, { environments }] of Object.entries(databases)) {
    for (const [environment, { dump }] of Object.entries(environments)) {
      if (!dump || !isWanted(request, environment, name)) continue;
      const newest = (await store.list(environment)).findLast(
        (backup) => backup.name === name && isRestorableAtHome(backup),
      );
      if (newest === undefined) missing.push(`${name} in ${environment}`);
      else verifications.push(plan(toAgentBackup(newest)));
    }
  }
  return { verifications, missing };
}

function isWanted(request: VerificationRequest, environment: string, name: string): boolean {
  return (
    (request.environment === undefined || request.environment === environment) &&
    (request.database === undefined || request.database === name)
  );
}
