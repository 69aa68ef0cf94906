// Fail: ends its line of control with an error of the definition's own.
import type { FailState } from '../definition/state-machine.ts';
import { EvaluationFailure } from '../expression/evaluator.ts';
import type { Json } from '../json.ts';
import { StateFailure } from '../state-failure.ts';
import type { StateOutcome } from '../state-runners.ts';
import type { Thread } from '../thread.ts';

export async function runFail(state: FailState, thread: Thread): Promise<StateOutcome> {
  const error = state.error && expectText(await thread.evaluateOne(state.error), 'Error');
  const cause = state.failureCause && expectText(await thread.evaluateOne(state.failureCause), 'Cause');
  throw new StateFailure(error ?? 'States.TaskFailed', cause);
}

function expectText(value: Json, field: string): string {
  if (typeof value === 'string') return value;
  throw new EvaluationFailure(
    field,
    `The field '${field}' must evaluate to a string, but was: ${JSON.stringify(value)}`,
  );
}
