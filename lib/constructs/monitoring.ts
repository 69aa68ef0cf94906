// The only way to an alarm: by severity, with a name, a summary and a heading in the runbook.
import { Duration, Stack } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Grant, type IGrantable, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';

export interface MonitoringProps {
  readonly key: IKey;
  readonly alarmEmail: string;
  /** Takes the alarms where one stack has no room for them and what they watch. @default this stack */
  readonly alarms?: Stack;
}

export interface AlarmProps {
  readonly metric: IMetric;
  /** The alarm rings when the metric is greater than this. */
  readonly threshold: number;
  /** @default 1 */
  readonly evaluationPeriods?: number;
  /** Rings when there is less than the threshold, or nothing at all: for signs of life. */
  readonly whenAbsent?: boolean;
  /** The heading of docs/runbook.md that says what to do. */
  readonly runbook: string;
  /** What a person who is woken reads first; lower-case, no full stop. */
  readonly summary: string;
}

/** High severity wakes somebody; low severity waits for the morning. Both name their section of docs/runbook.md. */
export class Monitoring extends Construct {
  readonly topic: Topic;
  private readonly key: IKey;
  private readonly alarms: Construct;

  constructor(scope: Construct, id: string, props: MonitoringProps) {
    super(scope, id);
    this.key = props.key;
    this.alarms = props.alarms ?? this;
    this.topic = new Topic(this, 'Alarms', { masterKey: props.key, enforceSSL: true });
    // A policy of the topic's own, which enforceSSL makes, takes the place of the default one that lets alarms in.
    const { account } = Stack.of(this);
    const conditions = { StringEquals: { 'aws:SourceAccount': account } };
    this.topic.grantPublish(new ServicePrincipal('cloudwatch.amazonaws.com', { conditions }));
    this.topic.addSubscription(new EmailSubscription(props.alarmEmail));
  }

  /** To tell the readers of the alarms; the library's own grant has a wildcard in an action of the key. */
  grantPublish(grantee: IGrantable): void {
    Grant.addToPrincipal({ grantee, actions: ['sns:Publish'], resourceArns: [this.topic.topicArn] });
    const actions = ['kms:GenerateDataKey', 'kms:Decrypt'];
    Grant.addToPrincipal({ grantee, actions, resourceArns: [this.key.keyArn] });
  }

  addHighSeverityAlarm(id: string, props: AlarmProps): Alarm {
    return this.addAlarm('high', id, props);
  }

  addLowSeverityAlarm(id: string, props: AlarmProps): Alarm {
    return this.addAlarm('low', id, props);
  }

  private addAlarm(severity: 'high' | 'low', id: string, props: AlarmProps): Alarm {
    const alarm = new Alarm(this.alarms, id, {
      metric: props.metric,
      threshold: props.threshold,
      evaluationPeriods: props.evaluationPeriods ?? 1,
      ...(props.whenAbsent === true ? absence : excess),
      alarmDescription: `[${severity}] ${props.summary}. Runbook: docs/runbook.md#${props.runbook}`,
    });
    alarm.addAlarmAction(new SnsAction(this.topic));
    return alarm;
  }
}

const excess = {
  comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
  treatMissingData: TreatMissingData.NOT_BREACHING,
};
const absence = {
  comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
  treatMissingData: TreatMissingData.BREACHING,
};

/** The period of the alarms on counts: the shortest that CloudWatch evaluates without extra cost. */
export const alarmPeriod = Duration.minutes(1);
