// What the recovery region itself answers about what a recovery needs: its bucket, its secrets, its replica of the ledger, the registry.
import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { DescribeSecretCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Configuration } from '../../config/schema.ts';
import { backupReplicaName } from '../../contracts/backup-places.ts';
import { configurationManifestName, configurationManifestSchema } from '../../contracts/configuration-backup.ts';
import { currentRecord } from '../../contracts/ledger/deployments.ts';
import { replicationRecord } from '../../contracts/ledger/replications.ts';
import { ledgerKey } from '../../contracts/ledger.ts';
import { AppError } from '../../core/app-error.ts';
import type { RecoverySources } from '../../core/recovery/score-drill.ts';
import { createDynamoBackupStore } from './dynamo-backup-store.ts';
import type { DynamoLedger } from './dynamo-ledger.ts';
import { createS3BackupObjects } from './s3-backup-objects.ts';

export interface RecoveryClients {
  readonly ledger: DynamoLedger;
  readonly s3: S3Client;
  readonly secrets: SecretsManagerClient;
  readonly secretIds: readonly string[];
  readonly hasImage: (image: string, digest: string) => Promise<boolean>;
}

export function createRecoverySources(
  { application }: Pick<Configuration, 'application'>,
  { ledger, s3, secrets, secretIds, hasImage }: RecoveryClients,
): RecoverySources {
  const backups = createDynamoBackupStore(ledger);
  const read = async (Bucket: string, Key: string): Promise<Uint8Array> => {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
    return (await Body?.transformToByteArray()) ?? new Uint8Array();
  };
  return {
    findResult: createS3BackupObjects(s3).findResult,
    listBackups: (environment) => backups.list(environment),
    async readConfiguration(environment, prefix) {
      const bucket = backupReplicaName(application, environment);
      const bytes = await read(bucket, `${prefix}${configurationManifestName}`);
      const manifest = configurationManifestSchema.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
      for (const { key, sha256, absent } of manifest.files) {
        if (absent === true) continue;
        const lines = gunzipSync(await read(bucket, key));
        if (createHash('sha256').update(lines).digest('hex') !== sha256)
          throw new AppError('InvalidInputError', `${key} was changed after it was stored: its SHA-256 is another`);
      }
      return manifest;
    },
    async listRunning(environment) {
      const records = await ledger.list(currentRecord, ledgerKey.current(environment, '').pk);
      return records.map(({ service, image, digest }) => ({ service, image, digest }));
    },
    hasImage,
    async checkSecrets() {
      const asked = await Promise.all(secretIds.map((id) => isThere(secrets, id)));
      return { all: secretIds.length, missing: secretIds.filter((_, index) => asked[index] !== true) };
    },
    findReplication: (dataClass, subject) => ledger.find(replicationRecord, ledgerKey.replication(dataClass, subject)),
    now: () => new Date().toISOString(),
  };
}

async function isThere(client: SecretsManagerClient, SecretId: string): Promise<boolean> {
  try {
    const { VersionIdsToStages = {} } = await client.send(new DescribeSecretCommand({ SecretId }));
    return Object.values(VersionIdsToStages).some((stages) => stages.includes('AWSCURRENT'));
  } catch (error) {
    if (error instanceof Error && error.name === 'ResourceNotFoundException') return false;
    throw error;
  }
}
