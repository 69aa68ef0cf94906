// `automation rollback`: starts rollback-release by hand, or with --plan shows what it would do and does nothing.
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

export interface RollbackOptions {
  readonly application: string;
  readonly service: string;
  readonly env: string;
  /** The best known-good version when absent. */
  readonly to?: string | undefined;
  readonly reason: string;
  readonly actor: string;
}

/** What would go back, as the workflow's own decision sees it. Changes nothing. */
export async function planRollback(connection: Connection, options: RollbackOptions): Promise<RollbackPlan> {
  const request = buildRequest(options);
  const startedAt = new Date().toISOString();
  return await invokeFunction(
    connection,
    `${options.application}-decide-rollback`,
    { request, rollbackId: 'plan', executionArn: 'plan', startedAt, planOnly: true },
    decideRollbackTask.output,
  );
}

/** Starts the workflow; with `wait` it returns when the execution has ended. */
export async function rollback(
  connection: Connection,
  options: RollbackOptions & { readonly wait: boolean },
): Promise<StartedExecution> {
  return await runWorkflow(connection, 'rollback-release', { request: buildRequest(options) }, options.wait);
}

export function renderRollbackPlan({ outcome, rule, reason, services, blamed, refusedTargets }: RollbackPlan): string {
  const rows = services.map(({ name, version, digest = '' }) => [
    name,
    blamed.find(({ service }) => service === name)?.version ?? '',
    version,
    digest,
  ]);
  const passedOver = refusedTargets.map(({ version, because }) => `not ${printable(version)}: ${printable(because)}`);
  const table = rows.length === 0 ? [] : [renderTable(['SERVICE', 'FROM', 'TO', 'DIGEST'], rows)];
  return [`${outcome} by ${rule}: ${printable(reason)}`, ...table, ...passedOver].join('\n');
}

function buildRequest({ service, env: environment, to, actor, reason }: RollbackOptions): RollbackRequest {
  const parsed = rollbackRequestSchema.safeParse({ service, environment, to, actor, reason });
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new CommandFailure(`the request is not valid: ${problems.join('; ')}`, exitCodes.usage);
}
