// Metrics of our own, printed in CloudWatch's embedded metric format: no call, and no permission for one.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
import { metricNamespace } from '../../contracts/metrics.ts';
import { systemClock } from './system-clock.ts';

/** Prints one value; `dimensions` make metrics of their own. */
export function publishMetric(
  application: string,
  name: string,
  value: number,
  dimensions: Readonly<Record<string, string>> = {},
): void {
  const directive = {
    Namespace: metricNamespace(application),
    Dimensions: [Object.keys(dimensions)],
    Metrics: [{ Name: name }],
  };
  const line = {
    _aws: { Timestamp: systemClock.now(), CloudWatchMetrics: [directive] },
    ...dimensions,
    [name]: value,
  };
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
