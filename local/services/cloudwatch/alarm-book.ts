// Metric alarms: their settings and state. A change of state runs the alarm's actions.
import type { CancelTimer } from '../../clock/clock.ts';
import type { RuntimeContext } from '../../runtime/context.ts';
import type { Table } from '../../storage/store.ts';
import { type Comparison, judgeAlarm } from './judge-alarm.ts';
import { keyOf as keyOfMetric, type MetricName, type MetricStore, type Statistic } from './metric-store.ts';

export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

export interface Alarm {
  readonly arn: string;
  readonly name: string;
  readonly description: string;
  readonly metric: MetricName;
  readonly statistic: Statistic;
  readonly periodSeconds: number;
  readonly evaluationPeriods: number;
  readonly datapointsToAlarm: number;
  readonly threshold: number;
  readonly comparison: Comparison;
  readonly treatMissingData: string;
  readonly actions: Readonly<Record<AlarmState, readonly string[]>>;
  readonly actionsEnabled: boolean;
  readonly state: AlarmState;
  readonly stateReason: string;
  /** Milliseconds since the epoch. */
  readonly stateChangedAt: number;
}

export class AlarmBook {
  readonly #table: Table<Alarm>;
  readonly #context: RuntimeContext;
  readonly #metrics: MetricStore;
  readonly #defined = new Set<string>();
  /** The keys of the alarms on each metric. */
  readonly #byMetric = new Map<string, Set<string>>();
  readonly #reviews = new Map<string, CancelTimer>();

  constructor(context: RuntimeContext, metrics: MetricStore) {
    this.#table = context.store.table('cloudwatch/alarms');
    this.#context = context;
    this.#metrics = metrics;
  }

  find(region: string, name: string): Alarm | undefined {
    return this.#table.get(`${region}/${name}`);
  }

  list(region: string): Alarm[] {
    return [...this.#table.values()].filter(({ metric }) => metric.region === region);
  }

  /** Keeps the state of an alarm that exists already. */
  define(alarm: Omit<Alarm, 'state' | 'stateReason' | 'stateChangedAt'>): void {
    const known = this.find(alarm.metric.region, alarm.name);
    const { state, stateReason, stateChangedAt } = known ?? {
      state: 'INSUFFICIENT_DATA' as const,
      stateReason: 'Unchecked: Initial alarm creation',
      stateChangedAt: this.#context.clock.now(),
    };
    this.#defined.add(keyOf(alarm));
    if (known) this.#byMetric.get(keyOfMetric(known.metric))?.delete(keyOf(alarm));
    const ofMetric = this.#byMetric.get(keyOfMetric(alarm.metric)) ?? new Set();
    this.#byMetric.set(keyOfMetric(alarm.metric), ofMetric.add(keyOf(alarm)));
    this.#table.put(keyOf(alarm), { ...alarm, state, stateReason, stateChangedAt });
  }

  /** Forgets alarms that no template defines any more and evaluates the others: missing data are an answer too. */
  async start(): Promise<void> {
    for (const [key, alarm] of [...this.#table.entries()]) {
      if (this.#defined.has(key)) await this.#evaluate(alarm);
      else this.#table.delete(key);
    }
  }

  stop(): void {
    for (const cancel of this.#reviews.values()) cancel();
  }

  /** Evaluates the alarms on these metrics. */
  async evaluateOn(metrics: readonly MetricName[]): Promise<void> {
    for (const key of new Set(metrics.flatMap((metric) => [...(this.#byMetric.get(keyOfMetric(metric)) ?? [])]))) {
      const alarm = this.#table.get(key);
      if (alarm) await this.#evaluate(alarm);
    }
  }

  /** Sets the state and runs the actions for it, which CloudWatch does only on a change. */
  async changeState(alarm: Alarm, state: AlarmState, reason: string): Promise<void> {
    const { region } = alarm.metric;
    const changed: Alarm = { ...alarm, state, stateReason: reason, stateChangedAt: this.#context.clock.now() };
    this.#table.put(keyOf(alarm), changed);
    await this.#context.store.flush();
    this.#context.trace.record({
      service: 'cloudwatch',
      name: 'alarm-state-changed',
      subject: alarm.name,
      details: { from: alarm.state, to: state, reason },
    });
    if (state === 'ALARM') this.#scheduleReview(changed);
    await this.#context.publishAwsEvent({
      source: 'aws.cloudwatch',
      detailType: 'CloudWatch Alarm State Change',
      region,
      resources: [alarm.arn],
      detail: { alarmName: alarm.name, state: { value: state, reason }, previousState: { value: alarm.state } },
    });
    if (!alarm.actionsEnabled) return;
    for (const action of alarm.actions[state]) await this.#act(changed, alarm.state, action);
  }

  async #evaluate(alarm: Alarm): Promise<void> {
    const periodMilliseconds = alarm.periodSeconds * 1000;
    const end = (Math.floor(this.#context.clock.now() / periodMilliseconds) + 1) * periodMilliseconds;
    // Data come late: as CloudWatch does, it looks back further than it judges, and judges the newest there are.
    const start = end - (alarm.evaluationPeriods + 1) * periodMilliseconds;
    const { periodSeconds, statistic } = alarm;
    const values = this.#metrics.summarize(alarm.metric, { start, end, periodSeconds, statistic });
    const { state, reason } = judgeAlarm(alarm, values.slice(-alarm.evaluationPeriods));
    if (state !== alarm.state) await this.changeState(alarm, state, reason);
    else if (state === 'ALARM') this.#scheduleReview(alarm);
  }

  /** An alarm ends also by data that do not come: it is looked at again when its period is over. */
  #scheduleReview(alarm: Alarm): void {
    const { clock } = this.#context;
    const key = keyOf(alarm);
    this.#reviews.get(key)?.();
    const periodMilliseconds = alarm.periodSeconds * 1000;
    const nextPeriod = (Math.floor(clock.now() / periodMilliseconds) + 1) * periodMilliseconds;
    const cancel = clock.at(nextPeriod, () => {
      this.#reviews.delete(key);
      const current = this.#table.get(key);
      if (current?.state === 'ALARM') void clock.work(this.#evaluate(current));
    });
    this.#reviews.set(key, cancel);
  }

  async #act(alarm: Alarm, previous: AlarmState, action: string): Promise<void> {
    try {
      if (!action.startsWith('arn:aws:sns:')) throw new Error('only actions on SNS topics are taken here');
      await this.#notify(alarm, previous, action);
    } catch (error) {
      // The alarm has changed whether or not anybody could be told.
      this.#context.trace.record({
        service: 'cloudwatch',
        name: 'alarm-action-failed',
        subject: alarm.name,
        details: { action, error: error instanceof Error ? error.message : String(error) },
      });
    }
  }

  async #notify(alarm: Alarm, previous: AlarmState, topicArn: string): Promise<void> {
    const message = {
      AlarmName: alarm.name,
      AlarmDescription: alarm.description,
      AWSAccountId: this.#context.accountId,
      NewStateValue: alarm.state,
      OldStateValue: previous,
      NewStateReason: alarm.stateReason,
      StateChangeTime: new Date(alarm.stateChangedAt).toISOString(),
      Region: alarm.metric.region,
      AlarmArn: alarm.arn,
      Trigger: { MetricName: alarm.metric.name, Namespace: alarm.metric.namespace, Threshold: alarm.threshold },
    };
    await this.#context.call({
      service: 'sns',
      operation: 'Publish',
      input: {
        TopicArn: topicArn,
        Subject: `${alarm.state}: "${alarm.name}"`.slice(0, 100),
        Message: JSON.stringify(message),
      },
      principal: this.#context.servicePrincipal('cloudwatch.amazonaws.com', alarm.arn),
      region: alarm.metric.region,
    });
  }
}

function keyOf({ metric, name }: Pick<Alarm, 'metric' | 'name'>): string {
  return `${metric.region}/${name}`;
}
