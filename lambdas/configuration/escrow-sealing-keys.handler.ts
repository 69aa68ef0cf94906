// Step EscrowSealingKeys of back-up-configuration: the only function that reads the sealing keys.
import { EncryptCommand, KMSClient } from '@aws-sdk/client-kms';
import { S3Client } from '@aws-sdk/client-s3';
import { escrowSealingKeysTask } from '../../contracts/workflows/back-up-configuration.ts';
import { escrowSealingKeys } from '../../core/configuration-backup/escrow-sealing-keys.ts';
import { connectClusters } from '../adapters/connect-clusters.ts';
import { listCollection } from '../adapters/kubernetes-lister.ts';
import { createS3ConfigurationObjects } from '../adapters/s3-configuration-objects.ts';
import { awsClientOptions } from '../platform/aws-client-options.ts';
import { readConfiguration } from '../platform/configuration.ts';
import { defineTask } from '../platform/define-handler.ts';
import { readEnvironment } from '../platform/environment.ts';

const { ESCROW_KEY_ID: KeyId } = readEnvironment(['ESCROW_KEY_ID']);
const { environments, configurationBackups, backups } = readConfiguration();
const { put } = createS3ConfigurationObjects(new S3Client(awsClientOptions), backups);
const kms = new KMSClient(awsClientOptions);
const clusterOf = connectClusters();
const query = { labelSelector: 'sealedsecrets.bitnami.com/sealed-secrets-key' };

export const handler = defineTask({
  ...escrowSealingKeysTask,
  async handle({ backup, sealedSecrets }) {
    const parts = {
      put,
      async listKeys(environment: string) {
        const namespace = configurationBackups.sealingKeysNamespace;
        const cluster = environments[environment]?.cluster ?? '';
        if (namespace === undefined) return [];
        return (await listCollection(clusterOf(cluster), `/api/v1/namespaces/${namespace}/secrets`, { query })) ?? [];
      },
      async encrypt(Plaintext: Uint8Array, EncryptionContext: Readonly<Record<string, string>>) {
        const { CiphertextBlob } = await kms.send(new EncryptCommand({ KeyId, Plaintext, EncryptionContext }));
        return CiphertextBlob ?? new Uint8Array();
      },
    };
    return { keys: await escrowSealingKeys(parts, backup, sealedSecrets) };
  },
});
