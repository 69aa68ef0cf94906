// Metric alarms: their settings and state, evaluated when new data arrives; a change of state runs the alarm's actions.
import type { RuntimeContext } from '../../runtime/context.ts';
import type { Table } from '../../storage/store.ts';
import type { MetricName, MetricStore, Statistic } from './metric-store.ts';

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
  readonly comparison: keyof typeof comparisons;
  readonly treatMissingData: string;
  readonly actions: Readonly<Record<AlarmState, readonly string[]>>;
  readonly actionsEnabled: boolean;
  readonly state: AlarmState;
  readonly stateReason: string;
  readonly stateChangedAt: number;
}

const comparisons = {
  GreaterThanThreshold: (value: number, threshold: number) => value > threshold,
  GreaterThanOrEqualToThreshold: (value: number, threshold: number) => value >= threshold,
  LessThanThreshold: (value: number, threshold: number) => value < threshold,
  LessThanOrEqualToThreshold: (value: number, threshold: number) => value <= threshold,
} as const;

/** Whether the name is one of the comparisons on a fixed threshold; anomaly detection is not done here. */
export function isComparison(name: string): name is keyof typeof comparisons {
  return name in comparisons;
}

export class AlarmBook {
  private readonly table: Table<Alarm>;
  private readonly context: RuntimeContext;
  private readonly metrics: MetricStore;

  constructor(context: RuntimeContext, metrics: MetricStore) {
    this.table = context.store.table<Alarm>('cloudwatch/alarms');
    this.context = context;
    this.metrics = metrics;
  }

  find(region: string, name: string): Alarm | undefined {
    return this.table.get(`${region}/${name}`);
  }

  list(region: string): Alarm[] {
    return [...this.table.values()].filter(({ metric }) => metric.region === region);
  }

  /** Keeps the state of an alarm that exists already. */
  define(alarm: Omit<Alarm, 'state' | 'stateReason' | 'stateChangedAt'>): void {
    const known = this.find(alarm.metric.region, alarm.name);
    const { state, stateReason, stateChangedAt } = known ?? {
      state: 'INSUFFICIENT_DATA' as const,
      stateReason: 'Unchecked: Initial alarm creation',
      stateChangedAt: this.context.clock.now(),
    };
    this.table.put(`${alarm.metric.region}/${alarm.name}`, { ...alarm, state, stateReason, stateChangedAt });
  }

  async evaluate(region: string): Promise<void> {
    for (const alarm of this.list(region)) {
      const verdict = this.judge(alarm);
      if (verdict !== undefined && verdict.state !== alarm.state)
        await this.changeState(alarm, verdict.state, verdict.reason);
    }
  }

  /** Sets the state and runs the actions for it, which CloudWatch does only on a change. */
  async changeState(alarm: Alarm, state: AlarmState, reason: string): Promise<void> {
    const { region } = alarm.metric;
    const changed: Alarm = { ...alarm, state, stateReason: reason, stateChangedAt: this.context.clock.now() };
    this.table.put(`${region}/${alarm.name}`, changed);
    await this.context.store.flush();
    this.context.trace.record({
      service: 'cloudwatch',
      name: 'alarm-state-changed',
      subject: alarm.name,
      details: { from: alarm.state, to: state, reason },
    });
    await this.context.publishAwsEvent({
      source: 'aws.cloudwatch',
      detailType: 'CloudWatch Alarm State Change',
      region,
      resources: [alarm.arn],
      detail: { alarmName: alarm.name, state: { value: state, reason }, previousState: { value: alarm.state } },
    });
    if (!alarm.actionsEnabled) return;
    for (const action of alarm.actions[state].filter((arn) => arn.includes(':sns:')))
      await this.notify(changed, alarm.state, action);
  }

  private judge(alarm: Alarm): { readonly state: AlarmState; readonly reason: string } | undefined {
    const periodMilliseconds = alarm.periodSeconds * 1000;
    const end = (Math.floor(this.context.clock.now() / periodMilliseconds) + 1) * periodMilliseconds;
    const start = end - alarm.evaluationPeriods * periodMilliseconds;
    const values = this.metrics.summarize(alarm.metric, {
      start,
      end,
      periodSeconds: alarm.periodSeconds,
      statistic: alarm.statistic,
    });
    const breaching = values.filter(({ value }) => comparisons[alarm.comparison](value, alarm.threshold));
    const missing = alarm.evaluationPeriods - values.length;
    const counted = breaching.length + (alarm.treatMissingData === 'breaching' ? missing : 0);
    if (counted >= alarm.datapointsToAlarm) {
      const shown = breaching.map(({ value }) => value).join(', ');
      return {
        state: 'ALARM',
        reason: `Threshold Crossed: ${counted} datapoint(s) [${shown}] against the threshold (${alarm.threshold}).`,
      };
    }
    if (values.length === 0 && alarm.treatMissingData === 'missing') return undefined;
    return {
      state: 'OK',
      reason: `Threshold not crossed: ${breaching.length} of ${alarm.evaluationPeriods} datapoint(s).`,
    };
  }

  private async notify(alarm: Alarm, previous: AlarmState, topicArn: string): Promise<void> {
    const message = {
      AlarmName: alarm.name,
      AlarmDescription: alarm.description,
      AWSAccountId: this.context.accountId,
      NewStateValue: alarm.state,
      OldStateValue: previous,
      NewStateReason: alarm.stateReason,
      StateChangeTime: new Date(alarm.stateChangedAt).toISOString(),
      Region: alarm.metric.region,
      AlarmArn: alarm.arn,
      Trigger: { MetricName: alarm.metric.name, Namespace: alarm.metric.namespace, Threshold: alarm.threshold },
    };
    await this.context.call({
      service: 'sns',
      operation: 'Publish',
      input: {
        TopicArn: topicArn,
        Subject: `${alarm.state}: "${alarm.name}"`.slice(0, 100),
        Message: JSON.stringify(message),
      },
      principal: this.context.servicePrincipal('cloudwatch.amazonaws.com', alarm.arn),
      region: alarm.metric.region,
    });
  }
}
