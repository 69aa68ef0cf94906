// `automation restore`: what it would do, and doing it.
import type * as z from 'zod/mini';
import type { RecoveryWindow } from '../../contracts/point-in-time.ts';
import { planRestoreTask, type RestoreRequest } from '../../contracts/workflows/restore-database.ts';
import type { Connection } from '../connection.ts';
import { invokeFunction } from '../invoke-function.ts';
import { CommandFailure, exitCodes, printable } from '../output.ts';
import { renderStatus } from '../render-status.ts';
import { runWorkflow, type StartedExecution } from '../run-workflow.ts';

export interface RestoreOptions {
  readonly env: string;
  readonly from?: string;
  readonly at?: string;
  readonly plan: boolean;
  readonly planHash?: string;
  readonly inPlace: boolean;
  readonly confirm?: string;
  readonly reason: string;
  readonly actor: string;
  readonly wait: boolean;
}

export type RestoreDecision = z.infer<typeof planRestoreTask.output>;

/** @throws CommandFailure when it is not said from where, or `--in-place` is not confirmed by the database's name. */
export function buildRestoreRequest(database: string, options: RestoreOptions): RestoreRequest {
  const { env: environment, from: backupId, at, planHash, inPlace, confirm, actor, reason } = options;
  if ((backupId === undefined) === (at === undefined))
    throw new CommandFailure('give either --from <backup> or --at <time>', exitCodes.usage);
  if (inPlace && confirm !== database)
    throw new CommandFailure(
      `--in-place replaces the live database without asking again: add --confirm ${database}`,
      exitCodes.usage,
    );
  return {
    environment,
    database,
    ...(backupId === undefined ? {} : { backupId }),
    ...(at === undefined ? {} : { at }),
    ...(planHash === undefined ? {} : { planHash }),
    ...(inPlace ? { confirmedDatabase: database } : {}),
    actor,
    reason,
  };
}

/** As the workflow's own planning step sees it. Changes nothing. */
export async function planRestore(
  connection: Connection,
  application: string,
  request: RestoreRequest,
): Promise<RestoreDecision> {
  const input = { request, startedAt: new Date().toISOString() };
  return await invokeFunction(connection, `${application}-plan-restore`, input, planRestoreTask.output);
}

/** What the archive of a database can bring back. @throws CommandFailure when it has none. */
export async function readRecoveryWindow(
  connection: Connection,
  application: string,
  { database, environment }: { readonly database: string; readonly environment: string },
): Promise<RecoveryWindow> {
  // A request that names neither a backup nor a time is refused, and comes with the window all the same.
  const request = { environment, database, actor: 'backups window', reason: 'to see what is possible' };
  const { window, reason } = await planRestore(connection, application, request);
  if (window !== undefined) return window;
  const isKnown = reason.startsWith('say either');
  throw new CommandFailure(
    isKnown ? `${database} in ${environment} has no archive: only its backups can be restored` : reason,
    exitCodes.notFound,
  );
}

export function renderRecoveryWindow({
  server,
  stretches,
  archivedAt,
  archiveLagSeconds,
  problems,
}: RecoveryWindow): string {
  const lines = stretches.map(
    ({ earliest, latest, baseBackups }) =>
      `  ${earliest}  to  ${latest}  (${baseBackups} base ${baseBackups === 1 ? 'backup' : 'backups'})`,
  );
  return [
    `${server}: ${stretches.length === 0 ? 'no moment can be had back yet' : 'every moment can be had back'}`,
    ...lines,
    `  archive lag: ${archiveLagSeconds === undefined ? 'nothing was archived yet' : `${archiveLagSeconds} s, since ${archivedAt}`}`,
    ...problems.map((problem) => `  ${renderStatus('attention')}: ${printable(problem)}`),
  ].join('\n');
}

export async function restoreDatabase(
  connection: Connection,
  request: RestoreRequest,
  wait: boolean,
): Promise<StartedExecution> {
  return await runWorkflow(connection, 'restore-database', { request }, wait);
}

export function renderRestorePlan({
  outcome,
  reason,
  plan,
  planHash,
  approvalTimeoutSeconds,
}: RestoreDecision): string {
  if (plan === undefined) return `${renderStatus(outcome)}: ${printable(reason)}`;
  return [
    `${renderStatus(outcome)}: ${printable(reason)}`,
    ...plan.steps.map((step, index) => `  ${index + 1}. ${step}`),
    `  lost: ${plan.loss}`,
    `  takes: ${plan.restoreSeconds === undefined ? 'not known, it was never restored' : `${plan.restoreSeconds.toFixed(1)} s at its last proof`}`,
    `  approval: ${approvalTimeoutSeconds === 0 ? 'the configuration asks nobody' : `within ${Math.round(approvalTimeoutSeconds / 60)} min`}`,
    `  plan hash: ${planHash}`,
  ].join('\n');
}
