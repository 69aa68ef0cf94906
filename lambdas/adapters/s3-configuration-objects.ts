// Backups of the configuration in the environments' backup buckets: tagged for the lifecycle and locked until their time.
import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { Configuration } from '../../config/schema.ts';
import { configurationManifestSchema } from '../../contracts/configuration-backup.ts';
import type { ConfigurationObjects } from '../../core/configuration-backup/back-up-configuration.ts';

export function createS3ConfigurationObjects(
  client: S3Client,
  { lock }: Configuration['backups'],
): ConfigurationObjects {
  const read = async (Bucket: string, Key: string): Promise<Uint8Array> => {
    const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
    return (await Body?.transformToByteArray()) ?? new Uint8Array();
  };
  return {
    read,
    async put({ bucket, tier, keepUntil }, key, content) {
      await client.send(
        new PutObjectCommand({
          Bucket: bucket,
          Key: key,
          Body: content,
          ChecksumAlgorithm: 'SHA256',
          Tagging: `retention=${tier}`,
          ObjectLockMode: lock === 'compliance' ? 'COMPLIANCE' : 'GOVERNANCE',
          ObjectLockRetainUntilDate: new Date(keepUntil),
        }),
      );
    },
    async findManifest(bucket, key) {
      try {
        return configurationManifestSchema.parse(JSON.parse(Buffer.from(await read(bucket, key)).toString('utf8')));
      } catch (error) {
        if (error instanceof Error && error.name === 'NoSuchKey') return undefined;
        throw error;
      }
    },
  };
}
