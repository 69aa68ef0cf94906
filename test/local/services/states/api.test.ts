import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { RuntimeContext } from '../../../../local/runtime/context.ts';
import { createStatesModule } from '../../../../local/services/states/module.ts';
import { createServiceHarness } from '../service-harness.ts';
import { openRuntime } from '../service-runtime.ts';
import { define, lambdaAnswer, openStates, ROLE_ARN, type StatesHarness } from './states-harness.ts';

let harness: StatesHarness;
async function open(...args: Parameters<typeof openStates>): Promise<StatesHarness> {
  harness = await openStates(...args);
  return harness;
}
afterEach(() => harness?.stop().catch(() => undefined));

const succeed = { S: { Type: 'Succeed' } };

describe('CreateStateMachine', () => {
  it('creates, describes, lists, updates and deletes', async () => {
    const { sfn } = await open();
    const definition = define(succeed);
    const { stateMachineArn } = await sfn('CreateStateMachine', {
      name: 'm',
      roleArn: ROLE_ARN,
      definition,
      tags: [{ key: 'a', value: 'b' }],
    });
    expect(stateMachineArn).toBe('arn:aws:states:eu-central-1:111122223333:stateMachine:m');
    const described = await sfn('DescribeStateMachine', { stateMachineArn });
    expect(described).toMatchObject({ name: 'm', status: 'ACTIVE', type: 'STANDARD', definition, roleArn: ROLE_ARN });
    expect(await sfn('ListTagsForResource', { resourceArn: stateMachineArn })).toEqual({
      tags: [{ key: 'a', value: 'b' }],
    });
    const { revisionId } = await sfn('UpdateStateMachine', { stateMachineArn, roleArn: `${ROLE_ARN}-2` });
    expect(revisionId).not.toBe(described.revisionId);
    expect(await sfn('ListStateMachines', {})).toMatchObject({ stateMachines: [{ stateMachineArn, name: 'm' }] });
    await sfn('DeleteStateMachine', { stateMachineArn });
    await expect(sfn('DescribeStateMachine', { stateMachineArn })).rejects.toMatchObject({
      code: 'StateMachineDoesNotExist',
    });
  });

  it('answers the same for the same machine, and refuses another one of that name', async () => {
    const { sfn } = await open();
    const input = { name: 'm', roleArn: ROLE_ARN, definition: define(succeed) };
    const first = await sfn('CreateStateMachine', input);
    expect(await sfn('CreateStateMachine', input)).toEqual(first);
    await expect(
      sfn('CreateStateMachine', { ...input, definition: define({ T: { Type: 'Succeed' } }) }),
    ).rejects.toMatchObject({
      code: 'StateMachineAlreadyExists',
    });
  });

  it('refuses a JSONPath machine and names the state', async () => {
    const { sfn } = await open();
    const definition = JSON.stringify({ StartAt: 'Old', States: { Old: { Type: 'Pass', End: true } } });
    await expect(sfn('CreateStateMachine', { name: 'm', roleArn: ROLE_ARN, definition })).rejects.toMatchObject({
      code: 'InvalidDefinition',
      message: expect.stringMatching(/^Invalid State Machine Definition: 'UNSUPPORTED_QUERY_LANGUAGE: the state 'Old'/),
    });
  });
});

describe('ValidateStateMachineDefinition', () => {
  it('says OK, or all that is wrong with places', async () => {
    const { sfn } = await open();
    expect(await sfn('ValidateStateMachineDefinition', { definition: define(succeed) })).toEqual({
      result: 'OK',
      diagnostics: [],
      truncated: false,
    });
    const wrong = define({ A: { Type: 'Pass', Next: 'B', Output: '{% ( %}' } });
    expect(await sfn('ValidateStateMachineDefinition', { definition: wrong })).toMatchObject({
      result: 'FAIL',
      diagnostics: [
        { severity: 'ERROR', code: 'INVALID_JSONATA_EXPRESSION', location: '/States/A/Output' },
        { severity: 'ERROR', code: 'MISSING_TRANSITION_TARGET' },
        { severity: 'ERROR', code: 'MISSING_END_STATE' },
      ],
    });
    expect(await sfn('ValidateStateMachineDefinition', { definition: wrong, maxResults: 1 })).toMatchObject({
      truncated: true,
    });
  });
});

describe('TestState', () => {
  const task = {
    QueryLanguage: 'JSONata',
    Type: 'Task',
    Resource: 'arn:aws:states:::lambda:invoke',
    Arguments: { FunctionName: 'f', Payload: '{% $states.input %}' },
    Output: '{% $states.result.Payload %}',
    Assign: { seen: '{% $states.input.a %}' },
    Retry: [{ ErrorEquals: ['Again'], IntervalSeconds: 5, BackoffRate: 3, MaxAttempts: 2 }],
    Catch: [{ ErrorEquals: ['Bad'], Output: '{% $states.errorOutput.Cause %}', Next: 'Mend' }],
    Next: 'After',
  };

  it('runs one state', async () => {
    const { sfn } = await open({ 'lambda.Invoke': () => lambdaAnswer({ ok: 1 }) });
    const input = { definition: JSON.stringify(task), input: '{"a":1}', roleArn: ROLE_ARN };
    expect(await sfn('TestState', input)).toEqual({ status: 'SUCCEEDED', output: '{"ok":1}', nextState: 'After' });
    expect(await sfn('TestState', { ...input, inspectionLevel: 'DEBUG' })).toMatchObject({
      inspectionData: {
        input: '{"a":1}',
        afterArguments: '{"FunctionName":"f","Payload":{"a":1}}',
        result: expect.stringContaining('"Payload":{"ok":1}'),
        variables: '{"seen":1}',
      },
    });
  });

  it('tells what Retry and Catch would do, with a mock instead of the call', async () => {
    const { sfn } = await open();
    const test = (error: string, retrierRetryCount = 0) =>
      sfn('TestState', {
        definition: JSON.stringify(task),
        input: '{"a":1}',
        inspectionLevel: 'DEBUG',
        mock: { errorOutput: { error, cause: 'c' } },
        stateConfiguration: { retrierRetryCount },
      });
    expect(await test('Again', 1)).toMatchObject({
      status: 'RETRIABLE',
      error: 'Again',
      inspectionData: { errorDetails: { retryIndex: 0, retryBackoffIntervalSeconds: 15 } },
    });
    expect(await test('Again', 2)).toMatchObject({ status: 'FAILED', error: 'Again' });
    expect(await test('Bad')).toMatchObject({ status: 'CAUGHT_ERROR', nextState: 'Mend', output: '"c"' });
    expect(
      await sfn('TestState', { definition: JSON.stringify(task), input: '{"a":1}', mock: { result: '{"Payload":7}' } }),
    ).toMatchObject({
      status: 'SUCCEEDED',
      output: '7',
    });
  });

  it('takes a state of a whole machine, and variables', async () => {
    const { sfn } = await open();
    const definition = define({
      A: { Type: 'Pass', Next: 'B' },
      B: { Type: 'Pass', Output: '{% $v * 2 %}', End: true },
    });
    expect(await sfn('TestState', { definition, stateName: 'B', variables: '{"v":21}' })).toEqual({
      status: 'SUCCEEDED',
      output: '42',
    });
  });
});

describe('AWS::StepFunctions::StateMachine', () => {
  it('takes its definition from a string with substitutions, and keeps its name over restarts', async () => {
    const { create, sfn } = await open();
    const properties = {
      DefinitionString: define({ S: { Type: 'Succeed', Output: ['$', '{Word}'].join('') } }),
      DefinitionSubstitutions: { Word: 'a "b"' },
      RoleArn: ROLE_ARN,
    };
    const { ref, attributes } = await create('AWS::StepFunctions::StateMachine', 'Flow', properties);
    expect(ref).toBe('arn:aws:states:eu-central-1:111122223333:stateMachine:Test-Flow');
    expect(attributes).toMatchObject({ Arn: ref, Name: 'Test-Flow' });
    expect((await create('AWS::StepFunctions::StateMachine', 'Flow', properties)).ref).toBe(ref);
    const { definition } = await sfn<{ definition: string }>('DescribeStateMachine', { stateMachineArn: ref });
    expect(JSON.parse(definition).States.S.Output).toBe('a "b"');
  });

  it('takes its definition from an asset', async () => {
    const assemblyDirectory = mkdtempSync(join(tmpdir(), 'assembly-'));
    writeFileSync(join(assemblyDirectory, 'asset.json'), define(succeed));
    const assets = await createServiceHarness([createStatesModule], { assemblyDirectory });
    const { ref } = await assets.create(
      'AWS::StepFunctions::StateMachine',
      'Flow',
      { DefinitionS3Location: { Bucket: 'b', Key: 'k' }, RoleArn: ROLE_ARN },
      { 'aws:asset:path': 'asset.json' },
    );
    expect(await assets.call('sfn', 'DescribeStateMachine', { stateMachineArn: ref })).toMatchObject({
      definition: define(succeed),
    });
    await assets.stop();
  });
});

describe('IAM', () => {
  it('guards what a machine calls by the machine’s role, and the API by the caller’s', async () => {
    const runtime = await openRuntime([createStatesModule]);
    await runtime.createRole('machine', { Effect: 'Allow', Action: 'states:ListStateMachines', Resource: '*' });
    const caller = await runtime.createRole('caller', {
      Effect: 'Allow',
      Action: 'states:DescribeExecution',
      Resource: '*',
    });
    const definition = define({
      Allowed: {
        Type: 'Task',
        Resource: 'arn:aws:states:::aws-sdk:sfn:listStateMachines',
        Arguments: {},
        Next: 'Denied',
      },
      Denied: {
        Type: 'Task',
        Resource: 'arn:aws:states:::aws-sdk:sfn:listExecutions',
        Arguments: { StateMachineArn: 'arn:aws:states:eu-west-1:111122223333:stateMachine:m' },
        End: true,
      },
    });
    const { stateMachineArn } = await runtime.call<{ stateMachineArn: string }>('sfn', 'CreateStateMachine', {
      name: 'm',
      roleArn: 'arn:aws:iam::111122223333:role/machine',
      definition,
    });
    await expect(runtime.call('sfn', 'StartExecution', { stateMachineArn }, { as: caller })).rejects.toMatchObject({
      code: 'AccessDeniedException',
    });
    const { executionArn } = await runtime.call<{ executionArn: string }>('sfn', 'StartExecution', { stateMachineArn });
    await runtime.context.trace.waitFor(({ name }) => name === 'execution-failed');
    await runtime.context.store.flush();
    expect(await runtime.call('sfn', 'DescribeExecution', { executionArn }, { as: caller })).toMatchObject({
      error: 'Sfn.SfnException',
      cause: expect.stringMatching(
        /assumed-role\/machine\/.* is not authorized to perform: states:ListExecutions on resource: /,
      ),
    });
  });
});

describe('status changes', () => {
  it('are published on the default bus, and after a crash if need be', async () => {
    const events: { detailType: string; detail: { status: string; output: string | null } }[] = [];
    const module = (context: RuntimeContext) =>
      createStatesModule({
        ...context,
        publishAwsEvent: async (event) => void events.push(event as never),
      });
    const listening = await createServiceHarness([module]);
    const { stateMachineArn } = await listening.call<{ stateMachineArn: string }>('sfn', 'CreateStateMachine', {
      name: 'm',
      roleArn: ROLE_ARN,
      definition: define(succeed),
    });
    await listening.call('sfn', 'StartExecution', { stateMachineArn, input: '{"a":1}' });
    await listening.context.trace.waitFor(({ name }) => name === 'execution-succeeded');
    await listening.stop();
    expect(events.map(({ detail }) => detail.status)).toEqual(expect.arrayContaining(['RUNNING']));
    const again = await createServiceHarness([module], { directory: listening.directory });
    await again.start();
    await again.stop();
    const ends = events.filter(({ detail }) => detail.status === 'SUCCEEDED');
    expect(ends.length).toBeGreaterThanOrEqual(1);
    expect(ends[0]).toMatchObject({
      source: 'aws.states',
      detailType: 'Step Functions Execution Status Change',
      detail: { stateMachineArn, input: '{"a":1}', output: '{"a":1}' },
    });
  });
});
