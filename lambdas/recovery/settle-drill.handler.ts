// Step SettleDrill of recovery-drill.
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { settleDrillTask } from '../../contracts/workflows/recovery-drill.ts';
import { asInRecoveryRegion } from '../../core/recovery/recovery-side.ts';
import { settleDrill } from '../../core/recovery/settle-drill.ts';
import { connectClusters } from '../adapters/connect-clusters.ts';
import { connectLedger } from '../adapters/connect-ledger.ts';
import { createDynamoDrillStore } from '../adapters/dynamo-drill-store.ts';
import { createEventBridgePublisher } from '../adapters/event-bridge-publisher.ts';
import { createS3BackupObjects } from '../adapters/s3-backup-objects.ts';
import { awsClientOptions } from '../platform/aws-client-options.ts';
import { readConfiguration } from '../platform/configuration.ts';
import { defineTask } from '../platform/define-handler.ts';
import { readEnvironment } from '../platform/environment.ts';
import { stopJobs } from './stop-jobs.ts';

const environment = readEnvironment(['LEDGER_TABLE_NAME', 'EVENT_BUS_NAME']);
const configuration = asInRecoveryRegion(readConfiguration());
const clusterOf = connectClusters();
const s3 = new S3Client(awsClientOptions);
const parts = {
  configuration,
  store: createDynamoDrillStore(connectLedger(environment.LEDGER_TABLE_NAME)),
  findResult: createS3BackupObjects(s3).findResult,
  stopJobs: (environments: readonly string[]) => stopJobs(configuration, clusterOf, environments),
  async putObject(Bucket: string, Key: string, Body: string, ContentType: string) {
    // The lifecycle keeps it as long as a monthly backup.
    await s3.send(new PutObjectCommand({ Bucket, Key, Body, ContentType, Tagging: 'retention=monthly' }));
  },
  publisher: createEventBridgePublisher(new EventBridgeClient(awsClientOptions), environment.EVENT_BUS_NAME),
  now: () => new Date().toISOString(),
};

export const handler = defineTask({ ...settleDrillTask, handle: async (end) => await settleDrill(parts, end) });
