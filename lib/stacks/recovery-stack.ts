// The recovery region's stack: the key, the alarm topic and the watch over the ledger's replica.
import { Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { EncryptionKey } from '../constructs/encryption-key.ts';
import { Monitoring } from '../constructs/monitoring.ts';

export interface RecoveryStackProps extends StackProps {
  /** The ledger whose replica stands in this region. */
  readonly ledgerTableName: string;
  readonly alarmEmail: string;
}

/** What must stand in the recovery region before anything can be recovered there. The replica itself belongs to the global table. */
export class RecoveryStack extends Stack {
  constructor(scope: Construct, id: string, props: RecoveryStackProps) {
    super(scope, id, props);
    const { key } = new EncryptionKey(this, 'Encryption', {
      description: 'Deployment automation in the recovery region',
    });
    const monitoring = new Monitoring(this, 'Monitoring', { key, alarmEmail: props.alarmEmail });
    monitoring.addHighSeverityAlarm('LedgerReplicaLags', {
      metric: new Metric({
        namespace: 'AWS/DynamoDB',
        metricName: 'ReplicationLatency',
        dimensionsMap: { TableName: props.ledgerTableName, ReceivingRegion: this.region },
        statistic: Stats.MAXIMUM,
        period: Duration.minutes(5),
      }),
      // 60 s of lag is far beyond the usual second or two: the replica would lose decisions in a disaster.
      threshold: 60_000,
      evaluationPeriods: 3,
      runbook: 'ledger-replica-lags',
      summary: 'the ledger replica lags more than a minute behind',
    });
  }
}
