// AWS::CloudWatch::Alarm on one metric and a fixed threshold.
import type { RuntimeContext } from '../../runtime/context.ts';
import { physicalName, type ResourceProvider } from '../../runtime/resource.ts';
import type { AlarmBook } from './alarm-book.ts';
import { isComparison } from './judge-alarm.ts';
import type { Statistic } from './metric-store.ts';

interface AlarmProperties {
  readonly AlarmName?: string;
  readonly AlarmDescription?: string;
  readonly Namespace?: string;
  readonly MetricName?: string;
  readonly Dimensions?: readonly { readonly Name: string; readonly Value: string }[];
  readonly Statistic?: Statistic;
  readonly Period?: number | string;
  readonly EvaluationPeriods?: number | string;
  readonly DatapointsToAlarm?: number | string;
  readonly Threshold?: number | string;
  readonly ComparisonOperator?: string;
  readonly TreatMissingData?: string;
  readonly ActionsEnabled?: boolean | string;
  readonly AlarmActions?: readonly string[];
  readonly OKActions?: readonly string[];
  readonly InsufficientDataActions?: readonly string[];
}

export function createAlarmProvider(context: RuntimeContext, alarms: AlarmBook): ResourceProvider {
  return {
    type: 'AWS::CloudWatch::Alarm',
    properties: [
      'AlarmName',
      'AlarmDescription',
      'Namespace',
      'MetricName',
      'Dimensions',
      'Statistic',
      'Period',
      'EvaluationPeriods',
      'DatapointsToAlarm',
      'Threshold',
      'ComparisonOperator',
      'TreatMissingData',
      'ActionsEnabled',
      'AlarmActions',
      'OKActions',
      'InsufficientDataActions',
    ],
    withoutEffect: { Tags: 'cost allocation', Unit: 'data points are compared by value' },
    create: async (resource) => {
      const properties = resource.properties as AlarmProperties;
      const { region, accountId } = resource.stack;
      const name = properties.AlarmName ?? physicalName(resource, 255);
      const comparison = properties.ComparisonOperator ?? '';
      if (!isComparison(comparison)) {
        throw new Error(
          `alarm ${resource.logicalId} compares by ${comparison}: only fixed thresholds are evaluated here`,
        );
      }
      const arn = `arn:aws:cloudwatch:${region}:${accountId}:alarm:${name}`;
      const evaluationPeriods = Number(properties.EvaluationPeriods ?? 1);
      alarms.define({
        arn,
        name,
        description: properties.AlarmDescription ?? '',
        metric: {
          region,
          namespace: properties.Namespace ?? '',
          name: properties.MetricName ?? '',
          dimensions: Object.fromEntries((properties.Dimensions ?? []).map(({ Name, Value }) => [Name, Value])),
        },
        statistic: properties.Statistic ?? 'Average',
        periodSeconds: Number(properties.Period ?? 60),
        evaluationPeriods,
        datapointsToAlarm: Number(properties.DatapointsToAlarm ?? evaluationPeriods),
        threshold: Number(properties.Threshold ?? 0),
        comparison,
        treatMissingData: properties.TreatMissingData ?? 'missing',
        actions: {
          ALARM: properties.AlarmActions ?? [],
          OK: properties.OKActions ?? [],
          INSUFFICIENT_DATA: properties.InsufficientDataActions ?? [],
        },
        actionsEnabled: String(properties.ActionsEnabled ?? true) === 'true',
      });
      await context.store.flush();
      return { ref: name, attributes: { Arn: arn } };
    },
  };
}
