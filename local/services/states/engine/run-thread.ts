// Runs a line of control from state to state: the data flow, Retry and Catch of every state type are here.
import type { HistoryEventType } from '@aws-sdk/client-sfn';
import type { Catcher, Flow, State } from './definition/state-machine.ts';
import { matchesError } from './error-match.ts';
import { EvaluationFailure } from './expression/evaluator.ts';
import { isWithinStateLimit, type Json, type JsonObject } from './json.ts';
import { findRetry } from './retry.ts';
import { forgetChildren } from './run-children.ts';
import { dataLimitFailure, describeFailure, fromRecordedFailure, StateFailure } from './state-failure.ts';
import { STATE_RUNNERS, type StateOutcome } from './state-runners.ts';
import type { Thread, VisibleExtras } from './thread.ts';

/** What leaving a state means for its line. */
export interface Transition {
  readonly next: string | undefined;
  readonly output: Json;
  readonly assigned: JsonObject | undefined;
}

/** Runs the line to its end and gives its output. Throws the StateFailure that ended it, or a Cancellation. */
export async function runThread(thread: Thread): Promise<Json> {
  const { status, output, failure, state } = thread.checkpoint;
  if (status === 'succeeded') return output as Json;
  if (status === 'failed' && failure) throw fromRecordedFailure(failure);
  if (state === '') enterState(thread, thread.machine.startAt, thread.input, {});
  for (;;) {
    const current = getState(thread);
    const transition = await runState(thread, current);
    leaveState(thread, current, transition);
    if (transition.next === undefined) return transition.output;
  }
}

function getState(thread: Thread): State {
  const { state } = thread.checkpoint;
  const found = thread.machine.states.get(state);
  if (!found) throw new StateFailure('States.Runtime', `there is no state '${state}'`);
  return found;
}

function enterState(thread: Thread, name: string, input: Json, variables: JsonObject): void {
  const type = thread.machine.states.get(name)?.type ?? 'Pass';
  const enteredEventId = thread.record(`${type}StateEntered` as HistoryEventType, { name, input });
  thread.save({
    state: name,
    input,
    variables,
    enteredAtMilliseconds: thread.run.engine.clock.now(),
    enteredEventId,
    retries: [],
    retryAtMilliseconds: undefined,
    progress: undefined,
  });
}

/** Leaves a state and enters the next one, or ends the line, in one tick: a crash sees either both or neither. */
function leaveState(thread: Thread, state: State, transition: Transition): void {
  const { output, assigned, next } = transition;
  forgetChildren(thread);
  thread.record(`${state.type}StateExited` as HistoryEventType, {
    name: state.name,
    output,
    ...(assigned === undefined ? {} : { assignedVariables: assigned }),
  });
  const variables =
    assigned === undefined ? thread.checkpoint.variables : { ...thread.checkpoint.variables, ...assigned };
  if (next !== undefined) {
    enterState(thread, next, output, variables);
    return;
  }
  thread.succeed(output);
  if (thread.path === '') thread.run.succeed(output);
}

/** Attempts the state until it succeeds, is caught, or fails for good. */
async function runState(thread: Thread, state: State): Promise<Transition> {
  for (;;) {
    const { retryAtMilliseconds } = thread.checkpoint;
    if (retryAtMilliseconds !== undefined) {
      await thread.sleepUntil(retryAtMilliseconds);
      thread.save({ retryAtMilliseconds: undefined });
    }
    try {
      return await attemptState(thread, state);
    } catch (error) {
      if (!(error instanceof StateFailure)) throw error;
      const failure = recordFailure(thread, state, error);
      if (scheduleRetry(thread, state, failure)) continue;
      const caught = await catchFailure(thread, state, failure);
      if (caught) return caught;
      recordLastFailure(thread, failure);
      throw failure;
    }
  }
}

/** Runs the state once, without Retry and Catch. Throws StateFailure. */
export async function attemptState(thread: Thread, state: State): Promise<Transition> {
  const outcome = await STATE_RUNNERS.run(state, thread);
  if (outcome.result !== undefined && !isWithinStateLimit(outcome.result)) throw dataLimitFailure(state.name);
  return buildTransition(thread, state, outcome);
}

/** Applies Output and Assign to what came of the state. */
export async function buildTransition(thread: Thread, state: State, outcome: StateOutcome): Promise<Transition> {
  const extras = outcome.result === undefined ? {} : { result: outcome.result };
  const next = outcome.next ?? state.next;
  return evaluateFlow(thread, outcome.flow ?? state, extras, outcome.result ?? thread.input, next, state.name);
}

/** Output and Assign see the same, old variables. */
async function evaluateFlow(
  thread: Thread,
  flow: Flow,
  extras: VisibleExtras,
  defaultOutput: Json,
  next: string | undefined,
  stateName: string,
): Promise<Transition> {
  if (!flow.output && !flow.assign) return { next, output: defaultOutput, assigned: undefined };
  const values = await thread.evaluate(
    [flow.output, flow.assign].filter((template) => template !== undefined),
    extras,
  );
  const output = flow.output ? (values.shift() as Json) : defaultOutput;
  const assigned = values.shift() as JsonObject | undefined;
  if (!isWithinStateLimit(output) || (assigned && !isWithinStateLimit(assigned))) throw dataLimitFailure(stateName);
  return { next, output, assigned };
}

/** Notes a failed expression in the history, and says in its cause which state it happened in. */
export function recordFailure(thread: Thread, state: State, failure: StateFailure): StateFailure {
  if (!(failure instanceof EvaluationFailure)) return failure;
  const prefix = `An error occurred while executing the state '${state.name}' (entered at the event id #${thread.checkpoint.enteredEventId}). `;
  const cause = prefix + failure.cause;
  thread.record('EvaluationFailed', { error: failure.error, cause, location: failure.location, state: state.name });
  return new StateFailure(failure.error, cause);
}

function scheduleRetry(thread: Thread, state: State, failure: StateFailure): boolean {
  const { engine } = thread.run;
  const retry = findRetry(state.retry ?? [], failure, thread.checkpoint.retries, engine.random);
  if (!retry) return false;
  forgetChildren(thread);
  thread.save({
    retries: retry.retries,
    retryAtMilliseconds: engine.clock.now() + retry.delayMilliseconds,
    progress: undefined,
  });
  return true;
}

/** Where the first catcher that matches leads; undefined when none does. */
export async function catchFailure(
  thread: Thread,
  state: State,
  failure: StateFailure,
): Promise<Transition | undefined> {
  const catcher: Catcher | undefined = state.catch?.find(({ errorEquals }) => matchesError(errorEquals, failure));
  if (!catcher) return undefined;
  const errorOutput = describeFailure(failure) as unknown as Json;
  try {
    return await evaluateFlow(thread, catcher, { errorOutput }, errorOutput, catcher.next, state.name);
  } catch (error) {
    if (!(error instanceof StateFailure)) throw error;
    const second = recordFailure(thread, state, error);
    recordLastFailure(thread, second);
    throw second;
  }
}

/** A branch or an iteration remembers that it failed; the execution's own end is recorded by its run. */
function recordLastFailure(thread: Thread, failure: StateFailure): void {
  if (thread.path !== '') thread.fail(failure);
}
