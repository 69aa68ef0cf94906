// PutMetricData, ListMetrics, GetMetricData, GetMetricStatistics.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_Operations.html
import type {
  Datapoint,
  Dimension,
  GetMetricDataCommandInput,
  GetMetricDataOutput,
  GetMetricStatisticsCommandInput,
  GetMetricStatisticsOutput,
  ListMetricsCommandInput,
  ListMetricsOutput,
  MetricDataQuery,
  MetricDatum,
  PutMetricDataCommandInput,
  StandardUnit,
} from '@aws-sdk/client-cloudwatch';
import type { RuntimeContext } from '../../runtime/context.ts';
import { AwsError, type CallContext, type Operation, type Permission } from '../../runtime/service.ts';
import type { AlarmBook } from './alarm-book.ts';
import type { MetricName, MetricStore, Sample, Statistic } from './metric-store.ts';

const largestPut = 1_000;
const defaultPeriodSeconds = 60;

export function createMetricOperations(
  context: RuntimeContext,
  metrics: MetricStore,
  alarms: AlarmBook,
): Readonly<Record<string, Operation>> {
  const putMetricData: Operation = {
    // AWS services put their own metrics without anybody's leave.
    authorize: ({ Namespace = '' }: PutMetricDataCommandInput, { principal }: CallContext): Permission[] =>
      principal.kind === 'service'
        ? []
        : [{ action: 'cloudwatch:PutMetricData', resource: '*', context: { 'cloudwatch:namespace': Namespace } }],
    handle: async (
      { Namespace = '', MetricData = [] }: PutMetricDataCommandInput,
      { region, principal }: CallContext,
    ) => {
      if (MetricData.length > largestPut) {
        throw new AwsError(
          'InvalidParameterValue',
          `The collection MetricData must not have a size greater than ${largestPut}.`,
        );
      }
      const touched: MetricName[] = [];
      for (const datum of MetricData) {
        const metric = {
          region,
          namespace: Namespace,
          name: datum.MetricName ?? '',
          dimensions: toRecord(datum.Dimensions),
        };
        for (const sample of listSamples(datum, context.clock.now())) metrics.add(metric, sample, datum.Unit);
        touched.push(metric);
      }
      // What services measure of themselves is told once a minute for as long as it is so: losing the last one is harmless.
      if (principal.kind !== 'service') await context.store.flush();
      await alarms.evaluateOn(touched);
      return {};
    },
  };

  const listMetrics: Operation = {
    authorize: () => [{ action: 'cloudwatch:ListMetrics', resource: '*' }],
    handle: ({ Namespace, MetricName }: ListMetricsCommandInput, { region }: CallContext): ListMetricsOutput => ({
      Metrics: metrics
        .list(region)
        .filter((metric) => Namespace === undefined || metric.namespace === Namespace)
        .filter((metric) => MetricName === undefined || metric.name === MetricName)
        .map(({ namespace, name, dimensions }) => ({
          Namespace: namespace,
          MetricName: name,
          Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
        })),
    }),
  };

  const getMetricStatistics: Operation = {
    authorize: () => [{ action: 'cloudwatch:GetMetricStatistics', resource: '*' }],
    handle: (input: GetMetricStatisticsCommandInput, { region }: CallContext): GetMetricStatisticsOutput => {
      const { Namespace: namespace = '', MetricName: name = '', Statistics = [] } = input;
      const metric = { region, namespace, name, dimensions: toRecord(input.Dimensions) };
      const range = {
        start: input.StartTime?.getTime() ?? 0,
        end: input.EndTime?.getTime() ?? context.clock.now(),
        periodSeconds: input.Period ?? defaultPeriodSeconds,
      };
      const Unit = metrics.findUnit(metric) as StandardUnit;
      const byTime = new Map<number, Datapoint>();
      for (const statistic of input.Unit === undefined || input.Unit === Unit ? Statistics : []) {
        for (const { at, value } of metrics.summarize(metric, { ...range, statistic })) {
          byTime.set(at, { ...(byTime.get(at) ?? { Timestamp: new Date(at), Unit }), [statistic]: value });
        }
      }
      return { Label: name, Datapoints: [...byTime.values()] };
    },
  };

  const getMetricData: Operation = {
    authorize: () => [{ action: 'cloudwatch:GetMetricData', resource: '*' }],
    handle: (input: GetMetricDataCommandInput, { region }: CallContext): GetMetricDataOutput => ({
      MetricDataResults: (input.MetricDataQueries ?? [])
        .filter((query) => query.ReturnData !== false)
        .map((query) => {
          const { metric, periodSeconds, statistic } = parseQuery(query, region);
          const values = metrics.summarize(metric, {
            start: input.StartTime?.getTime() ?? 0,
            end: input.EndTime?.getTime() ?? context.clock.now(),
            periodSeconds,
            statistic,
          });
          if (input.ScanBy !== 'TimestampAscending') values.reverse();
          return {
            Id: query.Id,
            Label: query.Label ?? metric.name,
            Timestamps: values.map(({ at }) => new Date(at)),
            Values: values.map(({ value }) => value),
            StatusCode: 'Complete' as const,
          };
        }),
    }),
  };

  return {
    PutMetricData: putMetricData,
    ListMetrics: listMetrics,
    GetMetricStatistics: getMetricStatistics,
    GetMetricData: getMetricData,
  };
}

function listSamples(datum: MetricDatum, now: number): Sample[] {
  const at = datum.Timestamp?.getTime() ?? now;
  const { StatisticValues: statistics, Values, Counts } = datum;
  if (statistics !== undefined) {
    const { Sum = 0, SampleCount = 1, Minimum, Maximum } = statistics;
    const bounds = {
      ...(Minimum !== undefined && { minimum: Minimum }),
      ...(Maximum !== undefined && { maximum: Maximum }),
    };
    return [{ at, value: Sum / SampleCount, count: SampleCount, ...bounds }];
  }
  const values = Values ?? (datum.Value === undefined ? [] : [datum.Value]);
  return values.map((value, index) => ({ at, value, count: Counts?.[index] ?? 1 }));
}

function parseQuery(query: MetricDataQuery, region: string) {
  const stat = query.MetricStat;
  if (stat === undefined) {
    throw new AwsError(
      'ValidationError',
      `query ${query.Id} is an expression: only MetricStat queries are answered here`,
    );
  }
  const { Namespace = '', MetricName = '', Dimensions } = stat.Metric ?? {};
  return {
    metric: { region, namespace: Namespace, name: MetricName, dimensions: toRecord(Dimensions) },
    periodSeconds: stat.Period ?? defaultPeriodSeconds,
    statistic: (stat.Stat ?? 'Average') as Statistic,
  };
}

function toRecord(dimensions: readonly Dimension[] = []): Record<string, string> {
  return Object.fromEntries(dimensions.map(({ Name = '', Value = '' }) => [Name, Value]));
}
