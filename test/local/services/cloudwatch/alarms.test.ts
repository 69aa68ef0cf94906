// Metrics and the alarms on them.
import type { GetMetricDataOutput, GetMetricStatisticsOutput, MetricAlarm } from '@aws-sdk/client-cloudwatch';
import { describe, expect, it } from '@jest/globals';
import { createCloudwatchModule } from '../../../../local/services/cloudwatch/module.ts';
import { createSnsModule } from '../../../../local/services/sns/module.ts';
import { createSqsModule } from '../../../../local/services/sqs/module.ts';
import { openRuntime, region, type TestRuntime } from '../service-runtime.ts';

const minute = 60_000;
const open = () => openRuntime([createCloudwatchModule, createSnsModule, createSqsModule]);
const put = (runtime: TestRuntime, Value: number, more: object = {}) =>
  runtime.call('cloudwatch', 'PutMetricData', {
    Namespace: 'App',
    MetricData: [{ MetricName: 'Errors', Value, ...more }],
  });
const alarm = async (runtime: TestRuntime) =>
  (await runtime.call<{ MetricAlarms: MetricAlarm[] }>('cloudwatch', 'DescribeAlarms', {})).MetricAlarms[0];
const settings = {
  AlarmName: 'errors',
  Namespace: 'App',
  MetricName: 'Errors',
  Statistic: 'Sum',
  Period: 60,
  EvaluationPeriods: 1,
  Threshold: 2,
  ComparisonOperator: 'GreaterThanThreshold',
  TreatMissingData: 'notBreaching',
};

describe('metrics', () => {
  it('are summed up by period', async () => {
    const runtime = await open();
    await runtime.clock.advance(minute - (runtime.clock.now() % minute));
    await put(runtime, 1);
    await put(runtime, 4);
    await runtime.clock.advance(minute);
    await put(runtime, 10, { Unit: 'Count' });
    const range = { StartTime: new Date(0), EndTime: new Date(runtime.clock.now() + minute) };
    const statistics = await runtime.call<GetMetricStatisticsOutput>('cloudwatch', 'GetMetricStatistics', {
      ...range,
      Namespace: 'App',
      MetricName: 'Errors',
      Period: 60,
      Statistics: ['Sum', 'Average', 'Minimum', 'Maximum', 'SampleCount'],
    });
    expect(statistics.Datapoints).toMatchObject([
      { Sum: 5, Average: 2.5, Minimum: 1, Maximum: 4, SampleCount: 2, Unit: 'Count' },
      { Sum: 10, SampleCount: 1, Unit: 'Count' },
    ]);
    const MetricStat = { Metric: { Namespace: 'App', MetricName: 'Errors' }, Period: 60, Stat: 'Sum' };
    const data = await runtime.call<GetMetricDataOutput>('cloudwatch', 'GetMetricData', {
      ...range,
      MetricDataQueries: [{ Id: 'm', MetricStat }],
    });
    expect(data.MetricDataResults).toMatchObject([{ Id: 'm', Values: [10, 5] }]);
  });

  it('of a day ago are forgotten', async () => {
    const runtime = await open();
    await put(runtime, 1);
    await runtime.clock.advance(25 * 3_600_000);
    await put(runtime, 2);
    const minutes = [...runtime.context.store.table('cloudwatch/minutes').entries()];
    expect(minutes).toHaveLength(1);
  });

  it('are put by roles that may do so in the namespace', async () => {
    const runtime = await open();
    const as = await runtime.createRole('worker', {
      Effect: 'Allow',
      Action: 'cloudwatch:PutMetricData',
      Resource: '*',
      Condition: { StringEquals: { 'cloudwatch:namespace': 'Mine' } },
    });
    const putAs = (Namespace: string) =>
      runtime.call('cloudwatch', 'PutMetricData', { Namespace, MetricData: [] }, { as });
    await expect(putAs('Mine')).resolves.toEqual({});
    await expect(putAs('App')).rejects.toMatchObject({ name: 'AccessDenied' });
  });
});

describe('an alarm', () => {
  it('rings when its threshold is crossed and ends when the data stop', async () => {
    const runtime = await open();
    await runtime.provide('AWS::CloudWatch::Alarm', settings);
    await put(runtime, 2);
    expect((await alarm(runtime))?.StateValue).toBe('OK');
    await put(runtime, 1);
    expect((await alarm(runtime))?.StateValue).toBe('ALARM');
    await runtime.clock.advance(2 * minute);
    expect((await alarm(runtime))?.StateValue).toBe('OK');
  });

  it('rings for data that come when their minute is over', async () => {
    const runtime = await open();
    await runtime.provide('AWS::CloudWatch::Alarm', settings);
    await put(runtime, 3, { Timestamp: new Date(runtime.clock.now() - minute) });
    expect((await alarm(runtime))?.StateValue).toBe('ALARM');
    await runtime.clock.advance(2 * minute);
    expect((await alarm(runtime))?.StateValue).toBe('OK');
    await put(runtime, 3, { Timestamp: new Date(runtime.clock.now() - 5 * minute) });
    expect((await alarm(runtime))?.StateValue).toBe('OK');
  });

  it('that takes missing data well is OK from the start', async () => {
    const runtime = await open();
    await runtime.provide('AWS::CloudWatch::Alarm', settings);
    await runtime.start();
    expect((await alarm(runtime))?.StateValue).toBe('OK');
  });

  it('wants enough breaching periods of those it looks at', async () => {
    const runtime = await open();
    await runtime.provide('AWS::CloudWatch::Alarm', { ...settings, EvaluationPeriods: 3, DatapointsToAlarm: 2 });
    await put(runtime, 5);
    await runtime.clock.advance(minute);
    await put(runtime, 0);
    expect((await alarm(runtime))?.StateValue).toBe('OK');
    await runtime.clock.advance(minute);
    await put(runtime, 5);
    expect((await alarm(runtime))?.StateValue).toBe('ALARM');
  });

  it('tells its topic, if the topic lets CloudWatch in', async () => {
    const runtime = await open();
    const { ref: topic } = await runtime.provide('AWS::SNS::Topic', { TopicName: 'alarms' });
    await runtime.provide('AWS::CloudWatch::Alarm', { ...settings, AlarmActions: [topic] });
    await put(runtime, 3);
    await runtime.context.trace.waitFor(({ name }) => name === 'alarm-action-failed');
    await runtime.clock.advance(2 * minute);
    await runtime.provide('AWS::SNS::Subscription', {
      TopicArn: topic,
      Protocol: 'email',
      Endpoint: 'ops@example.com',
    });
    await runtime.provide('AWS::SNS::TopicPolicy', {
      Topics: [topic],
      PolicyDocument: {
        Version: '2012-10-17',
        Statement: {
          Effect: 'Allow',
          Principal: { Service: 'cloudwatch.amazonaws.com' },
          Action: 'sns:Publish',
          Resource: topic,
        },
      },
    });
    await put(runtime, 3);
    const delivered = await runtime.context.trace.waitFor(({ name }) => name === 'message-delivered');
    expect(delivered).toMatchObject({ subject: 'ops@example.com', details: { subject: 'ALARM: "errors"' } });
  });

  it('keeps its state over a restart and goes when the template drops it', async () => {
    const runtime = await open();
    await runtime.provide('AWS::CloudWatch::Alarm', settings);
    await put(runtime, 3);
    const next = await runtime.restart();
    await next.provide('AWS::CloudWatch::Alarm', settings);
    await next.start();
    expect((await alarm(next))?.StateValue).toBe('ALARM');
    await next.clock.advance(2 * minute);
    expect((await alarm(next))?.StateValue).toBe('OK');
    const last = await next.restart();
    await last.start();
    expect(await alarm(last)).toBeUndefined();
  });

  it('watches how full a queue is', async () => {
    const runtime = await open();
    await runtime.provide('AWS::SQS::Queue', { QueueName: 'dead' });
    await runtime.provide('AWS::CloudWatch::Alarm', {
      ...settings,
      Namespace: 'AWS/SQS',
      MetricName: 'ApproximateNumberOfMessagesVisible',
      Dimensions: [{ Name: 'QueueName', Value: 'dead' }],
      Statistic: 'Maximum',
      Threshold: 0,
    });
    const QueueUrl = `http://127.0.0.1/${region}/dead`;
    await runtime.call('sqs', 'SendMessage', { QueueUrl, MessageBody: 'm' });
    await runtime.clock.advance(3 * minute);
    expect((await alarm(runtime))?.StateValue).toBe('ALARM');
    await runtime.call('sqs', 'PurgeQueue', { QueueUrl });
    await runtime.clock.advance(3 * minute);
    expect((await alarm(runtime))?.StateValue).toBe('OK');
  });
});
