import { afterEach, describe, expect, it } from '@jest/globals';
import { StateFailure } from '../../../../../local/services/states/engine/state-failure.ts';
import { createMachineRunner, type MachineRunner, TASK, type Task } from './machine-runner.ts';

const DAY = 86_400_000;
let runner: MachineRunner;
function use(tasks: Record<string, Task> = {}, options = {}): MachineRunner {
  runner = createMachineRunner(tasks, options);
  return runner;
}
afterEach(() => runner.close());

describe('Pass', () => {
  it('gives its input on', async () => {
    expect(await use().run({ A: { Type: 'Pass', End: true } }, { a: 1 })).toEqual({
      status: 'SUCCEEDED',
      output: { a: 1 },
    });
  });

  it('evaluates Output and Assign with the old variables', async () => {
    // The documentation's example: $x is 3, so that $a is 3 and not 4.
    const result = await use().run({
      Start: { Type: 'Pass', Assign: { x: 3, a: 6 }, Next: 'Swap' },
      Swap: {
        Type: 'Pass',
        Assign: { x: '{% $a %}', nextX: '{% $x %}' },
        Output: '{% $x %}',
        Next: 'Show',
      },
      Show: { Type: 'Pass', Output: { input: '{% $states.input %}', x: '{% $x %}', nextX: '{% $nextX %}' }, End: true },
    });
    expect(result).toEqual({ status: 'SUCCEEDED', output: { input: 3, x: 6, nextX: 3 } });
  });

  it('sees the context object', async () => {
    const { status, output } = (await use().run(
      {
        Look: {
          Type: 'Pass',
          Output:
            '{% { "name": $states.context.Execution.Name, "state": $states.context.State.Name, "machine": $states.context.StateMachine.Name, "input": $states.context.Execution.Input.a } %}',
          End: true,
        },
      },
      { a: 7 },
    )) as { status: string; output: Record<string, unknown> };
    expect(status).toBe('SUCCEEDED');
    expect(output).toMatchObject({ state: 'Look', machine: 'Machine', input: 7 });
    expect(output.name).toMatch(/^execution-/);
  });

  it('keeps data that merely looks like an expression as data', async () => {
    const hostile = { text: '{% $eval("1") %}', nested: ['{% $uuid() %}'] };
    const result = await use().run(
      {
        Keep: { Type: 'Pass', Assign: { kept: '{% $states.input %}' }, Next: 'Again' },
        Again: { Type: 'Pass', Output: { kept: '{% $kept %}', built: '{% $kept.text & "" %}' }, End: true },
      },
      hostile,
    );
    expect(result).toEqual({ status: 'SUCCEEDED', output: { kept: hostile, built: '{% $eval("1") %}' } });
  });
});

describe('Choice', () => {
  const states = {
    Which: {
      Type: 'Choice',
      Choices: [
        { Condition: '{% $states.input.value > 10 %}', Next: 'Big', Output: { was: '{% $states.input.value %}' } },
        { Condition: '{% $states.input.value = 10 %}', Next: 'Ten', Assign: { ten: true } },
        { Condition: '{% $states.input.absent.worse > 1 %}', Next: 'Big' },
      ],
      Default: 'Small',
      Output: 'default',
    },
    Big: { Type: 'Succeed' },
    Ten: { Type: 'Pass', Output: '{% $ten %}', End: true },
    Small: { Type: 'Succeed' },
  };

  it('takes the first rule that is true, with that rule’s own Output and Assign', async () => {
    use();
    expect(await runner.run(states, { value: 11 })).toEqual({ status: 'SUCCEEDED', output: { was: 11 } });
    expect(await runner.run(states, { value: 10 })).toEqual({ status: 'SUCCEEDED', output: true });
  });

  it('fails with a query error when a rule that is reached gives nothing', async () => {
    const result = await use().run(states, { value: 1 });
    expect(result).toMatchObject({ status: 'FAILED', error: 'States.QueryEvaluationError' });
    expect((result as { cause: string }).cause).toBe(
      "An error occurred while executing the state 'Which' (entered at the event id #2). The JSONata expression '$states.input.absent.worse > 1' specified for the field 'Choices[2]/Condition' returned nothing (undefined).",
    );
  });

  it('goes to Default with the state’s own Output', async () => {
    const { Choices, ...rest } = states.Which;
    const result = await use().run({ ...states, Which: { ...rest, Choices: Choices.slice(0, 2) } }, { value: 1 });
    expect(result).toEqual({ status: 'SUCCEEDED', output: 'default' });
  });

  it('fails with States.NoChoiceMatched without a Default', async () => {
    const result = await use().run({
      Which: { Type: 'Choice', Choices: [{ Condition: '{% false %}', Next: 'End' }] },
      End: { Type: 'Succeed' },
    });
    expect(result).toMatchObject({ status: 'FAILED', error: 'States.NoChoiceMatched' });
  });

  it('wants a boolean', async () => {
    const result = await use().run({
      Which: { Type: 'Choice', Choices: [{ Condition: "{% 'yes' %}", Next: 'End' }] },
      End: { Type: 'Succeed' },
    });
    expect(result).toMatchObject({ status: 'FAILED', error: 'States.QueryEvaluationError' });
  });
});

describe('Wait', () => {
  it('waits seven days in no time', async () => {
    const { clock, start } = use();
    const before = clock.now();
    const machine = start({ Sleep: { Type: 'Wait', Seconds: '{% 7 * 86400 %}', Output: 'rested', End: true } });
    await clock.advance(7 * DAY - 5_000);
    expect(machine.types()).not.toContain('WaitStateExited');
    await clock.advance(10_000);
    expect(await machine.done).toEqual({ status: 'SUCCEEDED', output: 'rested' });
    expect(clock.now() - before).toBeGreaterThanOrEqual(7 * DAY);
  });

  it('waits until a timestamp, and not at all for one in the past', async () => {
    const { clock, start, run } = use();
    const at = new Date(clock.now() + 3_600_000).toISOString();
    const machine = start({ Until: { Type: 'Wait', Timestamp: '{% $states.input.at %}', End: true } }, { at });
    await clock.advance(3_601_000);
    expect((await machine.done).status).toBe('SUCCEEDED');
    expect(await run({ Until: { Type: 'Wait', Timestamp: '2016-03-14T01:59:00Z', End: true } })).toMatchObject({
      status: 'SUCCEEDED',
    });
  });

  it('refuses a timestamp that is none', async () => {
    const result = await use().run({ Until: { Type: 'Wait', Timestamp: "{% 'tomorrow' %}", End: true } });
    expect(result).toMatchObject({ status: 'FAILED', error: 'States.QueryEvaluationError' });
  });
});

describe('Succeed and Fail', () => {
  it('Succeed has an Output', async () => {
    expect(await use().run({ Done: { Type: 'Succeed', Output: '{% $states.input.a %}' } }, { a: [1] })).toEqual({
      status: 'SUCCEEDED',
      output: [1],
    });
  });

  it('Fail has Error and Cause, which can be expressions', async () => {
    const result = await use().run(
      { No: { Type: 'Fail', Error: '{% $states.input.name %}', Cause: "{% 'because ' & $states.input.name %}" } },
      { name: 'E1' },
    );
    expect(result).toEqual({ status: 'FAILED', error: 'E1', cause: 'because E1' });
  });
});

describe('Task', () => {
  it('hands over its Arguments and gives the result on', async () => {
    const { run, started } = use({ task: ({ n }: { n: number }) => ({ doubled: n * 2 }) });
    const result = await run(
      {
        Double: {
          Type: 'Task',
          Resource: TASK,
          Arguments: { n: '{% $states.input.n %}' },
          Output: { value: '{% $states.result.doubled %}', of: '{% $states.input.n %}' },
          End: true,
        },
      },
      { n: 21 },
    );
    expect(result).toEqual({ status: 'SUCCEEDED', output: { value: 42, of: 21 } });
    expect(started[0]?.args).toEqual({ n: 21 });
  });

  it('hands over its input without Arguments, and gives the raw result without Output', async () => {
    const result = await use({ task: (args) => ({ got: args }) }).run(
      { T: { Type: 'Task', Resource: TASK, End: true } },
      [1],
    );
    expect(result).toEqual({ status: 'SUCCEEDED', output: { got: [1] } });
  });

  it('aborts a call that takes longer than TimeoutSeconds, which can be an expression', async () => {
    let reason: unknown;
    const machine = use(
      {
        task: (_args, { signal }) =>
          new Promise(() => signal.addEventListener('abort', () => (reason = signal.reason), { once: true })),
      },
      { timePasses: true },
    ).start(
      { T: { Type: 'Task', Resource: TASK, TimeoutSeconds: '{% $states.input.limit %}', End: true } },
      { limit: 1 },
    );
    // The call is work: time is not skipped over it, a real second passes.
    expect(await machine.done).toEqual({ status: 'FAILED', error: 'States.Timeout' });
    expect(reason).toMatchObject({ error: 'States.Timeout' });
  });

  it('fails a token’s wait with States.Timeout and no cause', async () => {
    const { clock, start } = use({ task: () => ({}) });
    const machine = start({
      T: { Type: 'Task', Resource: `${TASK}.waitForTaskToken`, TimeoutSeconds: 30, End: true },
    });
    await clock.advance(31_000);
    expect(await machine.done).toEqual({ status: 'FAILED', error: 'States.Timeout' });
    expect(machine.types()).toEqual([
      'ExecutionStarted',
      'TaskStateEntered',
      'TaskScheduled',
      'TaskStarted',
      'TaskSubmitted',
      'TaskTimedOut',
      'ExecutionFailed',
    ]);
  });

  it('is kept alive by heartbeats, and fails without them', async () => {
    let token = '';
    const { clock, start, engine } = use({
      task: (args: { token: string }) => {
        token = args.token;
        return {};
      },
    });
    const machine = start({
      T: {
        Type: 'Task',
        Resource: `${TASK}.waitForTaskToken`,
        Arguments: { token: '{% $states.context.Task.Token %}' },
        HeartbeatSeconds: 60,
        Catch: [{ ErrorEquals: ['States.Timeout'], Output: '{% $states.errorOutput.Error %}', Next: 'Late' }],
        End: true,
      },
      Late: { Type: 'Succeed' },
    });
    await clock.advance(50_000);
    engine.pendingTasks.find(token)?.heartbeat();
    await clock.advance(50_000);
    expect(machine.types()).not.toContain('TaskTimedOut');
    await clock.advance(20_000);
    expect(await machine.done).toEqual({ status: 'SUCCEEDED', output: 'States.HeartbeatTimeout' });
  });

  it('is completed by its token, once: the later answer finds nobody', async () => {
    const tokens: string[] = [];
    const { start, engine, clock } = use({ task: ({ token }: { token: string }) => void tokens.push(token) });
    const machine = start({
      T: {
        Type: 'Task',
        Resource: `${TASK}.waitForTaskToken`,
        Arguments: { token: '{% $states.context.Task.Token %}' },
        End: true,
      },
    });
    await clock.advance(1_000);
    const [token = ''] = tokens;
    const task = engine.pendingTasks.find(token);
    task?.succeed({ first: true });
    task?.fail('Second', 'too late');
    expect(await machine.done).toEqual({ status: 'SUCCEEDED', output: { first: true } });
    expect(engine.pendingTasks.find(token)).toBeUndefined();
    expect(machine.types().filter((type) => type === 'TaskSucceeded' || type === 'TaskFailed')).toEqual([
      'TaskSucceeded',
    ]);
  });

  it('accepts the token’s answer while the call that hands it out is still under way', async () => {
    const runnerWithEarlyAnswer = use({
      task: async ({ token }: { token: string }) => {
        runner.engine.pendingTasks.find(token)?.succeed('early');
        return 'call answered later';
      },
    });
    const machine = runnerWithEarlyAnswer.start({
      T: {
        Type: 'Task',
        Resource: `${TASK}.waitForTaskToken`,
        Arguments: { token: '{% $states.context.Task.Token %}' },
        End: true,
      },
    });
    expect(await machine.done).toEqual({ status: 'SUCCEEDED', output: 'early' });
    expect(machine.types()).not.toContain('TaskSubmitted');
  });

  it('fails with States.DataLimitExceeded over 256 KiB, which States.ALL does not catch', async () => {
    const result = await use({ task: () => 'x'.repeat(262_144) }).run({
      T: {
        Type: 'Task',
        Resource: TASK,
        Retry: [{ ErrorEquals: ['States.ALL'] }],
        Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Caught' }],
        End: true,
      },
      Caught: { Type: 'Succeed' },
    });
    expect(result).toEqual({
      status: 'FAILED',
      error: 'States.DataLimitExceeded',
      cause: "The state/task 'T' returned a result with a size exceeding the maximum number of bytes service limit.",
    });
  });
});

describe('Parallel', () => {
  it('runs its branches on the same input and gives their outputs in order', async () => {
    const branch = (value: number) => ({
      StartAt: 'A',
      States: { A: { Type: 'Pass', Output: `{% $states.input.n + ${value} %}`, End: true } },
    });
    const result = await use().run(
      {
        Both: {
          Type: 'Parallel',
          Arguments: { n: '{% $states.input.m %}' },
          Branches: [branch(1), branch(2)],
          End: true,
        },
      },
      { m: 10 },
    );
    expect(result).toEqual({ status: 'SUCCEEDED', output: [11, 12] });
  });

  it('cancels the other branches when one fails', async () => {
    let wasAborted = false;
    const { start } = use({
      slow: (_args, { signal }) =>
        new Promise((_resolve, reject) =>
          signal.addEventListener('abort', () => {
            wasAborted = true;
            reject(signal.reason);
          }),
        ),
      bad: async () => {
        throw new StateFailure('Broken', 'it broke');
      },
    });
    const machine = start({
      Both: {
        Type: 'Parallel',
        Branches: [
          { StartAt: 'Slow', States: { Slow: { Type: 'Task', Resource: 'arn:aws:states:::test:slow', End: true } } },
          { StartAt: 'Sleep', States: { Sleep: { Type: 'Wait', Seconds: 1_000_000, End: true } } },
          { StartAt: 'Bad', States: { Bad: { Type: 'Task', Resource: 'arn:aws:states:::test:bad', End: true } } },
        ],
        Catch: [{ ErrorEquals: ['Broken'], Next: 'Mend' }],
        End: true,
      },
      Mend: { Type: 'Succeed' },
    });
    expect(await machine.done).toEqual({ status: 'SUCCEEDED', output: { Error: 'Broken', Cause: 'it broke' } });
    expect(wasAborted).toBe(true);
    expect(machine.types()).toEqual(
      expect.arrayContaining(['TaskStateAborted', 'WaitStateAborted', 'ParallelStateFailed']),
    );
    expect(machine.types().indexOf('ParallelStateFailed')).toBeLessThan(machine.types().indexOf('ParallelStateExited'));
  });

  it('lets inner scopes read outer variables but not write them', async () => {
    const result = await use().run({
      Set: { Type: 'Pass', Assign: { outer: 'o', shared: 1 }, Next: 'Both' },
      Both: {
        Type: 'Parallel',
        Branches: [
          {
            StartAt: 'In',
            States: {
              In: { Type: 'Pass', Assign: { inner: '{% $outer & "i" %}', shared: 2 }, Next: 'Out' },
              Out: { Type: 'Pass', Output: '{% [$inner, $shared] %}', End: true },
            },
          },
        ],
        Output: { branch: '{% $states.result[0] %}', shared: '{% $shared %}', inner: '{% $exists($inner) %}' },
        End: true,
      },
    });
    expect(result).toEqual({ status: 'SUCCEEDED', output: { branch: ['oi', 2], shared: 1, inner: false } });
  });
});

describe('Map', () => {
  const processor = (state: object) => ({ StartAt: 'Each', States: { Each: state } });

  it('selects each item, and keeps the order whatever ends first', async () => {
    const result = await use({
      task: async ({ n }: { n: number }) => {
        await new Promise((resolve) => setTimeout(resolve, 5 - n));
        return n * n;
      },
    }).run(
      {
        Squares: {
          Type: 'Map',
          Items: '{% $states.input.numbers %}',
          ItemSelector: { n: '{% $states.context.Map.Item.Value %}', index: '{% $states.context.Map.Item.Index %}' },
          ItemProcessor: processor({ Type: 'Task', Resource: TASK, End: true }),
          End: true,
        },
      },
      { numbers: [1, 2, 3, 4] },
    );
    expect(result).toEqual({ status: 'SUCCEEDED', output: [1, 4, 9, 16] });
  });

  it('iterates over the members of an object', async () => {
    const result = await use().run({
      Members: {
        Type: 'Map',
        Items: { a: 1, b: 2 },
        ItemSelector: { k: '{% $states.context.Map.Item.Key %}', v: '{% $states.context.Map.Item.Value %}' },
        ItemProcessor: processor({ Type: 'Pass', End: true }),
        End: true,
      },
    });
    expect(result).toEqual({
      status: 'SUCCEEDED',
      output: [
        { k: 'a', v: 1 },
        { k: 'b', v: 2 },
      ],
    });
  });

  it('never runs more than MaxConcurrency at a time', async () => {
    let running = 0;
    let most = 0;
    await use({
      task: async () => {
        running += 1;
        most = Math.max(most, running);
        await new Promise((resolve) => setTimeout(resolve, 2));
        running -= 1;
      },
    }).run({
      M: {
        Type: 'Map',
        Items: '{% [1..12] %}',
        MaxConcurrency: '{% 1 + 2 %}',
        ItemProcessor: processor({ Type: 'Task', Resource: TASK, End: true }),
        End: true,
      },
    });
    expect(most).toBe(3);
  });

  const failing = (options: object, count = 10) => ({
    M: {
      Type: 'Map',
      Items: `{% [1..${count}] %}`,
      ItemProcessor: {
        ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
        ...processor({ Type: 'Task', Resource: TASK, End: true }),
      },
      ...options,
      End: true,
    },
  });
  const failsUpTo = (limit: number) => ({
    task: async (n: number) => {
      if (n <= limit) throw new StateFailure('Odd', `item ${n}`);
      return n;
    },
  });

  it('tolerates failures up to the count and the percentage', async () => {
    expect(await use(failsUpTo(3)).run(failing({ ToleratedFailureCount: 3 }))).toMatchObject({
      status: 'SUCCEEDED',
      output: [4, 5, 6, 7, 8, 9, 10],
    });
    expect(await use(failsUpTo(3)).run(failing({ ToleratedFailurePercentage: 30 }))).toMatchObject({
      status: 'SUCCEEDED',
    });
  });

  it.each([{}, { ToleratedFailureCount: 2 }, { ToleratedFailurePercentage: 29 }])(
    'fails with States.ExceedToleratedFailureThreshold beyond %j',
    async (options) => {
      const machine = use(failsUpTo(3)).start(failing(options));
      expect(await machine.done).toMatchObject({
        status: 'FAILED',
        error: 'States.ExceedToleratedFailureThreshold',
      });
      expect(machine.types()).toEqual(expect.arrayContaining(['MapRunStarted', 'MapRunFailed', 'MapStateFailed']));
      expect(machine.types()).not.toContain('TaskStateEntered');
    },
  );

  it('fails an inline Map with the error of the item', async () => {
    const machine = use(failsUpTo(1)).start({
      M: {
        Type: 'Map',
        Items: [1, 2],
        ItemProcessor: processor({ Type: 'Task', Resource: TASK, End: true }),
        End: true,
      },
    });
    expect(await machine.done).toEqual({ status: 'FAILED', error: 'Odd', cause: 'item 1' });
    expect(machine.types()).toContain('MapIterationFailed');
  });

  it('puts items into batches', async () => {
    const { run, started } = use({ task: ({ Items }: { Items: unknown[] }) => Items.length });
    const result = await run(
      failing({ ItemBatcher: { MaxItemsPerBatch: 4, BatchInput: { from: '{% $states.input.a %}' } } }),
      {
        a: 'x',
      },
    );
    expect(result).toEqual({ status: 'SUCCEEDED', output: [4, 4, 2] });
    expect(started[2]?.args).toEqual({ BatchInput: { from: 'x' }, Items: [9, 10] });
  });

  it('reads its items from a CSV file in S3, and writes its results there', async () => {
    const written: Record<string, unknown> = {};
    const { run, started } = use({
      getObject: () => ({ Body: 'id,name\r\n1,"Smith, ""Jo"""\r\n2,Bo\r\n' }),
      putObject: ({ Key, Body }: { Key: string; Body: string }) => {
        written[Key] = JSON.parse(Body);
        return {};
      },
      task: ({ name }: { name: string }) => name,
    });
    const result = await run(
      failing({
        Items: undefined,
        ItemReader: {
          Resource: 'arn:aws:states:::s3:getObject',
          ReaderConfig: { InputType: 'CSV', CSVHeaderLocation: 'FIRST_ROW' },
          Arguments: { Bucket: 'b', Key: 'k.csv' },
        },
        ResultWriter: { Resource: 'arn:aws:states:::s3:putObject', Arguments: { Bucket: 'b', Prefix: 'out' } },
      }),
    );
    expect(started[0]).toMatchObject({
      resource: 'arn:aws:states:::aws-sdk:s3:getObject',
      args: { Bucket: 'b', Key: 'k.csv' },
    });
    expect(result).toMatchObject({
      status: 'SUCCEEDED',
      output: { ResultWriterDetails: { Bucket: 'b', Key: expect.stringMatching(/^out\/.*\/manifest\.json$/) } },
    });
    expect(Object.values(written)[0]).toEqual(['Smith, "Jo"', 'Bo']);
  });

  it('reads all pages of a list of objects', async () => {
    const result = await use({
      listObjectsV2: ({ ContinuationToken }: { ContinuationToken?: string }) =>
        ContinuationToken
          ? { Contents: [{ Key: 'c' }] }
          : { Contents: [{ Key: 'a' }, { Key: 'b' }], NextContinuationToken: 't' },
      task: ({ Key }: { Key: string }) => Key,
    }).run(
      failing({
        Items: undefined,
        ItemReader: { Resource: 'arn:aws:states:::s3:listObjectsV2', Arguments: { Bucket: 'b' } },
      }),
    );
    expect(result).toEqual({ status: 'SUCCEEDED', output: ['a', 'b', 'c'] });
  });

  it('fails with States.ItemReaderFailed when the items cannot be read', async () => {
    const result = await use({
      getObject: async () => {
        throw new StateFailure('S3.NoSuchKeyException', 'no such key');
      },
    }).run(
      failing({
        Items: undefined,
        ItemReader: { Resource: 'arn:aws:states:::s3:getObject', Arguments: { Bucket: 'b', Key: 'k' } },
      }),
    );
    expect(result).toEqual({ status: 'FAILED', error: 'States.ItemReaderFailed', cause: 'no such key' });
  });

  it('shows no outer variables to the child executions of a distributed Map', async () => {
    const result = await use().run({
      Set: { Type: 'Pass', Assign: { outer: 1 }, Next: 'M' },
      M: {
        Type: 'Map',
        Items: [1],
        ItemProcessor: {
          ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
          ...processor({ Type: 'Pass', Output: '{% $exists($outer) %}', End: true }),
        },
        End: true,
      },
    });
    expect(result).toEqual({ status: 'SUCCEEDED', output: [false] });
  });
});

describe('an execution', () => {
  it('ends as TIMED_OUT after the machine’s TimeoutSeconds', async () => {
    const { clock, start } = use();
    const machine = start({ Sleep: { Type: 'Wait', Seconds: 100, End: true } }, {}, { timeoutSeconds: 60 });
    await clock.advance(61_000);
    expect(await machine.done).toEqual({ status: 'TIMED_OUT' });
    expect(machine.types()).toEqual(['ExecutionStarted', 'WaitStateEntered', 'ExecutionTimedOut']);
  });

  it('can be stopped', async () => {
    const { start } = use();
    const machine = start({ Sleep: { Type: 'Wait', Seconds: 100, End: true } });
    machine.run.stop('Enough', 'a person said so');
    expect(await machine.done).toEqual({ status: 'ABORTED', error: 'Enough', cause: 'a person said so' });
  });

  it('fails with event 25,000', async () => {
    const machine = use().start({
      Loop: { Type: 'Choice', Choices: [{ Condition: '{% true %}', Next: 'Loop' }], Default: 'End' },
      End: { Type: 'Succeed' },
    });
    expect(await machine.done).toEqual({
      status: 'FAILED',
      error: 'States.Runtime',
      cause: 'The execution reached the maximum number of history events (25000).',
    });
    const last = machine.journal.events.at(-1);
    expect(last).toMatchObject({ id: 25_000, previousEventId: 24_999, type: 'ExecutionFailed' });
  });

  it('chains its events', async () => {
    const machine = use({ task: () => 1 }).start({
      A: { Type: 'Pass', Next: 'B' },
      B: { Type: 'Task', Resource: TASK, End: true },
    });
    await machine.done;
    expect(machine.journal.events.map(({ id, previousEventId, type }) => [id, previousEventId, type])).toEqual([
      [1, 0, 'ExecutionStarted'],
      [2, 0, 'PassStateEntered'],
      [3, 2, 'PassStateExited'],
      [4, 3, 'TaskStateEntered'],
      [5, 4, 'TaskScheduled'],
      [6, 5, 'TaskStarted'],
      [7, 6, 'TaskSucceeded'],
      [8, 7, 'TaskStateExited'],
      [9, 8, 'ExecutionSucceeded'],
    ]);
  });
});
