// PutMetricData, ListMetrics, GetMetricStatistics. https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/
import type {
  Dimension,
  GetMetricStatisticsCommandInput,
  GetMetricStatisticsCommandOutput,
  ListMetricsCommandInput,
  PutMetricDataCommandInput,
} from '@aws-sdk/client-cloudwatch';
import type { RuntimeContext } from '../../runtime/context.ts';
import { AwsError, type CallContext, type Operation } from '../../runtime/service.ts';
import type { AlarmBook } from './alarm-book.ts';
import type { MetricStore, Statistic } from './metric-store.ts';

export function createMetricOperations(
  context: RuntimeContext,
  metrics: MetricStore,
  alarms: AlarmBook,
): Record<string, Operation> {
  return {
    PutMetricData: {
      authorize: ({ Namespace = '' }: PutMetricDataCommandInput) => [
        { action: 'cloudwatch:PutMetricData', resource: '*', context: { 'cloudwatch:namespace': Namespace } },
      ],
      handle: async ({ Namespace = '', MetricData = [] }: PutMetricDataCommandInput, call: CallContext) => {
        if (MetricData.length > 1000) {
          throw new AwsError(
            'InvalidParameterValue',
            'The collection MetricData must not have a size greater than 1000.',
          );
        }
        for (const datum of MetricData) {
          const values = datum.Values ?? (datum.Value === undefined ? [] : [datum.Value]);
          values.forEach((value, index) => {
            metrics.add(
              {
                region: call.region,
                namespace: Namespace,
                name: String(datum.MetricName),
                dimensions: toRecord(datum.Dimensions),
              },
              {
                at: datum.Timestamp?.getTime() ?? context.clock.now(),
                value,
                count: datum.Counts?.[index] ?? 1,
                unit: datum.Unit ?? 'None',
              },
            );
          });
        }
        await context.store.flush();
        await alarms.evaluate(call.region);
        return {};
      },
    },
    ListMetrics: {
      authorize: () => [{ action: 'cloudwatch:ListMetrics', resource: '*' }],
      handle: ({ Namespace, MetricName }: ListMetricsCommandInput, call: CallContext) => ({
        Metrics: metrics
          .list(call.region)
          .filter(({ namespace }) => Namespace === undefined || namespace === Namespace)
          .filter(({ name }) => MetricName === undefined || name === MetricName)
          .map(({ namespace, name, dimensions }) => ({
            Namespace: namespace,
            MetricName: name,
            Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
          })),
      }),
    },
    GetMetricStatistics: {
      authorize: () => [{ action: 'cloudwatch:GetMetricStatistics', resource: '*' }],
      handle: (
        input: GetMetricStatisticsCommandInput,
        call: CallContext,
      ): Partial<GetMetricStatisticsCommandOutput> => {
        const { Namespace = '', MetricName = '', Statistics = [], StartTime, EndTime, Period = 60 } = input;
        const metric = {
          region: call.region,
          namespace: Namespace,
          name: MetricName,
          dimensions: toRecord(input.Dimensions),
        };
        const range = {
          start: StartTime?.getTime() ?? 0,
          end: EndTime?.getTime() ?? context.clock.now(),
          periodSeconds: Period,
        };
        const byTime = new Map<number, Record<string, unknown>>();
        for (const statistic of Statistics as Statistic[]) {
          for (const { at, value } of metrics.summarize(metric, { ...range, statistic })) {
            byTime.set(at, { ...(byTime.get(at) ?? { Timestamp: new Date(at) }), [statistic]: value });
          }
        }
        return { Label: MetricName, Datapoints: [...byTime.values()] };
      },
    },
  };
}

function toRecord(dimensions: readonly Dimension[] = []): Record<string, string> {
  return Object.fromEntries(dimensions.map(({ Name, Value }) => [String(Name), String(Value)]));
}
