// What was accepted and could not be done: one queue per concern, each watched.
import { Duration } from 'aws-cdk-lib';
import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { acceptFinding } from './accepted-findings.ts';
import { alarmPeriod, type Monitoring } from './monitoring.ts';

/** One queue each, so that a flood in one concern does not hide a loss in another. */
export const concerns = [
  'ingress',
  'promotion',
  'approval',
  'rollback',
  'certificates',
  'backups',
  'watchdog',
  'notification',
  'audit',
] as const;
export type Concern = (typeof concerns)[number];

export interface DeadLettersProps {
  readonly key: IKey;
  readonly monitoring: Monitoring;
  /** @default all */
  readonly concerns?: readonly Concern[];
}

/** `automation redrive` sends what lies here on its way again. */
export class DeadLetters extends Construct {
  private readonly queues: Readonly<Partial<Record<Concern, Queue>>>;

  constructor(scope: Construct, id: string, props: DeadLettersProps) {
    super(scope, id);
    const addQueue = (concern: Concern): [Concern, Queue] => [concern, this.addQueue(concern, props)];
    this.queues = Object.fromEntries((props.concerns ?? concerns).map(addQueue));
  }

  queueOf(concern: Concern): Queue {
    const queue = this.queues[concern];
    if (queue === undefined) throw new Error(`no dead-letter queue for ${concern} in this stack`);
    return queue;
  }

  private addQueue(concern: Concern, { key, monitoring }: DeadLettersProps): Queue {
    const name = concern.charAt(0).toUpperCase() + concern.slice(1);
    const queue = new Queue(this, name, {
      encryption: QueueEncryption.KMS,
      encryptionMasterKey: key,
      enforceSSL: true,
      // The longest that SQS keeps a message: whoever returns from two weeks away still finds it.
      retentionPeriod: Duration.days(14),
    });
    acceptFinding(queue, 'SQS3');
    monitoring.addHighSeverityAlarm(`${name}DeadLetters`, {
      metric: queue.metricApproximateNumberOfMessagesVisible({ period: alarmPeriod, statistic: Stats.MAXIMUM }),
      threshold: 0,
      runbook: 'dead-letters',
      summary: `something of ${concern} was accepted and could not be done`,
    });
    return queue;
  }
}
