// What the data of the last periods say about an alarm.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
import type { Alarm, AlarmState } from './alarm-book.ts';
import type { PeriodValue } from './metric-store.ts';

const comparisons = {
  GreaterThanThreshold: (value: number, threshold: number) => value > threshold,
  GreaterThanOrEqualToThreshold: (value: number, threshold: number) => value >= threshold,
  LessThanThreshold: (value: number, threshold: number) => value < threshold,
  LessThanOrEqualToThreshold: (value: number, threshold: number) => value <= threshold,
} as const;

export type Comparison = keyof typeof comparisons;

/** Whether the name is one of the comparisons on a fixed threshold; anomaly detection is not done here. */
export function isComparison(name: string): name is Comparison {
  return name in comparisons;
}

/** Judges the periods of an alarm's evaluation window; `values` leaves out those without data. */
export function judgeAlarm(
  alarm: Pick<
    Alarm,
    'comparison' | 'threshold' | 'evaluationPeriods' | 'datapointsToAlarm' | 'treatMissingData' | 'state'
  >,
  values: readonly PeriodValue[],
): { readonly state: AlarmState; readonly reason: string } {
  const breaching = values.filter(({ value }) => comparisons[alarm.comparison](value, alarm.threshold));
  const missing = alarm.evaluationPeriods - values.length;
  const counted = breaching.length + (alarm.treatMissingData === 'breaching' ? missing : 0);
  const shown = breaching.map(({ value }) => value).join(', ');
  if (counted >= alarm.datapointsToAlarm) {
    const reason = `Threshold Crossed: ${counted} datapoint(s) [${shown}] against the threshold (${alarm.threshold}).`;
    return { state: 'ALARM', reason };
  }
  if (values.length === 0 && alarm.treatMissingData === 'missing') {
    return { state: 'INSUFFICIENT_DATA', reason: 'Insufficient Data: no datapoints were received.' };
  }
  if (values.length === 0 && alarm.treatMissingData === 'ignore') {
    return { state: alarm.state, reason: 'no datapoints were received, and missing data are ignored' };
  }
  const reason = `Threshold not crossed: ${breaching.length} of ${alarm.evaluationPeriods} datapoint(s) [${shown}].`;
  return { state: 'OK', reason };
}
