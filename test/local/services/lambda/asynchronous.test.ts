import { afterEach, describe, expect, it } from '@jest/globals';
import { AwsError } from '../../../../local/runtime/service.ts';
import { createLambdaModule } from '../../../../local/services/lambda/module.ts';
import { ACCOUNT_ID, createServiceHarness, REGION, type ServiceHarness } from '../service-harness.ts';
import { declareFunction } from './functions.ts';

const QUEUE_ARN = `arn:aws:sqs:${REGION}:${ACCOUNT_ID}:failures`;
const THROWS = "export const handler = async () => { throw new RangeError('cannot reach the cluster'); };";

describe('an asynchronous invocation', () => {
  let harness: ServiceHarness;

  afterEach(() => harness.stop());

  const enqueue = (name: string, payload: unknown) =>
    harness.call('lambda', 'Invoke', {
      FunctionName: name,
      InvocationType: 'Event',
      Payload: Buffer.from(JSON.stringify(payload)),
    });
  const countFailures = () => harness.context.trace.recent().filter(({ name }) => name === 'invocation-failed').length;
  const settled = (name: string) => harness.context.trace.waitFor((activity) => activity.name === name);

  it('is tried again after one and after two minutes, then reaches the dead-letter queue with what went wrong', async () => {
    harness = await createServiceHarness([createLambdaModule]);
    await declareFunction(harness, 'fails', { 'index.mjs': THROWS }, { DeadLetterConfig: { TargetArn: QUEUE_ARN } });
    await harness.start();

    expect(await enqueue('fails', { id: 7 })).toEqual({ StatusCode: 202 });
    await settled('invocation-failed');
    await harness.clock.advance(59_000);
    expect(countFailures()).toBe(1);
    await harness.clock.advance(2_000);
    expect(countFailures()).toBe(2);
    await harness.clock.advance(118_000);
    expect(countFailures()).toBe(2);
    await harness.clock.advance(3_000);
    expect(countFailures()).toBe(3);

    const sent = harness.calls.filter(({ service }) => service === 'sqs');
    expect(sent).toHaveLength(1);
    expect(sent[0]!.principal.roleArn).toContain('role/worker');
    expect(sent[0]!.input).toEqual({
      QueueUrl: `https://sqs.${REGION}.amazonaws.com/${ACCOUNT_ID}/failures`,
      MessageBody: '{"id":7}',
      MessageAttributes: {
        RequestID: { DataType: 'String', StringValue: expect.stringMatching(/^[0-9a-f-]{36}$/) },
        ErrorCode: { DataType: 'Number', StringValue: '200' },
        ErrorMessage: { DataType: 'String', StringValue: 'cannot reach the cluster' },
      },
    });
  });

  it('tells the failure destination in the documented shape', async () => {
    harness = await createServiceHarness([createLambdaModule]);
    const arn = await declareFunction(harness, 'fails', { 'index.mjs': THROWS });
    await harness.create('AWS::Lambda::EventInvokeConfig', 'Config', {
      FunctionName: 'fails',
      Qualifier: '$LATEST',
      MaximumRetryAttempts: 0,
      DestinationConfig: { OnFailure: { Destination: `arn:aws:events:${REGION}:${ACCOUNT_ID}:event-bus/automation` } },
    });
    await harness.start();
    await enqueue('fails', { id: 7 });
    await settled('dead-lettered');
    const { input } = harness.calls.find(({ service }) => service === 'eventbridge')!;
    const [entry] = (input as { Entries: Record<string, string>[] }).Entries;
    expect(entry).toMatchObject({ Source: 'lambda', DetailType: 'Lambda Function Invocation Result - Failure' });
    expect(JSON.parse(entry!.Detail!)).toEqual({
      version: '1.0',
      timestamp: expect.stringMatching(/Z$/),
      requestContext: {
        requestId: expect.any(String),
        functionArn: `${arn}:$LATEST`,
        condition: 'RetriesExhausted',
        approximateInvokeCount: 1,
      },
      requestPayload: { id: 7 },
      responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
      responsePayload: { errorType: 'RangeError', errorMessage: 'cannot reach the cluster', trace: expect.any(Array) },
    });
  });

  it('tells the success destination what the function returned', async () => {
    harness = await createServiceHarness([createLambdaModule]);
    await declareFunction(harness, 'works', { 'index.mjs': "export const handler = async () => 'done';" });
    await harness.create('AWS::Lambda::EventInvokeConfig', 'Config', {
      FunctionName: 'works',
      Qualifier: '$LATEST',
      DestinationConfig: { OnSuccess: { Destination: QUEUE_ARN } },
    });
    await harness.start();
    await enqueue('works', null);
    await settled('invocation-ended');
    await harness.clock.advance(1);
    const { input } = harness.calls.find(({ service }) => service === 'sqs')!;
    expect(JSON.parse((input as { MessageBody: string }).MessageBody)).toMatchObject({
      requestContext: { condition: 'Success', approximateInvokeCount: 1 },
      responsePayload: 'done',
    });
  });

  it('keeps a dead letter until its queue takes it', async () => {
    let refusals = 2;
    harness = await createServiceHarness([createLambdaModule], {
      fakes: {
        'sqs.SendMessage': () => {
          if (refusals-- > 0) throw new AwsError('AWS.SimpleQueueService.NonExistentQueue', 'no such queue');
          return {};
        },
      },
    });
    await declareFunction(harness, 'fails', { 'index.mjs': THROWS }, { DeadLetterConfig: { TargetArn: QUEUE_ARN } });
    await harness.start();
    await enqueue('fails', 1);
    await settled('invocation-failed');
    await harness.clock.advance(200_000);
    await harness.clock.advance(120_000);
    expect(harness.context.trace.recent().filter(({ name }) => name === 'delivery-failed')).toHaveLength(2);
    await settled('dead-lettered');
  });

  it('gives up on an event that grew too old behind a function that is always throttled', async () => {
    harness = await createServiceHarness([createLambdaModule]);
    await declareFunction(
      harness,
      'reserved',
      { 'index.mjs': 'export const handler = async () => 1;' },
      { ReservedConcurrentExecutions: 0, DeadLetterConfig: { TargetArn: QUEUE_ARN } },
    );
    await harness.start();
    await enqueue('reserved', 1);
    await harness.clock.advance(7 * 3_600_000);
    expect(await settled('dead-lettered')).toMatchObject({ details: { condition: 'EventAgeExceeded', attempts: 0 } });
  });

  it('survives the end of the runtime: what was accepted runs after the next start', async () => {
    const first = await createServiceHarness([createLambdaModule]);
    harness = first;
    const text = {
      'index.mjs': 'export const handler = async () => new Promise(() => { setTimeout(() => {}, 60_000); });',
    };
    await declareFunction(first, 'interrupted', text, { Timeout: 60 });
    await first.start();
    await enqueue('interrupted', { id: 1 });
    await settled('invocation-started');
    await first.stop();

    harness = await createServiceHarness([createLambdaModule], { directory: first.directory });
    await declareFunction(harness, 'interrupted', { 'index.mjs': 'export const handler = async (event) => event.id;' });
    await harness.start();
    await settled('invocation-ended');
    await harness.clock.advance(1);
    expect(harness.context.store.table('lambda/asynchronous-invocations').size).toBe(0);
  });
});
