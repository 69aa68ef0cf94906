// StartExecution, DescribeExecution, ListExecutions, GetExecutionHistory, StopExecution, RedriveExecution and their kin.
import { randomUUID } from 'node:crypto';
import type {
  DescribeExecutionInput,
  DescribeExecutionOutput,
  DescribeStateMachineForExecutionInput,
  DescribeStateMachineForExecutionOutput,
  GetExecutionHistoryInput,
  GetExecutionHistoryOutput,
  ListExecutionsInput,
  ListExecutionsOutput,
  RedriveExecutionInput,
  StartExecutionInput,
  StopExecutionInput,
} from '@aws-sdk/client-sfn';
import type { RuntimeContext } from '../../../runtime/context.ts';
import { AwsError, type Operation } from '../../../runtime/service.ts';
import { describeHistoryEvent } from '../executions/describe-history-event.ts';
import type { ExecutionRecord } from '../executions/execution-record.ts';
import { decideRedrive } from '../executions/redrive.ts';
import type { StatesParts } from '../states-parts.ts';
import { checkArn, checkJson, checkName } from './check-input.ts';
import { pageOf, readPosition, writePosition } from './paging.ts';

const HISTORY_PAGE_SIZE = 100;

export function createExecutionOperations(context: RuntimeContext, parts: StatesParts): Record<string, Operation> {
  const { stateMachines, executions } = parts;
  const onExecution = (action: string) => (input: { executionArn?: string | undefined }) => [
    { action: `states:${action}`, resource: input.executionArn ?? '*' },
  ];
  const onStateMachine = (action: string) => (input: { stateMachineArn?: string | undefined }) => [
    { action: `states:${action}`, resource: input.stateMachineArn ?? '*' },
  ];
  const getExecution = (arn: string | undefined) => executions.get(checkArn(arn, 'execution'));

  return {
    StartExecution: {
      authorize: onStateMachine('StartExecution'),
      async handle(input: StartExecutionInput) {
        const stateMachine = stateMachines.get(checkArn(input.stateMachineArn, 'stateMachine'));
        const name = input.name ?? randomUUID();
        checkName(name);
        const text = checkJson(input.input ?? '{}', 'InvalidExecutionInput', 'State Machine Execution Input');
        if (stateMachine.type === 'EXPRESS') return parts.express.start(stateMachine, name, text);
        const record = await executions.start({
          stateMachine,
          name,
          input: text,
          ...(input.traceHeader === undefined ? {} : { traceHeader: input.traceHeader }),
        });
        return { executionArn: record.arn, startDate: new Date(record.startedAtMilliseconds) };
      },
    },
    StartSyncExecution: {
      authorize: onStateMachine('StartSyncExecution'),
      handle(input: StartExecutionInput) {
        const stateMachine = stateMachines.get(checkArn(input.stateMachineArn, 'stateMachine'));
        if (stateMachine.type !== 'EXPRESS') {
          throw new AwsError(
            'StateMachineTypeNotSupported',
            'This operation is not supported by this type of state machine',
          );
        }
        const name = input.name ?? randomUUID();
        checkName(name);
        const text = checkJson(input.input ?? '{}', 'InvalidExecutionInput', 'State Machine Execution Input');
        return parts.express.run(stateMachine, name, text);
      },
    },
    DescribeExecution: {
      authorize: onExecution('DescribeExecution'),
      handle: (input: DescribeExecutionInput) =>
        describeExecution(
          getExecution(input.executionArn),
          context.clock.now(),
          input.includedData !== 'METADATA_ONLY',
        ),
    },
    ListExecutions: {
      authorize: onStateMachine('ListExecutions'),
      handle(input: ListExecutionsInput): ListExecutionsOutput {
        const arn = stateMachines.get(checkArn(input.stateMachineArn, 'stateMachine')).arn;
        const matching = executions.list(arn).filter((record) => isListed(record, input));
        const { items, nextToken } = pageOf(matching, input);
        return { executions: items.map(listExecution), ...(nextToken === undefined ? {} : { nextToken }) };
      },
    },
    GetExecutionHistory: {
      authorize: onExecution('GetExecutionHistory'),
      handle: (input: GetExecutionHistoryInput) => readHistory(parts, getExecution(input.executionArn).arn, input),
    },
    StopExecution: {
      authorize: onExecution('StopExecution'),
      async handle(input: StopExecutionInput) {
        const { arn } = getExecution(input.executionArn);
        return { stopDate: new Date(await executions.stop(arn, input.error, input.cause)) };
      },
    },
    RedriveExecution: {
      authorize: onExecution('RedriveExecution'),
      async handle(input: RedriveExecutionInput) {
        return { redriveDate: new Date(await executions.redrive(getExecution(input.executionArn).arn)) };
      },
    },
    DescribeStateMachineForExecution: {
      authorize: onExecution('DescribeStateMachineForExecution'),
      handle(input: DescribeStateMachineForExecutionInput): DescribeStateMachineForExecutionOutput {
        const { stateMachineArn, revisionId } = getExecution(input.executionArn);
        const revision = stateMachines.getRevision(stateMachineArn, revisionId);
        return {
          stateMachineArn,
          name: stateMachineArn.split(':').at(-1) ?? '',
          definition: revision.definition,
          roleArn: revision.roleArn,
          updateDate: new Date(revision.createdAtMilliseconds),
          revisionId,
        };
      },
    },
  };
}

function describeExecution(record: ExecutionRecord, now: number, includesData: boolean): DescribeExecutionOutput {
  const refusal = decideRedrive(record, now);
  return {
    ...listExecution(record),
    redriveCount: record.redriveCount,
    redriveStatus: refusal === undefined ? 'REDRIVABLE' : 'NOT_REDRIVABLE',
    ...(refusal === undefined ? {} : { redriveStatusReason: refusal }),
    ...(includesData ? { input: record.input, inputDetails: { included: true } } : {}),
    ...(includesData && record.output !== undefined
      ? { output: record.output, outputDetails: { included: true } }
      : {}),
    ...(record.error === undefined ? {} : { error: record.error }),
    ...(record.cause === undefined ? {} : { cause: record.cause }),
    ...(record.traceHeader === undefined ? {} : { traceHeader: record.traceHeader }),
  };
}

function listExecution(record: ExecutionRecord) {
  return {
    executionArn: record.arn,
    stateMachineArn: record.stateMachineArn,
    name: record.name,
    status: record.status,
    startDate: new Date(record.startedAtMilliseconds),
    ...(record.stoppedAtMilliseconds === undefined ? {} : { stopDate: new Date(record.stoppedAtMilliseconds) }),
    ...(record.redrivenAtMilliseconds === undefined
      ? {}
      : { redriveCount: record.redriveCount, redriveDate: new Date(record.redrivenAtMilliseconds) }),
  };
}

function isListed(record: ExecutionRecord, { statusFilter, redriveFilter }: ListExecutionsInput): boolean {
  if (statusFilter !== undefined && record.status !== statusFilter) return false;
  return redriveFilter === undefined || (redriveFilter === 'REDRIVEN') === record.redriveCount > 0;
}

function readHistory(
  { executions }: StatesParts,
  arn: string,
  input: GetExecutionHistoryInput,
): GetExecutionHistoryOutput {
  const lastEventId = executions.getLastEventId(arn);
  const from = readPosition(input.nextToken);
  const to = Math.min(from + (input.maxResults || HISTORY_PAGE_SIZE), lastEventId);
  const events = [];
  for (let position = from; position < to; position += 1) {
    const event = executions.findEvent(arn, input.reverseOrder ? lastEventId - position : position + 1);
    if (event) events.push(describeHistoryEvent(event, input.includeExecutionData !== false));
  }
  return to < lastEventId ? { events, nextToken: writePosition(to) } : { events };
}
