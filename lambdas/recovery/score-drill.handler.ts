// Step ScoreDrill of recovery-drill.
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { scoreDrillTask } from '../../contracts/workflows/recovery-drill.ts';
import { asInRecoveryRegion } from '../../core/recovery/recovery-side.ts';
import { scoreDrill } from '../../core/recovery/score-drill.ts';
import { connectImages } from '../adapters/connect-images.ts';
import { connectLedger } from '../adapters/connect-ledger.ts';
import { createRecoverySources } from '../adapters/recovery-sources.ts';
import { awsClientOptions } from '../platform/aws-client-options.ts';
import { readConfiguration } from '../platform/configuration.ts';
import { defineTask } from '../platform/define-handler.ts';
import { readEnvironment } from '../platform/environment.ts';

const environment = readEnvironment([
  'LEDGER_TABLE_NAME',
  'REGISTRY_SECRET_ID',
  'ADDRESSES_PARAMETER_PATH',
  'REPLICATED_SECRET_IDS',
]);
const configuration = asInRecoveryRegion(readConfiguration());
const sources = createRecoverySources(configuration, {
  ledger: connectLedger(environment.LEDGER_TABLE_NAME),
  s3: new S3Client(awsClientOptions),
  secrets: new SecretsManagerClient(awsClientOptions),
  secretIds: environment.REPLICATED_SECRET_IDS.split(','),
  hasImage: connectImages(configuration, environment),
});

export const handler = defineTask({
  ...scoreDrillTask,
  handle: async ({ plan, restores }) => ({ scores: await scoreDrill({ configuration, sources }, plan, restores) }),
});
