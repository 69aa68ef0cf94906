import { afterEach, describe, expect, it } from '@jest/globals';
import type { ApiCall } from '../../../../local/runtime/context.ts';
import { AwsError } from '../../../../local/runtime/service.ts';
import { FUNCTION_ARN, lambdaAnswer, lambdaInput, openStates, type StatesHarness } from './states-harness.ts';

let harness: StatesHarness;
afterEach(() => harness.stop());

async function run(resource: string, args: unknown, fakes: Parameters<typeof openStates>[0] = {}, rest: object = {}) {
  harness = await openStates(fakes);
  const executionArn = await harness.startMachine({
    T: { Type: 'Task', Resource: resource, Arguments: args, End: true, ...rest },
  });
  const description = await harness.ended(executionArn);
  const { output } = description;
  return { ...description, executionArn, result: output === undefined ? undefined : JSON.parse(output) };
}
const arn = (integration: string) => `arn:aws:states:::${integration}`;
const input = <T>(index = 0) => harness.calls[index]?.input as T;
const refuse =
  (code: string, message = 'no') =>
  () => {
    throw new AwsError(code, message);
  };

describe('lambda:invoke', () => {
  it('gives the function’s answer as Payload, and acts as the machine’s role', async () => {
    const { result } = await run(
      arn('lambda:invoke'),
      { FunctionName: 'f', Payload: { a: 1 } },
      {
        'lambda.Invoke': () => lambdaAnswer({ b: 2 }),
      },
    );
    expect(result).toEqual({ ExecutedVersion: '$LATEST', Payload: { b: 2 }, StatusCode: 200 });
    expect(lambdaInput(input())).toEqual({ a: 1 });
    const { principal, region } = harness.calls[0] as ApiCall;
    expect(principal).toMatchObject({ kind: 'role', roleArn: expect.stringContaining(':role/machine') });
    expect(region).toBe('eu-central-1');
  });

  it('fails with the function’s errorType, and its whole answer as the cause', async () => {
    const error = { errorType: 'ConflictError', errorMessage: 'moved', trace: [] };
    expect(
      await run(
        arn('lambda:invoke'),
        { FunctionName: 'f' },
        { 'lambda.Invoke': () => lambdaAnswer(error, 'Unhandled') },
      ),
    ).toMatchObject({ status: 'FAILED', error: 'ConflictError', cause: JSON.stringify(error) });
  });

  it('fails with Lambda.Unknown when the function named no error', async () => {
    expect(
      await run(
        arn('lambda:invoke'),
        { FunctionName: 'f' },
        { 'lambda.Invoke': () => lambdaAnswer(null, 'Unhandled') },
      ),
    ).toMatchObject({ error: 'Lambda.Unknown' });
  });

  it.each([
    ['TooManyRequestsException', 'Lambda.TooManyRequestsException'],
    ['ResourceNotFoundException', 'Lambda.ResourceNotFoundException'],
    ['AccessDeniedException', 'Lambda.AWSLambdaException'],
  ])('names %s %s', async (code, error) => {
    expect(await run(arn('lambda:invoke'), { FunctionName: 'f' }, { 'lambda.Invoke': refuse(code) })).toMatchObject({
      error,
    });
  });

  it('runs a function that is named by its ARN on the bare event', async () => {
    const { result, executionArn } = await run(FUNCTION_ARN, { a: 1 }, { 'lambda.Invoke': () => lambdaAnswer([1]) });
    expect(result).toEqual([1]);
    expect(lambdaInput(input())).toEqual({ a: 1 });
    const history = await harness.history(executionArn);
    expect(history.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['LambdaFunctionScheduled', 'LambdaFunctionStarted', 'LambdaFunctionSucceeded']),
    );
    expect(history[2]).toMatchObject({
      lambdaFunctionScheduledEventDetails: { resource: FUNCTION_ARN, input: '{"a":1}' },
    });
  });
});

describe('dynamodb', () => {
  it('writes an item, bytes in base64', async () => {
    const item = { pk: { S: 'a' }, n: { N: '1' }, b: { B: 'aGk=' }, m: { M: { x: { BOOL: true } } } };
    await run(arn('dynamodb:putItem'), { TableName: 't', Item: item, ConditionExpression: 'attribute_not_exists(pk)' });
    expect(input()).toMatchObject({ TableName: 't', Item: { pk: { S: 'a' }, m: { M: { x: { BOOL: true } } } } });
    expect(Buffer.from(input<{ Item: { b: { B: Uint8Array } } }>().Item.b.B).toString()).toBe('hi');
  });

  it('reads an item', async () => {
    const { result } = await run(
      arn('dynamodb:getItem'),
      { TableName: 't', Key: { pk: { S: 'a' } } },
      {
        'dynamodb.GetItem': () => ({ Item: { pk: { S: 'a' }, b: { B: Buffer.from('hi') } }, $metadata: {} }),
      },
    );
    expect(result).toEqual({ Item: { pk: { S: 'a' }, b: { B: 'aGk=' } } });
  });

  it('names its errors DynamoDB in the optimized integration and DynamoDb in the SDK’s', async () => {
    const fakes = { 'dynamodb.PutItem': refuse('ConditionalCheckFailedException', 'The conditional request failed') };
    const args = { TableName: 't', Item: { pk: { S: 'a' } } };
    expect(await run(arn('dynamodb:putItem'), args, fakes)).toMatchObject({
      error: 'DynamoDB.ConditionalCheckFailedException',
      cause: expect.stringContaining('The conditional request failed (Service: '),
    });
    await harness.stop();
    expect(await run(arn('aws-sdk:dynamodb:putItem'), args, fakes)).toMatchObject({
      error: 'DynamoDb.ConditionalCheckFailedException',
    });
  });

  it('names what the SDK does not model by its base exception', async () => {
    expect(
      await run(
        arn('dynamodb:putItem'),
        { TableName: 't', Item: {} },
        { 'dynamodb.PutItem': refuse('ValidationException') },
      ),
    ).toMatchObject({ error: 'DynamoDB.AmazonDynamoDBException' });
  });
});

describe('events:putEvents', () => {
  const entry = { Source: 's', DetailType: 'd', Detail: { a: 1 }, EventBusName: 'bus' };

  it('writes the detail as text and adds the execution to the resources', async () => {
    const { executionArn, result } = await run(
      arn('events:putEvents'),
      { Entries: [entry] },
      {
        'eventbridge.PutEvents': () => ({ FailedEntryCount: 0, Entries: [{ EventId: 'e' }] }),
      },
    );
    expect(result).toEqual({ FailedEntryCount: 0, Entries: [{ EventId: 'e' }] });
    const [sent] = input<{ Entries: { Detail: string; Resources: string[] }[] }>().Entries;
    expect(sent?.Detail).toBe('{"a":1}');
    expect(sent?.Resources[0]).toBe(executionArn);
    expect(sent?.Resources[1]).toContain(':stateMachine:');
  });

  it('fails with EventBridge.FailedEntry when an entry is rejected', async () => {
    const answer = { FailedEntryCount: 1, Entries: [{ ErrorCode: 'InternalFailure', ErrorMessage: 'm' }] };
    expect(
      await run(arn('events:putEvents'), { Entries: [entry] }, { 'eventbridge.PutEvents': () => answer }),
    ).toMatchObject({ error: 'EventBridge.FailedEntry', cause: JSON.stringify(answer) });
  });
});

describe('sqs:sendMessage and sns:publish', () => {
  it('write objects as text', async () => {
    await run(
      arn('sqs:sendMessage'),
      { QueueUrl: 'q', MessageBody: { a: 1 } },
      { 'sqs.SendMessage': () => ({ MessageId: 'm' }) },
    );
    expect(input()).toEqual({ QueueUrl: 'q', MessageBody: '{"a":1}' });
    await harness.stop();
    const { result } = await run(
      arn('sns:publish'),
      { TopicArn: 't', Message: { b: 2 } },
      {
        'sns.Publish': () => ({ MessageId: 'n' }),
      },
    );
    expect(input()).toEqual({ TopicArn: 't', Message: '{"b":2}' });
    expect(result).toEqual({ MessageId: 'n' });
  });
});

describe('aws-sdk', () => {
  it('translates names, moments and bodies', async () => {
    const { result } = await run(
      arn('aws-sdk:s3:getObject'),
      { Bucket: 'b', Key: 'k' },
      {
        's3.GetObject': () => ({
          Body: (async function* () {
            yield Buffer.from('con');
            yield Buffer.from('tent');
          })(),
          LastModified: new Date('2024-01-02T03:04:05Z'),
          ContentLength: 7,
        }),
      },
    );
    expect(result).toEqual({ Body: 'content', LastModified: '2024-01-02T03:04:05.000Z', ContentLength: 7 });
  });

  it('writes members in PascalCase, whatever the API does, but not the keys of data', async () => {
    const { result } = await run(
      arn('aws-sdk:eks:describeCluster'),
      { Name: 'c' },
      {
        'eks.DescribeCluster': () => ({ cluster: { name: 'c', tags: { lowerCase: 'x' } } }),
      },
    );
    expect(input()).toEqual({ name: 'c' });
    expect(result).toEqual({ Cluster: { Name: 'c', Tags: { lowerCase: 'x' } } });
  });

  it('names errors by the SDK’s exception class', async () => {
    expect(
      await run(arn('aws-sdk:sfn:startExecution'), {
        StateMachineArn: 'arn:aws:states:eu-central-1:111122223333:stateMachine:none',
      }),
    ).toMatchObject({ error: 'Sfn.StateMachineDoesNotExistException' });
    await harness.stop();
    expect(
      await run(arn('aws-sdk:s3:getObject'), { Bucket: 'b', Key: 'k' }, { 's3.GetObject': refuse('AccessDenied') }),
    ).toMatchObject({ error: 'S3.S3Exception' });
  });

  it('refuses members that the operation does not have, and operations that do not exist', async () => {
    expect(await run(arn('aws-sdk:sqs:sendMessage'), { queueUrl: 'q' })).toMatchObject({
      error: 'States.Runtime',
      cause: 'The field "queueUrl" is not supported by Step Functions',
    });
    await harness.stop();
    expect(await run(arn('aws-sdk:sqs:fly'), {})).toMatchObject({ error: 'States.Runtime' });
  });

  it('makes a denied call match States.Permissions', async () => {
    harness = await openStates({ 'ssm.GetParameter': refuse('AccessDeniedException') });
    const executionArn = await harness.startMachine({
      Read: {
        Type: 'Task',
        Resource: arn('aws-sdk:ssm:getParameter'),
        Arguments: { Name: 'n' },
        Catch: [{ ErrorEquals: ['States.Permissions'], Next: 'Denied' }],
        End: true,
      },
      Denied: { Type: 'Succeed', Output: '{% $states.input.Error %}' },
    });
    expect(await harness.ended(executionArn)).toMatchObject({ status: 'SUCCEEDED', output: '"Ssm.SsmException"' });
  });
});

describe('states:startExecution', () => {
  async function startChild(mode: string, child: object, rest: object = {}) {
    harness = await openStates();
    const stateMachineArn = await harness.machine(child, 'child');
    const executionArn = await harness.startMachine({
      Run: {
        Type: 'Task',
        Resource: arn(`states:startExecution${mode}`),
        Arguments: { StateMachineArn: stateMachineArn, Input: { a: 1 } },
        End: true,
        ...rest,
      },
    });
    return { stateMachineArn, executionArn };
  }
  const child = { C: { Type: 'Pass', Output: { got: '{% $states.input.a %}' }, End: true } };
  const output = async (executionArn: string) => JSON.parse((await harness.ended(executionArn)).output ?? 'null');

  it('starts and goes on', async () => {
    const { executionArn } = await startChild('', child);
    expect(await output(executionArn)).toEqual({
      ExecutionArn: expect.stringContaining(':execution:child:'),
      StartDate: expect.any(String),
    });
  });

  it('.sync waits and gives the output as text, .sync:2 as JSON', async () => {
    const first = await startChild('.sync', child);
    expect(await output(first.executionArn)).toMatchObject({
      Status: 'SUCCEEDED',
      Output: '{"got":1}',
      StartDate: expect.any(Number),
    });
    const types = (await harness.history(first.executionArn)).map(({ type }) => type);
    expect(types).toEqual(expect.arrayContaining(['TaskSubmitted', 'TaskSucceeded']));
    await harness.stop();
    const second = await startChild('.sync:2', child);
    expect(await output(second.executionArn)).toMatchObject({
      Status: 'SUCCEEDED',
      Input: { a: 1 },
      Output: { got: 1 },
    });
  });

  it('.sync fails with States.TaskFailed when the child fails', async () => {
    const { executionArn } = await startChild('.sync:2', { F: { Type: 'Fail', Error: 'Inner', Cause: 'why' } });
    const { error, cause } = await harness.ended(executionArn);
    expect(error).toBe('States.TaskFailed');
    expect(JSON.parse(cause ?? '')).toMatchObject({ Status: 'FAILED', Error: 'Inner', Cause: 'why' });
  });

  it('.sync stops the child when the parent gives up', async () => {
    const { stateMachineArn, executionArn } = await startChild(
      '.sync',
      { S: { Type: 'Wait', Seconds: 1_000_000, End: true } },
      {
        TimeoutSeconds: 60,
      },
    );
    await harness.clock.advance(61_000);
    expect(await harness.ended(executionArn)).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
    await harness.context.trace.waitFor(({ name }) => name === 'execution-aborted');
    const { executions } = await harness.sfn<{ executions: { status: string }[] }>('ListExecutions', {
      stateMachineArn,
    });
    expect(executions.map(({ status }) => status)).toEqual(['ABORTED']);
  });

  it('.sync after a restart waits for the same child', async () => {
    const { stateMachineArn, executionArn } = await startChild('.sync:2', {
      S: { Type: 'Wait', Seconds: 3_600, Output: 'slept', End: true },
    });
    await harness.context.trace.waitFor(({ name }) => name === 'task-submitted');
    await harness.context.store.flush();
    const { directory } = harness;
    await harness.stop();
    harness = await openStates({}, directory);
    await harness.start();
    await harness.clock.advance(3_700_000);
    expect(await output(executionArn)).toMatchObject({ Status: 'SUCCEEDED', Output: 'slept' });
    const { executions } = await harness.sfn<{ executions: object[] }>('ListExecutions', { stateMachineArn });
    expect(executions).toHaveLength(1);
  });
});

it('an unknown resource fails the execution', async () => {
  expect(await run(arn('teapot:brew'), {})).toMatchObject({ error: 'States.Runtime' });
});
