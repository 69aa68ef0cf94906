// Log groups, streams and events.
import type {
  DescribeLogGroupsResponse,
  DescribeLogStreamsResponse,
  FilterLogEventsResponse,
  GetLogEventsResponse,
} from '@aws-sdk/client-cloudwatch-logs';
import { describe, expect, it } from '@jest/globals';
import { createCloudwatchModule } from '../../../../local/services/cloudwatch/module.ts';
import { createLogsModule } from '../../../../local/services/logs/module.ts';
import { accountId, openRuntime, region, type TestRuntime } from '../service-runtime.ts';

const service = 'cloudwatchlogs';
const day = 86_400_000;
const stream = { logGroupName: '/aws/lambda/f', logStreamName: 's/[1]' };
const put = (runtime: TestRuntime, messages: string[], options: object = {}) =>
  runtime.call(
    service,
    'PutLogEvents',
    { ...stream, logEvents: messages.map((message) => ({ timestamp: runtime.clock.now(), message })) },
    options,
  );
const messages = async (runtime: TestRuntime, more: object = {}) => {
  const answer = await runtime.call<FilterLogEventsResponse>(service, 'FilterLogEvents', {
    logGroupName: stream.logGroupName,
    ...more,
  });
  return answer.events?.map((event) => event.message);
};

async function open(retention: object = {}): Promise<TestRuntime> {
  const runtime = await openRuntime([createLogsModule, createCloudwatchModule]);
  await runtime.provide('AWS::Logs::LogGroup', { LogGroupName: stream.logGroupName, ...retention });
  await runtime.call(service, 'CreateLogStream', stream);
  return runtime;
}

describe('log events', () => {
  it('stay over a restart and are read page by page', async () => {
    const runtime = await open();
    await put(runtime, ['one', 'two', 'three']);
    const next = await runtime.restart();
    const read = (more: object) => next.call<GetLogEventsResponse>(service, 'GetLogEvents', { ...stream, ...more });
    const first = await read({ limit: 2 });
    expect(first.events?.map((event) => event.message)).toEqual(['one', 'two']);
    const second = await read({ nextToken: first.nextForwardToken });
    expect(second.events?.map((event) => event.message)).toEqual(['three']);
  });

  it('are found by terms and phrases', async () => {
    const runtime = await open();
    await put(runtime, ['error: no such file', 'error: such a file', 'fine']);
    expect(await messages(runtime, { filterPattern: 'error "such file"' })).toEqual(['error: no such file']);
    expect(await messages(runtime, { startTime: runtime.clock.now() + 1_000 })).toEqual([]);
    await expect(messages(runtime, { filterPattern: '{ $.level = "ERROR" }' })).rejects.toMatchObject({
      name: 'InvalidParameterException',
    });
  });

  it('go after their retention', async () => {
    const runtime = await open({ RetentionInDays: 3 });
    await runtime.start();
    await put(runtime, ['old']);
    await runtime.clock.advance(2 * day);
    await put(runtime, ['newer']);
    await runtime.clock.advance(1.5 * day);
    expect(await messages(runtime)).toEqual(['newer']);
    await runtime.clock.advance(3 * day);
    await expect(put(runtime, ['x'])).rejects.toThrow('The specified log stream does not exist.');
  });

  it('in the embedded metric format become metrics', async () => {
    const runtime = await open();
    const embedded = {
      _aws: {
        Timestamp: runtime.clock.now(),
        CloudWatchMetrics: [{ Namespace: 'App', Dimensions: [['service']], Metrics: [{ Name: 'Promotions' }] }],
      },
      service: 'a',
      Promotions: [1, 2],
    };
    await put(runtime, [JSON.stringify(embedded), '"CloudWatchMetrics" by the way']);
    expect(await runtime.call('cloudwatch', 'ListMetrics', { Namespace: 'App' })).toEqual({
      Metrics: [{ Namespace: 'App', MetricName: 'Promotions', Dimensions: [{ Name: 'service', Value: 'a' }] }],
    });
  });

  it('are guarded by the stream’s ARN', async () => {
    const runtime = await open();
    const Resource = `arn:aws:logs:${region}:${accountId}:log-group:/aws/lambda/f:*`;
    const as = await runtime.createRole('worker', { Effect: 'Allow', Action: 'logs:PutLogEvents', Resource });
    await expect(put(runtime, ['x'], { as })).resolves.toEqual({});
    const other = await runtime.createRole('other');
    await expect(put(runtime, ['x'], { as: other })).rejects.toThrow(
      `logs:PutLogEvents on resource: arn:aws:logs:${region}:${accountId}:log-group:/aws/lambda/f:log-stream:s/[1]`,
    );
  });

  it('are taken of a service that a resource policy lets in', async () => {
    const runtime = await open();
    const as = runtime.context.servicePrincipal('events.amazonaws.com', 'arn:aws:events:x:1:rule/r');
    await expect(put(runtime, ['x'], { as })).rejects.toMatchObject({ name: 'AccessDeniedException' });
    const statement = {
      Effect: 'Allow',
      Principal: { Service: 'events.amazonaws.com' },
      Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      Resource: `arn:aws:logs:${region}:${accountId}:log-group:*`,
    };
    await runtime.provide('AWS::Logs::ResourcePolicy', {
      PolicyName: 'events',
      PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: [statement] }),
    });
    await expect(put(runtime, ['x'], { as })).resolves.toEqual({});
  });
});

describe('log groups', () => {
  it('say how much they keep, and their streams from when to when', async () => {
    const runtime = await open();
    const describeStreams = () =>
      runtime.call<DescribeLogStreamsResponse>(service, 'DescribeLogStreams', { logGroupName: stream.logGroupName });
    expect((await describeStreams()).logStreams).toEqual([
      expect.not.objectContaining({ firstEventTimestamp: expect.anything(), lastEventTimestamp: expect.anything() }),
    ]);
    const firstEventTimestamp = runtime.clock.now();
    await put(runtime, ['é']);
    await runtime.clock.advance(5_000);
    await put(runtime, ['two']);
    const lastEventTimestamp = runtime.clock.now();
    expect((await describeStreams()).logStreams).toMatchObject([{ firstEventTimestamp, lastEventTimestamp }]);
    const { logGroups } = await runtime.call<DescribeLogGroupsResponse>(service, 'DescribeLogGroups', {});
    expect(logGroups).toMatchObject([{ storedBytes: 2 + 26 + 3 + 26 }]);
  });

  it('are listed with their retention, and exist once', async () => {
    const runtime = await open({ RetentionInDays: 30 });
    const listed = await runtime.call<DescribeLogGroupsResponse>(service, 'DescribeLogGroups', {
      logGroupNamePrefix: '/aws/',
    });
    expect(listed.logGroups).toMatchObject([{ logGroupName: '/aws/lambda/f', retentionInDays: 30 }]);
    await expect(runtime.call(service, 'CreateLogGroup', { logGroupName: '/aws/lambda/f' })).rejects.toMatchObject({
      name: 'ResourceAlreadyExistsException',
    });
  });
});
