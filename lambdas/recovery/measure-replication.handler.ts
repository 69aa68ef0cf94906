// Step MeasureReplication of replicate-to-recovery-region.
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { RDSClient, RDSServiceException } from '@aws-sdk/client-rds';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { BackupRecord } from '../../contracts/ledger/backups.ts';
import { replicationLagging } from '../../contracts/metrics.ts';
import { measureReplicationTask } from '../../contracts/workflows/replicate-to-recovery-region.ts';
import { followBackup } from '../../core/recovery/follow-backup.ts';
import { followSnapshot } from '../../core/recovery/follow-snapshot.ts';
import { measureReplication, type ObjectsOnTheirWay } from '../../core/recovery/measure-replication.ts';
import { connectBackfill, connectImages } from '../adapters/connect-images.ts';
import { connectLedger } from '../adapters/connect-ledger.ts';
import { DynamoLedger } from '../adapters/dynamo-ledger.ts';
import { createDynamoReplicationStore } from '../adapters/dynamo-replication-store.ts';
import { createEventBridgePublisher } from '../adapters/event-bridge-publisher.ts';
import { createLedgerMeasurement } from '../adapters/ledger-replica.ts';
import { createRdsSnapshots } from '../adapters/rds-snapshots.ts';
import { createRunningImages } from '../adapters/running-images.ts';
import { createS3Replicas } from '../adapters/s3-replicas.ts';
import { createSecretReplicas } from '../adapters/secret-replicas.ts';
import { awsClientOptions } from '../platform/aws-client-options.ts';
import { readConfiguration } from '../platform/configuration.ts';
import { defineTask } from '../platform/define-handler.ts';
import { readEnvironment } from '../platform/environment.ts';
import { logger } from '../platform/logger.ts';
import { publishMetric } from '../platform/metrics.ts';

const environment = readEnvironment([
  'LEDGER_TABLE_NAME',
  'EVENT_BUS_NAME',
  'REPLICATED_SECRET_IDS',
  'REGISTRY_SECRET_ID',
  'ADDRESSES_PARAMETER_PATH',
]);
const configuration = readConfiguration();
const ledger = connectLedger(environment.LEDGER_TABLE_NAME);
const there = { ...awsClientOptions, region: configuration.aws.recoveryRegion };
const replica = new DynamoLedger(new DynamoDBClient(there), environment.LEDGER_TABLE_NAME);
const secretIds = environment.REPLICATED_SECRET_IDS.split(',');
const followObjects = createS3Replicas(
  { here: new S3Client(awsClientOptions), there: new S3Client(there) },
  configuration,
);
// A copy is asked for in the region that it is made in.
const snapshots = {
  here: createRdsSnapshots(new RDSClient(awsClientOptions)),
  there: createRdsSnapshots(new RDSClient(there)),
};
const parts = {
  configuration,
  ...createDynamoReplicationStore(ledger),
  followObjects: (backup: BackupRecord, now: string) =>
    backup.method === 'snapshot' ? followOrLog(backup, now) : followObjects(backup, now),
  measureLedger: createLedgerMeasurement(ledger, replica),
  listSecrets: createSecretReplicas(new SecretsManagerClient(awsClientOptions), there.region, secretIds),
  listImages: createRunningImages(
    ledger,
    connectImages(configuration, environment, there.region),
    connectBackfill(configuration),
  ),
  publisher: createEventBridgePublisher(new EventBridgeClient(awsClientOptions), environment.EVENT_BUS_NAME),
};

export const handler = defineTask({
  ...measureReplicationTask,
  async handle({ now, backupId }) {
    // What lags in all is known to the sweep only.
    if (backupId !== undefined) return await followBackup(parts, now, backupId);
    const round = await measureReplication(parts, now);
    publishMetric(configuration.application, replicationLagging, round.lagging);
    return round;
  },
});

/** What RDS refuses for one snapshot must not keep the rest from being measured: its age goes on to grow, and is told. */
async function followOrLog(backup: BackupRecord, now: string): Promise<ObjectsOnTheirWay> {
  try {
    return await followSnapshot(configuration, snapshots, backup, now);
  } catch (error) {
    if (!(error instanceof RDSServiceException)) throw error;
    const { name, message } = error;
    logger.warn('a snapshot cannot be copied', { backupId: backup.backupId, error: `${name}: ${message}` });
    return { arrived: false, resent: 0 };
  }
}
