import { cpSync, mkdtempSync, readFileSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { define, lambdaAnswer, lambdaInput, openStates, ROLE_ARN, type StatesHarness } from './states-harness.ts';

const open: StatesHarness[] = [];
async function start(...args: Parameters<typeof openStates>): Promise<StatesHarness> {
  const harness = await openStates(...args);
  open.push(harness);
  return harness;
}
afterEach(async () => {
  for (const harness of open.splice(0)) await harness.stop();
});

const pass = { P: { Type: 'Pass', Output: '{% $states.input %}', End: true } };
const sleep = { S: { Type: 'Wait', Seconds: 3600, End: true } };
const lambda = (payload: unknown, rest: object = {}) => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Arguments: { FunctionName: 'work', Payload: payload },
  ...rest,
});

describe('StartExecution', () => {
  it('runs to the end and describes it', async () => {
    const { startMachine, ended } = await start();
    const executionArn = await startMachine(pass, { a: [1, null] });
    expect(await ended(executionArn)).toMatchObject({
      executionArn,
      stateMachineArn: expect.stringMatching(/:stateMachine:machine-1$/),
      status: 'SUCCEEDED',
      input: '{"a":[1,null]}',
      output: '{"a":[1,null]}',
      startDate: expect.any(Date),
      stopDate: expect.any(Date),
      redriveCount: 0,
      redriveStatus: 'NOT_REDRIVABLE',
    });
  });

  it('answers the same for the same name and input while it runs, and refuses any other reuse', async () => {
    const { machine, sfn } = await start();
    const stateMachineArn = await machine(sleep);
    const first = await sfn('StartExecution', { stateMachineArn, name: 'one', input: '{"a":1}' });
    expect(await sfn('StartExecution', { stateMachineArn, name: 'one', input: '{"a":1}' })).toEqual(first);
    await expect(sfn('StartExecution', { stateMachineArn, name: 'one', input: '{"a":2}' })).rejects.toMatchObject({
      code: 'ExecutionAlreadyExists',
      message: `Execution Already Exists: '${first.executionArn}'`,
    });
    await sfn('StopExecution', { executionArn: first.executionArn });
    await expect(sfn('StartExecution', { stateMachineArn, name: 'one', input: '{"a":1}' })).rejects.toMatchObject({
      code: 'ExecutionAlreadyExists',
    });
  });

  it('starts once for a hundred calls at once', async () => {
    const { machine, sfn } = await start();
    const stateMachineArn = await machine(sleep);
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => sfn('StartExecution', { stateMachineArn, name: 'one', input: '{}' })),
    );
    expect(new Set(answers.map(({ executionArn }) => executionArn)).size).toBe(1);
    const { executions } = await sfn<{ executions: object[] }>('ListExecutions', { stateMachineArn });
    expect(executions).toHaveLength(1);
  });

  it.each<[string, object, string]>([
    [
      'an unknown machine',
      { stateMachineArn: 'arn:aws:states:eu-central-1:111122223333:stateMachine:no' },
      'StateMachineDoesNotExist',
    ],
    ['text that is no ARN', { stateMachineArn: 'machine' }, 'InvalidArn'],
    ['input that is not JSON', { input: '{' }, 'InvalidExecutionInput'],
    ['input that is too long', { input: JSON.stringify('x'.repeat(262_144)) }, 'InvalidExecutionInput'],
    ['input that is nested too deeply', { input: '['.repeat(100_000) + ']'.repeat(100_000) }, 'InvalidExecutionInput'],
    ['a name with a blank', { name: 'a b' }, 'InvalidName'],
    ['a name that is too long', { name: 'x'.repeat(81) }, 'InvalidName'],
  ])('refuses %s', async (_what, input, code) => {
    const { machine, sfn } = await start();
    const stateMachineArn = await machine(pass);
    await expect(sfn('StartExecution', { stateMachineArn, ...input })).rejects.toMatchObject({ code });
  });
});

describe('ListExecutions', () => {
  it('filters by status and gives pages, the newest first', async () => {
    const { machine, sfn, clock, ended } = await start();
    const stateMachineArn = await machine({
      Which: { Type: 'Choice', Choices: [{ Condition: '{% $states.input.bad %}', Next: 'No' }], Default: 'Yes' },
      No: { Type: 'Fail' },
      Yes: { Type: 'Succeed' },
    });
    for (const [index, bad] of [true, false, true, false, false].entries()) {
      const { executionArn } = await sfn('StartExecution', {
        stateMachineArn,
        name: `e${index}`,
        input: JSON.stringify({ bad }),
      });
      await ended(String(executionArn));
      await clock.advance(1_000);
    }
    type Page = { executions: { name: string; status: string }[]; nextToken?: string };
    const failed = await sfn<Page>('ListExecutions', { stateMachineArn, statusFilter: 'FAILED' });
    expect(failed.executions.map(({ name }) => name)).toEqual(['e2', 'e0']);
    const first = await sfn<Page>('ListExecutions', { stateMachineArn, maxResults: 3 });
    const second = await sfn<Page>('ListExecutions', { stateMachineArn, maxResults: 3, nextToken: first.nextToken });
    expect([...first.executions, ...second.executions].map(({ name }) => name)).toEqual(['e4', 'e3', 'e2', 'e1', 'e0']);
    expect(second.nextToken).toBeUndefined();
  });
});

describe('GetExecutionHistory', () => {
  it('has AWS’s event shapes', async () => {
    const { startMachine, ended, history } = await start({ 'lambda.Invoke': () => lambdaAnswer({ ok: true }) });
    const executionArn = await startMachine({
      Call: lambda({ x: 1 }, { Assign: { seen: '{% $states.result.Payload.ok %}' }, TimeoutSeconds: 60, End: true }),
    });
    await ended(executionArn);
    const events = await history(executionArn);
    const result = { ExecutedVersion: '$LATEST', Payload: { ok: true }, StatusCode: 200 };
    const parameters = JSON.stringify({ FunctionName: 'work', Payload: { x: 1 } });
    const data = { truncated: false };
    expect(events.map(({ timestamp: _timestamp, ...event }) => event)).toEqual([
      {
        id: 1,
        previousEventId: 0,
        type: 'ExecutionStarted',
        executionStartedEventDetails: { input: '{}', inputDetails: data, roleArn: ROLE_ARN },
      },
      {
        id: 2,
        previousEventId: 0,
        type: 'TaskStateEntered',
        stateEnteredEventDetails: { name: 'Call', input: '{}', inputDetails: data },
      },
      {
        id: 3,
        previousEventId: 2,
        type: 'TaskScheduled',
        taskScheduledEventDetails: {
          resourceType: 'lambda',
          resource: 'invoke',
          region: 'eu-central-1',
          parameters,
          timeoutInSeconds: 60,
        },
      },
      {
        id: 4,
        previousEventId: 3,
        type: 'TaskStarted',
        taskStartedEventDetails: { resourceType: 'lambda', resource: 'invoke' },
      },
      {
        id: 5,
        previousEventId: 4,
        type: 'TaskSucceeded',
        taskSucceededEventDetails: {
          resourceType: 'lambda',
          resource: 'invoke',
          output: JSON.stringify(result),
          outputDetails: data,
        },
      },
      {
        id: 6,
        previousEventId: 5,
        type: 'TaskStateExited',
        stateExitedEventDetails: {
          name: 'Call',
          output: JSON.stringify(result),
          outputDetails: data,
          assignedVariables: { seen: 'true' },
          assignedVariablesDetails: data,
        },
      },
      {
        id: 7,
        previousEventId: 6,
        type: 'ExecutionSucceeded',
        executionSucceededEventDetails: { output: JSON.stringify(result), outputDetails: data },
      },
    ]);
  });

  it('gives pages, also backwards, and leaves the data out on demand', async () => {
    const { startMachine, ended, sfn } = await start();
    const executionArn = await startMachine(pass, { secret: 'canary' });
    await ended(executionArn);
    type Page = { events: { id: number }[]; nextToken?: string };
    const first = await sfn<Page>('GetExecutionHistory', { executionArn, maxResults: 3, reverseOrder: true });
    expect(first.events.map(({ id }) => id)).toEqual([4, 3, 2]);
    const rest = await sfn<Page>('GetExecutionHistory', {
      executionArn,
      maxResults: 3,
      reverseOrder: true,
      nextToken: first.nextToken,
    });
    expect(rest.events.map(({ id }) => id)).toEqual([1]);
    const bare = await sfn<Page>('GetExecutionHistory', { executionArn, includeExecutionData: false });
    expect(JSON.stringify(bare)).not.toContain('canary');
    await expect(sfn('GetExecutionHistory', { executionArn, nextToken: 'x' })).rejects.toMatchObject({
      code: 'InvalidToken',
    });
  });
});

describe('task tokens', () => {
  const wait = {
    Ask: {
      Type: 'Task',
      Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
      Arguments: { FunctionName: 'work', Payload: { token: '{% $states.context.Task.Token %}' } },
      End: true,
    },
  };
  async function startWaiting() {
    const tokens: string[] = [];
    const harness = await start({
      'lambda.Invoke': (input: { Payload: Uint8Array }) => {
        tokens.push(lambdaInput(input).token);
        return lambdaAnswer(null);
      },
    });
    const executionArn = await harness.startMachine(wait);
    await harness.context.trace.waitFor(({ name }) => name === 'task-submitted');
    return { ...harness, executionArn, taskToken: tokens[0] ?? '' };
  }

  it('are answered with a result, once', async () => {
    const { sfn, executionArn, taskToken, ended } = await startWaiting();
    const answers = await Promise.allSettled([
      sfn('SendTaskSuccess', { taskToken, output: '{"by":"a"}' }),
      sfn('SendTaskSuccess', { taskToken, output: '{"by":"b"}' }),
      sfn('SendTaskFailure', { taskToken, error: 'E' }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
    expect((answers[1] as PromiseRejectedResult).reason).toMatchObject({ code: 'TaskTimedOut' });
    expect(await ended(executionArn)).toMatchObject({ status: 'SUCCEEDED', output: '{"by":"a"}' });
  });

  it('are answered with a failure', async () => {
    const { sfn, executionArn, taskToken, ended } = await startWaiting();
    await sfn('SendTaskFailure', { taskToken, error: 'BuildFailed', cause: 'tests are red' });
    expect(await ended(executionArn)).toMatchObject({ status: 'FAILED', error: 'BuildFailed', cause: 'tests are red' });
  });

  it('that are wrong get the documented errors', async () => {
    const { sfn, executionArn, taskToken } = await startWaiting();
    await expect(sfn('SendTaskSuccess', { taskToken, output: '{' })).rejects.toMatchObject({ code: 'InvalidOutput' });
    await expect(sfn('SendTaskSuccess', { taskToken: 'nonsense', output: '{}' })).rejects.toMatchObject({
      code: 'InvalidToken',
    });
    const foreign = Buffer.from(JSON.stringify([`${executionArn}-other`, '', 's'])).toString('base64url');
    await expect(sfn('SendTaskHeartbeat', { taskToken: foreign })).rejects.toMatchObject({ code: 'TaskDoesNotExist' });
    await sfn('StopExecution', { executionArn });
    await expect(sfn('SendTaskHeartbeat', { taskToken })).rejects.toMatchObject({ code: 'TaskTimedOut' });
  });

  it('outlive a restart, and are answered after it', async () => {
    const { sfn: _sfn, executionArn, taskToken, directory, stop } = await startWaiting();
    await stop();
    open.splice(0);
    let calls = 0;
    const second = await start({ 'lambda.Invoke': () => lambdaAnswer(calls++) }, directory);
    await second.start();
    await second.sfn('SendTaskSuccess', { taskToken, output: '"after"' });
    expect(await second.ended(executionArn)).toMatchObject({ status: 'SUCCEEDED', output: '"after"' });
    expect(calls).toBe(0);
  });
});

describe('an execution after kill -9', () => {
  it('goes on from every group of the journal on disk, and ends once with the same output', async () => {
    const doing = (effects: string[]) => ({
      'lambda.Invoke': (input: { Payload: Uint8Array }) => {
        const { step } = lambdaInput(input);
        effects.push(step);
        return lambdaAnswer({ did: step });
      },
    });
    const step = (name: string, rest: object) =>
      lambda({ step: name }, { Assign: { [name]: '{% $states.result.Payload.did %}' }, ...rest });
    const machine = {
      One: step('one', { Next: 'Two' }),
      Two: step('two', { Next: 'Three' }),
      Three: step('three', { Output: "{% $one & $two & 'three' %}", End: true }),
    };
    const first = await start(doing([]));
    const executionArn = await first.startMachine(machine);
    await first.ended(executionArn);
    await first.context.store.flush();
    const journal = readFileSync(join(first.directory, 'journal'));
    const boundaries = frameEnds(journal);
    expect(boundaries.length).toBeGreaterThan(4);
    let resumed = 0;
    for (const [index, end] of boundaries.entries()) {
      // A torn record at the tail is cut off, whatever its length.
      const torn = Math.min(end + [0, 1, 7, 100][index % 4]!, journal.length);
      const directory = mkdtempSync(join(tmpdir(), 'states-crash-'));
      cpSync(join(first.directory, 'journal'), join(directory, 'journal'));
      truncateSync(join(directory, 'journal'), boundaries.includes(torn) ? end : torn);
      const effects: string[] = [];
      const second = await openStates(doing(effects), directory);
      try {
        const recorded = await recordedSteps(second, executionArn);
        if (!recorded) continue;
        const status = (await second.sfn<{ status: string }>('DescribeExecution', { executionArn })).status;
        await second.start();
        if (status === 'RUNNING') {
          resumed += 1;
          expect(await second.ended(executionArn)).toMatchObject({ status: 'SUCCEEDED', output: '"onetwothree"' });
        }
        expect(effects.filter((effect) => recorded.includes(effect))).toEqual([]);
        const types = (await second.history(executionArn)).map(({ type }) => type);
        expect(types.filter((type) => type === 'ExecutionSucceeded')).toHaveLength(1);
        expect(types.filter((type) => type === 'TaskSucceeded')).toHaveLength(3);
      } finally {
        await second.stop();
      }
    }
    expect(resumed).toBeGreaterThan(2);
  }, 60_000);
});

/** The steps whose result is in the history; undefined before the execution exists. */
async function recordedSteps(harness: StatesHarness, executionArn: string): Promise<string[] | undefined> {
  const table = harness.context.store.table<{ type: string; details?: { output?: { Payload?: { did?: string } } } }>(
    'states/history',
  );
  const events = [...table.entries()].filter(([key]) => key.startsWith(executionArn));
  if (events.length === 0) return undefined;
  return events.flatMap(([, { type, details }]) =>
    type === 'TaskSucceeded' ? [details?.output?.Payload?.did ?? ''] : [],
  );
}

function frameEnds(journal: Buffer): number[] {
  const ends: number[] = [];
  for (let offset = 8; offset + 8 <= journal.length; ) {
    offset += 8 + journal.readUInt32LE(offset);
    ends.push(offset);
  }
  return ends;
}

describe('StopExecution', () => {
  it('aborts with error and cause', async () => {
    const { startMachine, sfn, ended, history } = await start();
    const executionArn = await startMachine(sleep);
    const { stopDate } = await sfn('StopExecution', { executionArn, error: 'Enough', cause: 'a person' });
    expect(stopDate).toBeInstanceOf(Date);
    expect(await ended(executionArn)).toMatchObject({ status: 'ABORTED', error: 'Enough', cause: 'a person' });
    expect((await history(executionArn)).at(-1)).toMatchObject({
      type: 'ExecutionAborted',
      executionAbortedEventDetails: { error: 'Enough', cause: 'a person' },
    });
  });
});

describe('RedriveExecution', () => {
  it('starts again from the states that did not succeed, and runs nothing else', async () => {
    const effects: string[] = [];
    let isBroken = true;
    const { startMachine, sfn, ended, history, context } = await start({
      'lambda.Invoke': (input: { Payload: Uint8Array }) => {
        const { step } = lambdaInput(input);
        effects.push(step);
        return step === 'b' && isBroken
          ? lambdaAnswer({ errorType: 'Broken', errorMessage: 'no' }, 'Unhandled')
          : lambdaAnswer(step);
      },
    });
    const branch = (step: string) => ({
      StartAt: step,
      States: { [step]: lambda({ step }, { Output: '{% $states.result.Payload %}', End: true }) },
    });
    const executionArn = await startMachine({
      Before: lambda({ step: 'before' }, { Next: 'Both' }),
      Both: { Type: 'Parallel', Branches: [branch('a'), branch('b')], End: true },
    });
    expect(await ended(executionArn)).toMatchObject({ status: 'FAILED', error: 'Broken', redriveStatus: 'REDRIVABLE' });
    isBroken = false;
    effects.splice(0);
    const { redriveDate } = await sfn('RedriveExecution', { executionArn });
    expect(redriveDate).toBeInstanceOf(Date);
    await context.trace.waitFor(({ name }) => name === 'execution-succeeded');
    await context.store.flush();
    expect(await sfn('DescribeExecution', { executionArn })).toMatchObject({
      status: 'SUCCEEDED',
      output: '["a","b"]',
      redriveCount: 1,
      redriveStatus: 'NOT_REDRIVABLE',
    });
    expect(effects).toEqual(['b']);
    expect((await history(executionArn)).map(({ type }) => type)).toContain('ExecutionRedriven');
    await expect(sfn('RedriveExecution', { executionArn })).rejects.toMatchObject({ code: 'ExecutionNotRedrivable' });
  });

  it('is refused after 14 days', async () => {
    const { startMachine, ended, sfn, clock } = await start();
    const executionArn = await startMachine({ No: { Type: 'Fail', Error: 'E' } });
    await ended(executionArn);
    await clock.advance(15 * 86_400_000);
    await expect(sfn('RedriveExecution', { executionArn })).rejects.toMatchObject({
      code: 'ExecutionNotRedrivable',
      message: 'Execution is past the redrivable period of 14 days',
    });
  });
});

describe('the metrics of executions', () => {
  it('count starts and every kind of end, by state machine', async () => {
    const { machine, sfn, ended, clock, metrics } = await start();
    const ends = {
      ExecutionsSucceeded: { It: { Type: 'Succeed' } },
      ExecutionsFailed: { It: { Type: 'Fail', Error: 'E' } },
      ExecutionsAborted: sleep,
    };
    const machines = new Map<string, string>();
    for (const [metric, states] of Object.entries(ends)) {
      const stateMachineArn = await machine(states, metric);
      machines.set(metric, stateMachineArn);
      const { executionArn } = await sfn<{ executionArn: string }>('StartExecution', { stateMachineArn });
      if (metric === 'ExecutionsAborted') await sfn('StopExecution', { executionArn });
      await ended(executionArn);
    }
    await clock.advance(60_000);
    const metricOf = (name: string, arn: string | undefined) => metrics[`AWS/States ${name} ${arn}`];
    const arnOf = (metric: string) => machines.get(metric);
    expect(metricOf('ExecutionsStarted', arnOf('ExecutionsFailed'))).toBe(1);
    expect(metricOf('ExecutionsSucceeded', arnOf('ExecutionsSucceeded'))).toBe(1);
    expect(metricOf('ExecutionsFailed', arnOf('ExecutionsFailed'))).toBe(1);
    expect(metricOf('ExecutionsAborted', arnOf('ExecutionsAborted'))).toBe(1);
    expect(metricOf('ExecutionsFailed', arnOf('ExecutionsSucceeded'))).toBeUndefined();
  });

  it('tell a time-out from a failure', async () => {
    const { sfn, ended, clock, metrics, context } = await start();
    const { stateMachineArn } = await sfn<{ stateMachineArn: string }>('CreateStateMachine', {
      name: 'slow',
      roleArn: ROLE_ARN,
      definition: JSON.stringify({
        QueryLanguage: 'JSONata',
        TimeoutSeconds: 5,
        StartAt: 'Sleep',
        States: { Sleep: { Type: 'Wait', Seconds: 60, End: true } },
      }),
    });
    const { executionArn } = await sfn<{ executionArn: string }>('StartExecution', { stateMachineArn });
    await clock.advance(6_000);
    await ended(executionArn);
    await context.clock.advance(60_000);
    expect(metrics[`AWS/States ExecutionsTimedOut ${stateMachineArn}`]).toBe(1);
    expect(metrics[`AWS/States ExecutionsFailed ${stateMachineArn}`]).toBeUndefined();
  });
});

describe('an Express machine', () => {
  it('is run by StartSyncExecution', async () => {
    const { machine, sfn } = await start();
    const stateMachineArn = await machine(
      { P: { Type: 'Pass', Output: '{% $states.input.a + 1 %}', End: true } },
      'quick',
      'EXPRESS',
    );
    expect(await sfn('StartSyncExecution', { stateMachineArn, input: '{"a":1}' })).toMatchObject({
      status: 'SUCCEEDED',
      output: '2',
    });
    expect(await sfn('StartSyncExecution', { stateMachineArn, input: '{"a":"x"}' })).toMatchObject({
      status: 'FAILED',
      error: 'States.QueryEvaluationError',
    });
    await expect(sfn('StartSyncExecution', { stateMachineArn: await machine(pass) })).rejects.toMatchObject({
      code: 'StateMachineTypeNotSupported',
    });
  });
});

describe('the definition of an execution', () => {
  it('is the one it started with, whatever comes later', async () => {
    const { machine, sfn, clock, context } = await start();
    const stateMachineArn = await machine({
      Sleep: { Type: 'Wait', Seconds: 60, Next: 'Old' },
      Old: { Type: 'Succeed', Output: 'old' },
    });
    const { executionArn } = await sfn('StartExecution', { stateMachineArn });
    await sfn('UpdateStateMachine', {
      stateMachineArn,
      definition: define({ New: { Type: 'Succeed', Output: 'new' } }),
    });
    await clock.advance(61_000);
    await context.trace.waitFor(({ name }) => name === 'execution-succeeded');
    expect(await sfn('DescribeExecution', { executionArn })).toMatchObject({ output: '"old"' });
    expect(await sfn('DescribeStateMachineForExecution', { executionArn })).toMatchObject({
      definition: expect.stringContaining('Old'),
    });
  });
});
