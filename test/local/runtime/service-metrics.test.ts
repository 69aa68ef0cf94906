// What services measure of themselves, on its way to CloudWatch.
import type { GetMetricStatisticsOutput, Metric } from '@aws-sdk/client-cloudwatch';
import { describe, expect, it } from '@jest/globals';
import { ServiceMetrics } from '../../../local/runtime/service-metrics.ts';
import { createCloudwatchModule } from '../../../local/services/cloudwatch/module.ts';
import { openRuntime, region, type TestRuntime } from '../services/service-runtime.ts';

const minute = 60_000;
const options = { namespace: 'AWS/Lambda', servicePrincipal: 'lambda.amazonaws.com' };
/** At the beginning of a minute, so that what is added soon falls into one. */
async function open(modules = [createCloudwatchModule]): Promise<TestRuntime> {
  const runtime = await openRuntime(modules);
  await runtime.clock.advance(minute - (runtime.clock.now() % minute));
  return runtime;
}
const list = async (runtime: TestRuntime): Promise<Metric[]> =>
  (await runtime.call<{ Metrics: Metric[] }>('cloudwatch', 'ListMetrics', {})).Metrics;
const statisticsOf = async (runtime: TestRuntime, MetricName: string) =>
  (
    await runtime.call<GetMetricStatisticsOutput>('cloudwatch', 'GetMetricStatistics', {
      Namespace: 'AWS/Lambda',
      MetricName,
      Dimensions: [{ Name: 'FunctionName', Value: 'f' }],
      StartTime: new Date(0),
      EndTime: new Date(runtime.clock.now() + minute),
      Period: 60,
      Statistics: ['SampleCount', 'Sum', 'Minimum', 'Maximum'],
    })
  ).Datapoints;

describe('the metrics of a service', () => {
  it('are put when the minute ends, as what was measured in it', async () => {
    const runtime = await open();
    const metrics = new ServiceMetrics(runtime.context, options);
    const measuredAt = runtime.clock.now();
    metrics.add(region, { FunctionName: 'f' }, { Invocations: 1, Duration: 30 });
    metrics.add(region, { FunctionName: 'f' }, { Invocations: 1, Duration: 10, Errors: undefined });
    expect(await list(runtime)).toEqual([]);
    await runtime.clock.advance(minute);
    expect((await list(runtime)).map(({ MetricName }) => MetricName)).toEqual(['Invocations', 'Duration']);
    expect(await statisticsOf(runtime, 'Duration')).toMatchObject([
      { SampleCount: 2, Sum: 40, Minimum: 10, Maximum: 30 },
    ]);
    const [point] = (await statisticsOf(runtime, 'Invocations')) ?? [];
    expect(point?.Timestamp?.getTime()).toBe(Math.floor(measuredAt / minute) * minute);
  });

  it('are put at most once a minute, and not at all while nothing happens', async () => {
    const runtime = await open();
    const metrics = new ServiceMetrics(runtime.context, options);
    let puts = 0;
    const call = runtime.context.call;
    Object.assign(runtime.context, {
      call: (apiCall: Parameters<typeof call>[0]) => {
        puts += 1;
        return call(apiCall);
      },
    });
    for (let index = 0; index < 1_000; index += 1) metrics.add(region, { FunctionName: 'f' }, { Invocations: 1 });
    await runtime.clock.advance(60 * minute);
    expect(puts).toBe(1);
    metrics.add(region, { FunctionName: 'f' }, { Invocations: 1 });
    await runtime.clock.advance(minute);
    expect(puts).toBe(2);
    expect(await statisticsOf(runtime, 'Invocations')).toMatchObject([{ Sum: 1_000 }, { Sum: 1 }]);
  });

  it('are kept apart by region and dimensions', async () => {
    const runtime = await open();
    const metrics = new ServiceMetrics(runtime.context, options);
    metrics.add(region, { FunctionName: 'f' }, { Errors: 1 });
    metrics.add(region, { FunctionName: 'g' }, { Errors: 1 });
    metrics.add('us-west-2', { FunctionName: 'f' }, { Errors: 1 });
    await runtime.clock.advance(minute);
    expect(await list(runtime)).toHaveLength(2);
    expect(await statisticsOf(runtime, 'Errors')).toMatchObject([{ Sum: 1 }]);
  });

  it('cost nothing but themselves where there is no CloudWatch', async () => {
    const runtime = await open([]);
    const metrics = new ServiceMetrics(runtime.context, options);
    metrics.add(region, { FunctionName: 'f' }, { Errors: 1 });
    await expect(runtime.clock.advance(2 * minute)).resolves.toBeUndefined();
  });
});
