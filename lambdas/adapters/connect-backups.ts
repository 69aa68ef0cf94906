// What the functions that judge backups work with: the catalogue, the buckets, the bus and the time.
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { S3Client } from '@aws-sdk/client-s3';
import { awsClientOptions } from '../platform/aws-client-options.ts';
import { connectLedger } from './connect-ledger.ts';
import { createDynamoBackupStore } from './dynamo-backup-store.ts';
import { createEventBridgePublisher } from './event-bridge-publisher.ts';
import { createS3BackupObjects } from './s3-backup-objects.ts';

export function connectBackups(environment: { readonly LEDGER_TABLE_NAME: string; readonly EVENT_BUS_NAME: string }) {
  return {
    store: createDynamoBackupStore(connectLedger(environment.LEDGER_TABLE_NAME)),
    objects: createS3BackupObjects(new S3Client(awsClientOptions)),
    publisher: createEventBridgePublisher(new EventBridgeClient(awsClientOptions), environment.EVENT_BUS_NAME),
    now: () => new Date().toISOString(),
  };
}
