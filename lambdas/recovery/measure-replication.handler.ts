// Step MeasureReplication of replicate-to-recovery-region.
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { replicationLagging } from '../../contracts/metrics.ts';
import { measureReplicationTask } from '../../contracts/workflows/replicate-to-recovery-region.ts';
import { followBackup } from '../../core/recovery/follow-backup.ts';
import { measureReplication } from '../../core/recovery/measure-replication.ts';
import { createBackupReplicas } from '../adapters/backup-replicas.ts';
import { connectBackfill, connectImages } from '../adapters/connect-images.ts';
import { connectLedger } from '../adapters/connect-ledger.ts';
import { DynamoLedger } from '../adapters/dynamo-ledger.ts';
import { createDynamoReplicationStore } from '../adapters/dynamo-replication-store.ts';
import { createEventBridgePublisher } from '../adapters/event-bridge-publisher.ts';
import { createLedgerMeasurement } from '../adapters/ledger-replica.ts';
import { createRunningImages } from '../adapters/running-images.ts';
import { createSecretReplicas } from '../adapters/secret-replicas.ts';
import { awsClientOptions } from '../platform/aws-client-options.ts';
import { readConfiguration } from '../platform/configuration.ts';
import { defineTask } from '../platform/define-handler.ts';
import { readEnvironment } from '../platform/environment.ts';
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
const parts = {
  configuration,
  ...createDynamoReplicationStore(ledger),
  followObjects: createBackupReplicas(configuration),
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
