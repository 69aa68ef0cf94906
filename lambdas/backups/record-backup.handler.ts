// Step RecordBackup of back-up-database.
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { S3Client } from '@aws-sdk/client-s3';
import { recordBackupTask } from '../../contracts/workflows/back-up-database.ts';
import { recordBackup } from '../../core/backups/record-backup.ts';
import { connectLedger } from '../adapters/connect-ledger.ts';
import { createDynamoBackupStore } from '../adapters/dynamo-backup-store.ts';
import { createEventBridgePublisher } from '../adapters/event-bridge-publisher.ts';
import { createS3BackupObjects } from '../adapters/s3-backup-objects.ts';
import { awsClientOptions } from '../platform/aws-client-options.ts';
import { defineTask } from '../platform/define-handler.ts';
import { readEnvironment } from '../platform/environment.ts';

const environment = readEnvironment(['LEDGER_TABLE_NAME', 'EVENT_BUS_NAME']);
const parts = {
  store: createDynamoBackupStore(connectLedger(environment.LEDGER_TABLE_NAME)),
  objects: createS3BackupObjects(new S3Client(awsClientOptions)),
  publisher: createEventBridgePublisher(new EventBridgeClient(awsClientOptions), environment.EVENT_BUS_NAME),
  now: () => new Date().toISOString(),
};

/** Judges the backup by what is stored, writes the catalogue and publishes how it ended. */
export const handler = defineTask({
  ...recordBackupTask,
  handle: (end) => recordBackup(parts, end),
});
