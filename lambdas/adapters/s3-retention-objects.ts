// The objects of a backup, as far as their age is concerned.
import { HeadObjectCommand, PutObjectTaggingCommand, type S3Client } from '@aws-sdk/client-s3';
import { dumpName, manifestName } from '../../contracts/backup-manifest.ts';
import type { BackupRecord } from '../../contracts/ledger/backups.ts';
import type { RetentionObjects } from '../../core/backups/apply-retention.ts';

export function createS3RetentionObjects(client: S3Client): RetentionObjects {
  const placesOf = ({ bucket, prefix = '' }: BackupRecord) =>
    [dumpName, manifestName].map((name) => ({ Bucket: bucket, Key: `${prefix}${name}` }));
  return {
    async areThere(backup) {
      const found = await Promise.all(
        placesOf(backup).map(async (place) => {
          try {
            await client.send(new HeadObjectCommand(place));
            return true;
          } catch (error) {
            if (error instanceof Error && error.name === 'NotFound') return false;
            throw error;
          }
        }),
      );
      return found.every(Boolean);
    },
    // The bucket's lifecycle deletes, and nobody else can.
    remove: async () => undefined,
    async tag(backup, tag) {
      for (const place of placesOf(backup)) {
        await client.send(
          new PutObjectTaggingCommand({ ...place, Tagging: { TagSet: [{ Key: 'retention', Value: tag }] } }),
        );
      }
    },
  };
}
