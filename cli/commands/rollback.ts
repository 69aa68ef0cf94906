// `automation rollback`: starts rollback-release by hand, or with --plan shows what it would do and does nothing.

import type { ChangePreview } from '../../contracts/workflows/gate-verdicts.ts';
import {
  decideRollbackTask,
  type RollbackPlan,
  type RollbackRequest,
  rollbackRequestSchema,
} from '../../contracts/workflows/rollback-release.ts';
import type { Connection } from '../connection.ts';
import { invokeFunction } from '../invoke-function.ts';
import { CommandFailure, exitCodes, printable, renderTable } from '../output.ts';
import { runWorkflow, type StartedExecution } from '../run-workflow.ts';
import { previewChange, renderPreview } from './preview-change.ts';

export interface RollbackOptions {
  readonly application: string;
  readonly service: string;
  readonly env: string;
  /** The best known-good version when absent. */
  readonly to?: string | undefined;
  readonly reason: string;
  readonly actor: string;
  /** The plan that was seen: the workflow refuses when the world has moved since. */
  readonly planHash?: string | undefined;
}

export interface PlannedRollback {
  readonly plan: RollbackPlan;
  /** Absent when nothing would go back. */
  readonly preview?: ChangePreview;
}

/** What would go back, as the workflow's own decision sees it, and what that does to Git. Changes nothing. */
export async function planRollback(
  connection: Connection,
  options: RollbackOptions,
  now: string,
): Promise<PlannedRollback> {
  const request = buildRequest(options);
  const plan = await invokeFunction(
    connection,
    `${options.application}-decide-rollback`,
    { request, rollbackId: 'plan', executionArn: 'plan', startedAt: now, planOnly: true },
    decideRollbackTask.output,
  );
  const { promotion, services } = plan;
  if (services.length === 0) return { plan };
  return {
    plan,
    preview: await previewChange(connection, options.application, { rollback: { promotion, services } }, now),
  };
}

/** Starts the workflow; with `wait` it returns when the execution has ended. With `planHash` the workflow refuses a plan that moved. */
export async function rollback(
  connection: Connection,
  options: RollbackOptions & { readonly wait: boolean },
): Promise<StartedExecution> {
  return await runWorkflow(connection, 'rollback-release', { request: buildRequest(options) }, options.wait);
}

export function renderRollbackPlan({ plan, preview }: PlannedRollback): string {
  const { outcome, rule, reason, services, blamed, refusedTargets } = plan;
  const rows = services.map(({ name, version, digest = '' }) => [
    name,
    blamed.find(({ service }) => service === name)?.version ?? '',
    version,
    digest,
  ]);
  const passedOver = refusedTargets.map(({ version, because }) => `not ${printable(version)}: ${printable(because)}`);
  const table = rows.length === 0 ? [] : [renderTable(['SERVICE', 'FROM', 'TO', 'DIGEST'], rows)];
  const changes = preview === undefined ? [] : [renderPreview(preview)];
  return [`${outcome} by ${rule}: ${printable(reason)}`, ...table, ...passedOver, ...changes].join('\n');
}

function buildRequest({ service, env: environment, to, actor, reason, planHash }: RollbackOptions): RollbackRequest {
  const parsed = rollbackRequestSchema.safeParse({ service, environment, to, actor, reason, planHash });
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new CommandFailure(`the request is not valid: ${problems.join('; ')}`, exitCodes.usage);
}
