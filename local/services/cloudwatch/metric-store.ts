// What was measured: one small record for each metric and minute, of the last day.
import type { Clock } from '../../clock/clock.ts';
import type { Store, Table } from '../../storage/store.ts';

export interface MetricName {
  readonly region: string;
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

/** What is known of a metric: its unit is the one that it was last reported in. */
interface KnownMetric extends MetricName {
  readonly unit?: string;
}

export interface Sample {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Their average, when it stands for several. */
  readonly value: number;
  /** How many samples the value stands for. */
  readonly count: number;
  /** Among those samples; the value itself by default. */
  readonly minimum?: number;
  readonly maximum?: number;
}

/** What one minute, or several together, amount to. */
interface Summary {
  readonly count: number;
  readonly sum: number;
  readonly minimum: number;
  readonly maximum: number;
}

export interface PeriodValue {
  /** Where the period begins, milliseconds since the epoch. */
  readonly at: number;
  readonly value: number;
}

export interface SummaryRange {
  /** Milliseconds since the epoch; `end` does not belong to it. */
  readonly start: number;
  readonly end: number;
  readonly periodSeconds: number;
  readonly statistic: Statistic;
}

export type Statistic = 'Average' | 'Sum' | 'Minimum' | 'Maximum' | 'SampleCount';

const minuteMilliseconds = 60_000;
/** The longest an alarm looks back. */
const keptMinutes = 1_440;

export class MetricStore {
  readonly #metrics: Table<KnownMetric>;
  readonly #minutes: Table<Summary>;
  readonly #clock: Clock;

  constructor(store: Store, clock: Clock) {
    this.#metrics = store.table('cloudwatch/metrics');
    this.#minutes = store.table('cloudwatch/minutes');
    this.#clock = clock;
  }

  add(metric: MetricName, sample: Sample, unit = 'None'): void {
    const key = keyOf(metric);
    if (this.#metrics.get(key)?.unit !== unit) this.#metrics.put(key, { ...metric, unit });
    const minuteKey = minuteKeyOf(key, toMinute(sample.at));
    const known = this.#minutes.get(minuteKey);
    if (known === undefined) this.#forgetOld(key);
    const { value, count, minimum = value, maximum = value } = sample;
    const one = { count, sum: value * count, minimum, maximum };
    this.#minutes.put(minuteKey, known === undefined ? one : merge([known, one]));
  }

  findUnit(metric: MetricName): string {
    return this.#metrics.get(keyOf(metric))?.unit ?? 'None';
  }

  list(region: string): MetricName[] {
    return [...this.#metrics.values()].filter((metric) => metric.region === region);
  }

  /** The statistic of each period of the last day; periods in which nothing was measured are left out. */
  summarize(metric: MetricName, range: SummaryRange): PeriodValue[] {
    const key = keyOf(metric);
    const periodMinutes = Math.max(1, Math.floor(range.periodSeconds / 60));
    const first = Math.max(toMinute(range.start), toMinute(this.#clock.now()) - keptMinutes);
    const last = Math.min(toMinute(range.end - 1), toMinute(this.#clock.now()) + keptMinutes);
    const periods = new Map<number, Summary[]>();
    for (let minute = first; minute <= last; minute++) {
      const summary = this.#minutes.get(minuteKeyOf(key, minute));
      if (summary === undefined) continue;
      const period = Math.floor(minute / periodMinutes) * periodMinutes;
      periods.set(period, [...(periods.get(period) ?? []), summary]);
    }
    return [...periods].map(([period, summaries]) => ({
      at: period * minuteMilliseconds,
      value: readStatistic(merge(summaries), range.statistic),
    }));
  }

  #forgetOld(key: string): void {
    const oldest = minuteKeyOf(key, toMinute(this.#clock.now()) - keptMinutes);
    for (const minuteKey of this.#minutes.keysBetween(`${key} `, oldest)) this.#minutes.delete(minuteKey);
  }
}

function toMinute(at: number): number {
  return Math.floor(at / minuteMilliseconds);
}

/** The same for two names of one metric only. */
export function keyOf({ region, namespace, name, dimensions }: MetricName): string {
  const sorted = Object.entries(dimensions).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([region, namespace, name, sorted]);
}

/** Sorts by time. */
function minuteKeyOf(key: string, minute: number): string {
  return `${key} ${String(minute).padStart(12, '0')}`;
}

function merge(summaries: readonly Summary[]): Summary {
  return summaries.reduce((all, one) => ({
    count: all.count + one.count,
    sum: all.sum + one.sum,
    minimum: Math.min(all.minimum, one.minimum),
    maximum: Math.max(all.maximum, one.maximum),
  }));
}

function readStatistic({ count, sum, minimum, maximum }: Summary, statistic: Statistic): number {
  switch (statistic) {
    case 'Sum':
      return sum;
    case 'SampleCount':
      return count;
    case 'Average':
      return sum / count;
    case 'Minimum':
      return minimum;
    case 'Maximum':
      return maximum;
  }
}
