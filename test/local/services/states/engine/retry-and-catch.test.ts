import { afterEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Retrier } from '../../../../../local/services/states/engine/definition/state-machine.ts';
import { matchesError } from '../../../../../local/services/states/engine/error-match.ts';
import { findRetry } from '../../../../../local/services/states/engine/retry.ts';
import { StateFailure } from '../../../../../local/services/states/engine/state-failure.ts';
import { createMachineRunner, type MachineRunner, TASK, type Task } from './machine-runner.ts';

let runner: MachineRunner;
function use(tasks: Record<string, Task>, options = {}): MachineRunner {
  runner = createMachineRunner(tasks, options);
  return runner;
}
afterEach(() => runner?.close());

const failing = (...errors: string[]): Record<string, Task> => {
  let calls = 0;
  return {
    task: async () => {
      const error = errors[calls++];
      if (error) throw new StateFailure(error, `failure ${calls}`);
      return 'recovered';
    },
  };
};

describe('error names', () => {
  it.each<[string, string, boolean]>([
    ['States.ALL', 'Anything', true],
    ['States.ALL', 'States.Timeout', true],
    ['States.ALL', 'States.DataLimitExceeded', false],
    ['States.ALL', 'States.Runtime', false],
    ['States.TaskFailed', 'Lambda.Unknown', true],
    ['States.TaskFailed', 'States.Timeout', false],
    ['States.TaskFailed', 'States.HeartbeatTimeout', false],
    ['States.TaskFailed', 'States.Runtime', false],
    ['States.Timeout', 'States.Timeout', true],
    ['States.Timeout', 'States.HeartbeatTimeout', true],
    ['States.HeartbeatTimeout', 'States.Timeout', false],
    ['States.HeartbeatTimeout', 'States.HeartbeatTimeout', true],
    ['States.DataLimitExceeded', 'States.DataLimitExceeded', true],
    ['States.Runtime', 'States.Runtime', false],
    ['States.QueryEvaluationError', 'States.QueryEvaluationError', true],
    ['MyError', 'MyErrors', false],
  ])('%s against %s: %p', (name, error, matches) => {
    expect(matchesError([name], new StateFailure(error))).toBe(matches);
  });

  it('States.Permissions matches a denied call, whatever the service calls it', () => {
    const denied = new StateFailure('Lambda.AWSLambdaException', 'not authorized', { isDenied: true });
    expect(matchesError(['States.Permissions'], denied)).toBe(true);
    expect(matchesError(['States.Permissions'], new StateFailure('Lambda.AWSLambdaException'))).toBe(false);
  });
});

describe('a retrier', () => {
  const retrier: Retrier = {
    errorEquals: ['States.ALL'],
    intervalSeconds: 3,
    maxAttempts: 10,
    backoffRate: 2,
    maxDelaySeconds: 5,
    jitterStrategy: 'NONE',
  };
  const delay = (changes: Partial<Retrier>, used: number, random = 0.5) =>
    findRetry([{ ...retrier, ...changes }], new StateFailure('E'), [used], () => random)?.delayMilliseconds;

  it('backs off as the documentation says, up to MaxDelaySeconds', () => {
    // "IntervalSeconds": 3, "BackoffRate": 2, "MaxDelaySeconds": 5: 3, 5, 5 seconds.
    expect([0, 1, 2].map((used) => delay({}, used))).toEqual([3_000, 5_000, 5_000]);
  });

  it('draws with FULL jitter between nothing and the delay', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), fc.nat(5), (random, used) => {
        const jittered = delay({ jitterStrategy: 'FULL' }, used, random) ?? -1;
        return jittered >= 0 && jittered <= (delay({}, used) ?? 0);
      }),
    );
    expect(delay({ jitterStrategy: 'FULL' }, 0, 0.5)).toBe(1_500);
  });

  it('is used up after MaxAttempts, and never used with 0', () => {
    expect(delay({}, 10)).toBeUndefined();
    expect(delay({ maxAttempts: 0 }, 0)).toBeUndefined();
  });
});

describe('Retry', () => {
  it('tries again with the default interval, backoff and number of attempts', async () => {
    const { start, started, clock } = use(failing('E', 'E', 'E'));
    const machine = start({ T: { Type: 'Task', Resource: TASK, Retry: [{ ErrorEquals: ['E'] }], End: true } });
    await clock.advance(20_000);
    expect(await machine.done).toEqual({ status: 'SUCCEEDED', output: 'recovered' });
    const waits = started.slice(1).map(({ at }, index) => Math.round((at - (started[index]?.at ?? 0)) / 1000));
    expect(waits).toEqual([1, 2, 4]);
  });

  it('counts for each retrier by itself', async () => {
    // The documentation's complex retry: two retriers, each with its own counter.
    const { start, started, clock } = use(failing('ErrorA', 'ErrorB', 'ErrorA', 'ErrorB', 'ErrorA'));
    const machine = start({
      X: {
        Type: 'Task',
        Resource: TASK,
        Retry: [
          { ErrorEquals: ['ErrorA'], IntervalSeconds: 1, BackoffRate: 2, MaxAttempts: 2 },
          { ErrorEquals: ['ErrorB'], IntervalSeconds: 5, MaxAttempts: 3 },
        ],
        Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Z' }],
        End: true,
      },
      Z: { Type: 'Pass', End: true },
    });
    await clock.advance(100_000);
    expect(await machine.done).toEqual({ status: 'SUCCEEDED', output: { Error: 'ErrorA', Cause: 'failure 5' } });
    expect(started).toHaveLength(5);
  });

  it('tells the state how often it was tried', async () => {
    const { start, started, clock } = use(failing('E', 'E'));
    const machine = start({
      T: {
        Type: 'Task',
        Resource: TASK,
        Arguments: { retryCount: '{% $states.context.State.RetryCount %}' },
        Retry: [{ ErrorEquals: ['States.TaskFailed'] }],
        End: true,
      },
    });
    await clock.advance(10_000);
    await machine.done;
    expect(started.map(({ args }) => args)).toEqual([{ retryCount: 0 }, { retryCount: 1 }, { retryCount: 2 }]);
  });

  it('tries a whole Parallel again', async () => {
    const { start, started, clock } = use(failing('E'));
    const machine = start({
      P: {
        Type: 'Parallel',
        Branches: [{ StartAt: 'T', States: { T: { Type: 'Task', Resource: TASK, End: true } } }],
        Retry: [{ ErrorEquals: ['E'] }],
        End: true,
      },
    });
    await clock.advance(5_000);
    expect(await machine.done).toEqual({ status: 'SUCCEEDED', output: ['recovered'] });
    expect(started).toHaveLength(2);
  });

  it('evaluates the Arguments anew for each attempt', async () => {
    const { start, started, clock } = use(failing('E'));
    const machine = start({
      T: { Type: 'Task', Resource: TASK, Arguments: '{% $uuid() %}', Retry: [{ ErrorEquals: ['E'] }], End: true },
    });
    await clock.advance(5_000);
    await machine.done;
    expect(started[0]?.args).not.toEqual(started[1]?.args);
  });
});

describe('Catch', () => {
  it('gives the error as the output of the state, or what its own Output and Assign say', async () => {
    const { run } = use(failing('E1', 'E2'));
    const states = (catcher: object) => ({
      T: { Type: 'Task', Resource: TASK, Catch: [{ ErrorEquals: ['States.ALL'], Next: 'C', ...catcher }], End: true },
      C: {
        Type: 'Pass',
        Output: { got: '{% $states.input %}', seen: '{% $exists($seen) ? $seen : null %}' },
        End: true,
      },
    });
    expect(await run(states({}))).toMatchObject({ output: { got: { Error: 'E1', Cause: 'failure 1' }, seen: null } });
    expect(
      await run(
        states({ Output: { was: '{% $states.input.a %}' }, Assign: { seen: '{% $states.errorOutput.Error %}' } }),
        {
          a: 5,
        },
      ),
    ).toMatchObject({ output: { got: { was: 5 }, seen: 'E2' } });
  });

  it('takes the first catcher that matches', async () => {
    const { run } = use(failing('E'));
    const result = await run({
      T: {
        Type: 'Task',
        Resource: TASK,
        Catch: [
          { ErrorEquals: ['Other'], Next: 'A' },
          { ErrorEquals: ['E'], Next: 'B' },
          { ErrorEquals: ['States.ALL'], Next: 'A' },
        ],
        End: true,
      },
      A: { Type: 'Succeed', Output: 'A' },
      B: { Type: 'Succeed', Output: 'B' },
    });
    expect(result).toEqual({ status: 'SUCCEEDED', output: 'B' });
  });

  it('catches a failed expression, which the history names with its place', async () => {
    const machine = use(failing()).start({
      T: {
        Type: 'Task',
        Resource: TASK,
        Output: { deep: ['{% $states.result.absent %}'] },
        Catch: [{ ErrorEquals: ['States.QueryEvaluationError'], Next: 'C' }],
        End: true,
      },
      C: { Type: 'Pass', Output: '{% $states.input.Error %}', End: true },
    });
    expect(await machine.done).toEqual({ status: 'SUCCEEDED', output: 'States.QueryEvaluationError' });
    expect(machine.journal.events.find(({ type }) => type === 'EvaluationFailed')?.details).toMatchObject({
      location: 'Output/deep[0]',
      state: 'T',
      error: 'States.QueryEvaluationError',
    });
  });

  it('catches what a branch failed with', async () => {
    const { run } = use({});
    const result = await run({
      P: {
        Type: 'Parallel',
        Branches: [{ StartAt: 'F', States: { F: { Type: 'Fail', Error: 'Inner', Cause: 'c' } } }],
        Catch: [{ ErrorEquals: ['Inner'], Next: 'C' }],
        End: true,
      },
      C: { Type: 'Succeed' },
    });
    expect(result).toEqual({ status: 'SUCCEEDED', output: { Error: 'Inner', Cause: 'c' } });
  });
});
