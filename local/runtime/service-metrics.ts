// What an AWS service measures of itself: gathered in memory and told to CloudWatch once a minute.
import type { CancelTimer } from '../clock/clock.ts';
import type { RuntimeContext } from './context.ts';

const MINUTE_MILLISECONDS = 60_000;
/** All others count. */
const MILLISECOND_METRICS: ReadonlySet<string> = new Set(['Duration', 'Latency', 'ExecutionTime']);

export interface ServiceMetricsOptions {
  /** E.g. `AWS/Lambda`. */
  readonly namespace: string;
  /** As whom they are put: `lambda.amazonaws.com`. */
  readonly servicePrincipal: string;
}

/** CloudWatch's StatisticSet. */
interface Statistics {
  SampleCount: number;
  Sum: number;
  Minimum: number;
  Maximum: number;
}

/** The metrics of one resource. */
interface Series {
  readonly region: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly values: Map<string, Statistics>;
}

/**
 * One per service. Adding costs some map look-ups and never fails or waits; what was added within a minute is put at its
 * end, all at once. As in AWS, metrics are best effort: a minute that a stop cuts off is lost.
 */
export class ServiceMetrics {
  readonly #context: RuntimeContext;
  readonly #options: ServiceMetricsOptions;
  #minute = 0;
  #series = new Map<string, Series>();
  #cancelReport: CancelTimer | undefined;
  #isStopped = false;

  constructor(context: RuntimeContext, options: ServiceMetricsOptions) {
    this.#context = context;
    this.#options = options;
  }

  /** One more sample of each of these metrics, e.g. `{ Invocations: 1, Errors: 0 }`. */
  add(
    region: string,
    dimensions: Readonly<Record<string, string>>,
    values: Readonly<Record<string, number | undefined>>,
  ): void {
    if (this.#isStopped) return;
    this.#cancelReport ??= this.#scheduleReport();
    const key = `${region}\n${Object.values(dimensions).join('\n')}`;
    let series = this.#series.get(key);
    if (!series) {
      series = { region, dimensions, values: new Map() };
      this.#series.set(key, series);
    }
    for (const [name, value] of Object.entries(values)) {
      if (value === undefined) continue;
      const known = series.values.get(name);
      if (!known) {
        series.values.set(name, { SampleCount: 1, Sum: value, Minimum: value, Maximum: value });
        continue;
      }
      known.SampleCount += 1;
      known.Sum += value;
      known.Minimum = Math.min(known.Minimum, value);
      known.Maximum = Math.max(known.Maximum, value);
    }
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancelReport?.();
  }

  #scheduleReport(): CancelTimer {
    const { clock } = this.#context;
    this.#minute = Math.floor(clock.now() / MINUTE_MILLISECONDS) * MINUTE_MILLISECONDS;
    return clock.at(this.#minute + MINUTE_MILLISECONDS, () => {
      const series = [...this.#series.values()];
      this.#series = new Map();
      this.#cancelReport = undefined;
      void clock.work(this.#report(series, new Date(this.#minute)));
    });
  }

  async #report(series: readonly Series[], Timestamp: Date): Promise<void> {
    for (const [region, ofRegion] of Map.groupBy(series, (one) => one.region)) {
      const MetricData = ofRegion.flatMap(({ dimensions, values }) => {
        const Dimensions = Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
        return [...values].map(([MetricName, StatisticValues]) => ({
          MetricName,
          Dimensions,
          Timestamp,
          StatisticValues,
          Unit: MILLISECOND_METRICS.has(MetricName) ? 'Milliseconds' : 'Count',
        }));
      });
      const input = { Namespace: this.#options.namespace, MetricData };
      const principal = this.#context.servicePrincipal(this.#options.servicePrincipal, '');
      await this.#context
        .call({ service: 'cloudwatch', operation: 'PutMetricData', input, principal, region })
        // A runtime without CloudWatch has services all the same.
        .catch(() => undefined);
    }
  }
}
