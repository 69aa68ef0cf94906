// `automation execution <id>`: one execution as a tree of its states, with durations, and inputs and errors where asked for.
import {
  DescribeExecutionCommand,
  ExecutionDoesNotExist,
  type HistoryEvent,
  paginateGetExecutionHistory,
  type SFNClient,
} from '@aws-sdk/client-sfn';
import colors from 'picocolors';
import type { Connection } from '../connection.ts';
import { CommandFailure, exitCodes, printable, renderDuration } from '../output.ts';
import { renderStatus } from '../render-status.ts';
import { listExecutions } from './list-executions.ts';

export interface StateVisit {
  readonly name: string;
  /** A Fail state: the definition's own end of a failure. */
  readonly isFail: boolean;
  readonly depth: number;
  readonly enteredAt: string;
  readonly durationMilliseconds: number | undefined;
  readonly input: string | undefined;
  readonly output: string | undefined;
  /** Errors met on the way, also those that a retry or catch mended. */
  readonly errors: readonly string[];
}

export interface ExecutionDetails {
  readonly arn: string;
  readonly status: string;
  readonly startedAt: string;
  readonly durationMilliseconds: number | undefined;
  readonly input: string | undefined;
  readonly output: string | undefined;
  readonly error: string | undefined;
  readonly cause: string | undefined;
  readonly states: readonly StateVisit[];
}

/** Takes an ARN, a full name, or the beginning of a name. @throws CommandFailure when none or several match. */
export async function showExecution(connection: Connection, id: string): Promise<ExecutionDetails> {
  const arn = id.startsWith('arn:') ? id : await findArn(connection, id);
  const { stepFunctions } = connection;
  try {
    const execution = await stepFunctions.send(new DescribeExecutionCommand({ executionArn: arn }));
    const { startDate, stopDate } = execution;
    return {
      arn,
      status: String(execution.status),
      startedAt: startDate?.toISOString() ?? '',
      durationMilliseconds: startDate && stopDate ? stopDate.getTime() - startDate.getTime() : undefined,
      input: execution.input,
      output: execution.output,
      error: execution.error,
      cause: execution.cause,
      states: buildStateTree(await readHistory(stepFunctions, arn)),
    };
  } catch (error) {
    if (error instanceof ExecutionDoesNotExist) throw notFound(id);
    throw error;
  }
}

/** The states in the order entered; a state inside a Map or Parallel is one level deeper than it. */
export function buildStateTree(events: readonly HistoryEvent[]): StateVisit[] {
  const byId = new Map(events.map((event) => [event.id ?? 0, event]));
  const entries = new Map<number, { visit: StateVisit; errors: string[] }>();
  const owner = new Map<number, number>();
  for (const event of events) {
    const id = event.id ?? 0;
    const entered = event.stateEnteredEventDetails;
    if (entered !== undefined) {
      const errors: string[] = [];
      const visit: StateVisit = {
        name: String(entered.name),
        isFail: event.type === 'FailStateEntered',
        depth: depthOf(event, byId),
        enteredAt: event.timestamp?.toISOString() ?? '',
        durationMilliseconds: undefined,
        input: entered.input,
        output: undefined,
        errors,
      };
      entries.set(id, { visit, errors });
      owner.set(id, id);
      continue;
    }
    const entryId = owner.get(event.previousEventId ?? 0);
    if (entryId === undefined) continue;
    owner.set(id, entryId);
    const entry = entries.get(entryId);
    if (entry === undefined) continue;
    const failure = describeFailure(event);
    if (failure !== undefined) entry.errors.push(failure);
    const exited = event.stateExitedEventDetails;
    if (exited !== undefined && exited.name === entry.visit.name) {
      const enteredAt = byId.get(entryId)?.timestamp?.getTime();
      const exitedAt = event.timestamp?.getTime();
      entries.set(entryId, {
        errors: entry.errors,
        visit: {
          ...entry.visit,
          output: exited.output,
          durationMilliseconds: enteredAt === undefined || exitedAt === undefined ? undefined : exitedAt - enteredAt,
        },
      });
    }
  }
  return [...entries.values()].map(({ visit }) => visit);
}

export function renderExecution(details: ExecutionDetails, options: { readonly data: boolean }): string {
  const took =
    details.durationMilliseconds === undefined ? '' : `, took ${renderDuration(details.durationMilliseconds)}`;
  const lines = [`${renderStatus(details.status)} ${details.arn}`, `started ${details.startedAt}${took}`, ''];
  for (const state of details.states) {
    const indent = '  '.repeat(state.depth + 1);
    const duration = state.durationMilliseconds === undefined ? '…' : renderDuration(state.durationMilliseconds);
    lines.push(`${indent}${state.name.padEnd(Math.max(1, 34 - indent.length))} ${colors.dim(duration)}`);
    for (const error of state.errors) lines.push(`${indent}  ${colors.red(printable(error))}`);
    if (options.data) {
      lines.push(
        `${indent}  ${colors.dim(`in  ${printable(state.input ?? '')}`)}`,
        `${indent}  ${colors.dim(`out ${printable(state.output ?? '')}`)}`,
      );
    }
  }
  if (details.error !== undefined) lines.push('', colors.red(`${details.error}: ${printable(details.cause ?? '')}`));
  return lines.join('\n');
}

async function findArn(connection: Connection, id: string): Promise<string> {
  const executions = await listExecutions(connection, { limit: 1000 });
  const matches = executions.filter(({ name }) => name === id || name.startsWith(id));
  const [match] = matches.filter(({ name }) => name === id).concat(matches.length === 1 ? matches : []);
  if (match === undefined) throw matches.length > 1 ? ambiguous(id, matches.length) : notFound(id);
  return match.arn;
}

function notFound(id: string): CommandFailure {
  return new CommandFailure(`no execution ${id}: \`automation executions\` lists them`, exitCodes.notFound);
}

function ambiguous(id: string, count: number): CommandFailure {
  return new CommandFailure(`${count} executions begin with ${id}: give more of the name`, exitCodes.usage);
}

async function readHistory(client: SFNClient, executionArn: string): Promise<HistoryEvent[]> {
  const events: HistoryEvent[] = [];
  for await (const page of paginateGetExecutionHistory({ client }, { executionArn, includeExecutionData: true })) {
    events.push(...(page.events ?? []));
  }
  return events;
}

function depthOf(event: HistoryEvent, byId: ReadonlyMap<number, HistoryEvent>): number {
  let depth = 0;
  let current = byId.get(event.previousEventId ?? 0);
  while (current !== undefined) {
    if (current.type === 'MapIterationStarted' || current.type === 'ParallelStateStarted') depth += 1;
    if (current.type === 'MapStateExited' || current.type === 'ParallelStateExited') depth -= 1;
    current = byId.get(current.previousEventId ?? 0);
  }
  return Math.max(0, depth);
}

function describeFailure(event: HistoryEvent): string | undefined {
  const details = [
    event.taskFailedEventDetails,
    event.taskTimedOutEventDetails,
    event.taskSubmitFailedEventDetails,
    event.taskStartFailedEventDetails,
    event.lambdaFunctionFailedEventDetails,
    event.lambdaFunctionTimedOutEventDetails,
    event.evaluationFailedEventDetails,
    event.executionFailedEventDetails,
  ].find((each) => each !== undefined);
  return details === undefined ? undefined : `${details.error ?? 'error'}: ${details.cause ?? ''}`;
}
