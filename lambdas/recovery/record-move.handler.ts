// Step RecordMove of fail-over.
import { S3Client } from '@aws-sdk/client-s3';
import { recordMoveTask } from '../../contracts/workflows/fail-over.ts';
import { recordMove } from '../../core/recovery/record-move.ts';
import { connectLedger } from '../adapters/connect-ledger.ts';
import { createDynamoBackupStore } from '../adapters/dynamo-backup-store.ts';
import { createS3BackupObjects } from '../adapters/s3-backup-objects.ts';
import { awsClientOptions } from '../platform/aws-client-options.ts';
import { defineTask } from '../platform/define-handler.ts';
import { readEnvironment } from '../platform/environment.ts';

const { begin } = createDynamoBackupStore(connectLedger(readEnvironment(['LEDGER_TABLE_NAME']).LEDGER_TABLE_NAME));
const parts = {
  objects: createS3BackupObjects(new S3Client(awsClientOptions)),
  begin,
  now: () => new Date().toISOString(),
};

export const handler = defineTask({ ...recordMoveTask, handle: async (made) => await recordMove(parts, made) });
