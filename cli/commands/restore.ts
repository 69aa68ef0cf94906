// `automation restore`: what it would do, and doing it.
import type * as z from 'zod/mini';
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
