// Runs one state by itself, once, and says what would come of it.
// https://docs.aws.amazon.com/step-functions/latest/dg/test-state-isolation.html
import type { State } from './definition/state-machine.ts';
import type { Engine } from './engine.ts';
import { matchesError } from './error-match.ts';
import { ExecutionRun } from './execution-run.ts';
import type { Json, JsonObject } from './json.ts';
import { createMemoryJournal } from './memory-journal.ts';
import { findRetry } from './retry.ts';
import { attemptState, buildTransition, catchFailure, recordFailure, type Transition } from './run-thread.ts';
import { Scope } from './scope.ts';
import { StateFailure } from './state-failure.ts';
import { Thread } from './thread.ts';

export interface StateTest {
  readonly state: State;
  readonly input: Json;
  readonly variables: JsonObject;
  readonly roleArn: string;
  /** Where its calls go. */
  readonly region: string;
  readonly accountId: string;
  readonly retryCount: number;
  /** Stands for the task's, the Map's or the Parallel's own doing. */
  readonly mock?: { readonly result: Json } | { readonly error: string; readonly cause?: string };
}

export interface StateTestResult {
  readonly status: 'SUCCEEDED' | 'FAILED' | 'RETRIABLE' | 'CAUGHT_ERROR';
  readonly output?: Json;
  readonly nextState?: string;
  readonly error?: string;
  readonly cause?: string;
  readonly afterArguments?: Json;
  readonly result?: Json;
  readonly variables: JsonObject;
  readonly catchIndex?: number;
  readonly retryIndex?: number;
  readonly retryBackoffIntervalSeconds?: number;
}

export async function testState(engine: Engine, test: StateTest): Promise<StateTestResult> {
  const { state } = test;
  const thread = createThread(engine, test);
  engine.meter.enter();
  try {
    const afterArguments = state.arguments ? { afterArguments: await thread.evaluateOne(state.arguments) } : {};
    const transition = await runOnce(thread, test);
    return {
      status: 'SUCCEEDED',
      ...describeTransition(test, transition),
      ...afterArguments,
      ...findResult(thread, test),
    };
  } catch (error) {
    if (!(error instanceof StateFailure)) throw error;
    return describeFailed(engine, thread, test, recordFailure(thread, state, error));
  } finally {
    engine.meter.leave();
  }
}

function runOnce(thread: Thread, { state, mock }: StateTest): Promise<Transition> {
  if (mock === undefined) return attemptState(thread, state);
  if ('error' in mock) throw new StateFailure(mock.error, mock.cause);
  return buildTransition(thread, state, { result: mock.result });
}

async function describeFailed(
  engine: Engine,
  thread: Thread,
  test: StateTest,
  failure: StateFailure,
): Promise<StateTestResult> {
  const { state, variables } = test;
  const described = {
    error: failure.error,
    ...(failure.cause === undefined ? {} : { cause: failure.cause }),
  };
  const retriers = state.retry ?? [];
  const retryIndex = retriers.findIndex(({ errorEquals }) => matchesError(errorEquals, failure));
  const retries = retriers.map((_, index) => (index === retryIndex ? test.retryCount : 0));
  const retry = findRetry(retriers, failure, retries, engine.random);
  if (retry) {
    const retryBackoffIntervalSeconds = Math.round(retry.delayMilliseconds / 1000);
    return { status: 'RETRIABLE', ...described, variables, retryIndex, retryBackoffIntervalSeconds };
  }
  const caught = await catchFailure(thread, state, failure);
  if (!caught) return { status: 'FAILED', ...described, variables };
  const catchIndex = state.catch?.findIndex(({ errorEquals }) => matchesError(errorEquals, failure)) ?? 0;
  return { status: 'CAUGHT_ERROR', ...described, ...describeTransition(test, caught), catchIndex };
}

function describeTransition({ variables }: StateTest, { output, next, assigned }: Transition) {
  return { output, variables: { ...variables, ...assigned }, ...(next === undefined ? {} : { nextState: next }) };
}

function findResult(thread: Thread, { mock }: StateTest): { result?: Json } {
  if (mock && 'result' in mock) return { result: mock.result };
  const { result } = (thread.progress ?? {}) as { result?: Json };
  return result === undefined ? {} : { result };
}

function createThread(engine: Engine, { state, input, variables, roleArn, region, accountId }: StateTest): Thread {
  const now = engine.clock.now();
  const prefix = `arn:aws:states:${region}:${accountId}`;
  const machine = { startAt: state.name, states: new Map([[state.name, state]]) };
  const run = new ExecutionRun(
    engine,
    {
      arn: `${prefix}:express:TestState:TestState:TestState`,
      name: 'TestState',
      stateMachineArn: `${prefix}:stateMachine:TestState`,
      stateMachineName: 'TestState',
      roleArn,
      input,
      startedAtMilliseconds: now,
      redriveCount: 0,
    },
    machine,
    createMemoryJournal(),
  );
  return new Thread(
    { run, machine, path: '', scope: new Scope() },
    {
      status: 'running',
      state: state.name,
      input,
      variables,
      enteredAtMilliseconds: now,
      enteredEventId: 0,
      lastEventId: 0,
      retries: [],
    },
  );
}
