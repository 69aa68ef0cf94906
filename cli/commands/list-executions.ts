// `automation executions`: what ran lately, over all workflows.
import { type ExecutionListItem, type ExecutionStatus, ListExecutionsCommand } from '@aws-sdk/client-sfn';
import type { Connection } from '../connection.ts';
import { renderDuration, renderTable } from '../output.ts';
import { renderStatus } from '../render-status.ts';

export interface ListExecutionsOptions {
  readonly workflow?: string | undefined;
  readonly status?: ExecutionStatus | undefined;
  /** At most this many of each workflow. */
  readonly limit: number;
}

export interface ExecutionSummary {
  readonly workflow: string;
  readonly name: string;
  readonly arn: string;
  readonly status: string;
  readonly startedAt: string;
  readonly durationMilliseconds: number | undefined;
}

/** The newest first. */
export async function listExecutions(
  connection: Connection,
  options: ListExecutionsOptions,
): Promise<ExecutionSummary[]> {
  const { workflowArns } = connection.deployment;
  const chosen = Object.entries(workflowArns).filter(
    ([name]) => options.workflow === undefined || name === options.workflow,
  );
  const lists = await Promise.all(
    chosen.map(async ([workflow, stateMachineArn]) => {
      const { executions = [] } = await connection.stepFunctions.send(
        new ListExecutionsCommand({ stateMachineArn, statusFilter: options.status, maxResults: options.limit }),
      );
      return executions.map((execution) => summarize(workflow, execution));
    }),
  );
  return lists.flat().sort((a, b) => b.startedAt.localeCompare(a.startedAt));
}

export function renderExecutions(executions: readonly ExecutionSummary[]): string {
  if (executions.length === 0)
    return 'no executions yet: push to a branch that is promoted, or run `automation promote`';
  const rows = executions.map(({ workflow, name, status, startedAt, durationMilliseconds }) => [
    renderStatus(status),
    workflow,
    name,
    startedAt,
    durationMilliseconds === undefined ? '' : renderDuration(durationMilliseconds),
  ]);
  return renderTable(['STATUS', 'WORKFLOW', 'EXECUTION', 'STARTED', 'TOOK'], rows);
}

function summarize(
  workflow: string,
  { name, executionArn, status, startDate, stopDate }: ExecutionListItem,
): ExecutionSummary {
  return {
    workflow,
    name: String(name),
    arn: String(executionArn),
    status: String(status),
    startedAt: startDate?.toISOString() ?? '',
    durationMilliseconds: startDate && stopDate ? stopDate.getTime() - startDate.getTime() : undefined,
  };
}
