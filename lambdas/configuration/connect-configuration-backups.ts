// The parts of a backup of the configuration, as the running function reaches them.
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { KMSClient } from '@aws-sdk/client-kms';
import { S3Client } from '@aws-sdk/client-s3';
import type { Configuration } from '../../config/schema.ts';
import type { ConfigurationBackupParts } from '../../core/configuration-backup/back-up-configuration.ts';
import { connectClusters } from '../adapters/connect-clusters.ts';
import { connectLedger } from '../adapters/connect-ledger.ts';
import { createDynamoBackupStore } from '../adapters/dynamo-backup-store.ts';
import { createEventBridgePublisher } from '../adapters/event-bridge-publisher.ts';
import { createKmsPepper } from '../adapters/kms-pepper.ts';
import { listCollection } from '../adapters/kubernetes-lister.ts';
import { createS3ConfigurationObjects } from '../adapters/s3-configuration-objects.ts';
import { awsClientOptions } from '../platform/aws-client-options.ts';

export function connectConfigurationBackups(
  configuration: Configuration,
  places: { readonly ledger: string; readonly bus: string; readonly pepperKey: string },
): ConfigurationBackupParts {
  const clusterOf = connectClusters();
  return {
    configuration,
    list: (cluster, path) => listCollection(clusterOf(cluster), path),
    findPepper: createKmsPepper(new KMSClient(awsClientOptions), places.pepperKey),
    objects: createS3ConfigurationObjects(new S3Client(awsClientOptions), configuration.backups),
    store: createDynamoBackupStore(connectLedger(places.ledger)),
    publisher: createEventBridgePublisher(new EventBridgeClient(awsClientOptions), places.bus),
  };
}
