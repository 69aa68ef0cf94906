// Data points of custom metrics, of the last hours only: enough for alarms and a look at what happened.
import type { Clock } from '../../clock/clock.ts';
import type { Store, Table } from '../../storage/store.ts';

export interface MetricName {
  readonly region: string;
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

export interface DataPoint {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly value: number;
  /** How many samples the value stands for. */
  readonly count: number;
  readonly unit: string;
}

interface StoredMetric extends MetricName {
  readonly points: readonly DataPoint[];
}

/** The longest an alarm looks back is a day; more points than this are more than a person reads. */
const keptMilliseconds = 24 * 3_600_000;
const keptPoints = 1_440;

export type Statistic = 'Average' | 'Sum' | 'Minimum' | 'Maximum' | 'SampleCount';

export class MetricStore {
  private readonly table: Table<StoredMetric>;
  private readonly clock: Clock;

  constructor(store: Store, clock: Clock) {
    this.table = store.table<StoredMetric>('cloudwatch/metrics');
    this.clock = clock;
  }

  add(metric: MetricName, point: DataPoint): void {
    const earliest = this.clock.now() - keptMilliseconds;
    const known = this.table.get(keyOf(metric))?.points ?? [];
    const points = [...known.filter(({ at }) => at >= earliest), point].slice(-keptPoints);
    this.table.put(keyOf(metric), { ...metric, points });
  }

  list(region: string): MetricName[] {
    return [...this.table.values()].filter((metric) => metric.region === region);
  }

  /** The statistic of each period from `start` on; periods without a data point are left out. */
  summarize(
    metric: MetricName,
    range: {
      readonly start: number;
      readonly end: number;
      readonly periodSeconds: number;
      readonly statistic: Statistic;
    },
  ): { readonly at: number; readonly value: number }[] {
    const periodMilliseconds = range.periodSeconds * 1000;
    const byPeriod = new Map<number, DataPoint[]>();
    for (const point of this.table.get(keyOf(metric))?.points ?? []) {
      if (point.at < range.start || point.at >= range.end) continue;
      const period = Math.floor(point.at / periodMilliseconds) * periodMilliseconds;
      byPeriod.set(period, [...(byPeriod.get(period) ?? []), point]);
    }
    const periods = [...byPeriod].sort(([a], [b]) => a - b);
    return periods.map(([at, points]) => ({ at, value: computeStatistic(points, range.statistic) }));
  }
}

function keyOf({ region, namespace, name, dimensions }: MetricName): string {
  const sorted = Object.entries(dimensions).sort(([a], [b]) => a.localeCompare(b));
  return JSON.stringify([region, namespace, name, sorted]);
}

function computeStatistic(points: readonly DataPoint[], statistic: Statistic): number {
  const values = points.map(({ value }) => value);
  const count = points.reduce((total, point) => total + point.count, 0);
  const sum = points.reduce((total, point) => total + point.value * point.count, 0);
  const results: Record<Statistic, number> = {
    Sum: sum,
    SampleCount: count,
    Average: sum / count,
    Minimum: Math.min(...values),
    Maximum: Math.max(...values),
  };
  return results[statistic];
}
