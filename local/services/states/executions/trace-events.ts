// What a person sees of an execution while it runs.
import type { Trace } from '../../../trace/trace.ts';
import type { RecordedEvent } from '../engine/journal.ts';

const NAMES: Readonly<Record<string, string>> = {
  ExecutionStarted: 'execution-started',
  ExecutionSucceeded: 'execution-succeeded',
  ExecutionFailed: 'execution-failed',
  ExecutionTimedOut: 'execution-timed-out',
  ExecutionAborted: 'execution-aborted',
  ExecutionRedriven: 'execution-redriven',
  TaskSubmitted: 'task-submitted',
  TaskFailed: 'task-failed',
  TaskTimedOut: 'task-timed-out',
  LambdaFunctionFailed: 'task-failed',
  LambdaFunctionTimedOut: 'task-timed-out',
  EvaluationFailed: 'evaluation-failed',
};

/** Records the events that tell how an execution goes; the rest is in its history. */
export function traceEvent(trace: Trace, executionArn: string, event: RecordedEvent): void {
  const name = NAMES[event.type] ?? (event.type.endsWith('StateEntered') ? 'state-entered' : undefined);
  if (!name) return;
  const [stateMachine, execution] = executionArn.split(':').slice(-2);
  const { name: state, error, cause } = event.details ?? {};
  trace.record({
    service: 'states',
    name,
    subject: typeof state === 'string' ? `${stateMachine}/${state}` : `${stateMachine}:${execution}`,
    details: {
      executionArn,
      stateMachine,
      eventId: event.id,
      ...(state === undefined ? {} : { state }),
      ...(error === undefined ? {} : { error }),
      ...(cause === undefined ? {} : { cause }),
    },
  });
}
