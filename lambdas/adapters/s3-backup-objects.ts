// What the backup buckets say of the objects of a backup.
import { GetObjectCommand, HeadObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type * as z from 'zod/mini';
import { agentResultKey, agentResultSchema, manifestSchema } from '../../contracts/backup-manifest.ts';
import { AppError } from '../../core/app-error.ts';
import type { BackupObjects } from '../../core/backups/record-backup.ts';

export function createS3BackupObjects(client: S3Client): BackupObjects {
  return {
    findManifest: (bucket, key) => findJson(client, bucket, key, manifestSchema),
    findResult: (bucket, job) => findJson(client, bucket, agentResultKey(job), agentResultSchema),
    async describe(bucket, key) {
      try {
        const head = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key, ChecksumMode: 'ENABLED' }));
        return { bytes: head.ContentLength ?? 0, checksum: head.ChecksumSHA256 ?? '' };
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    },
  };
}

async function findJson<T>(
  client: S3Client,
  bucket: string,
  key: string,
  schema: z.ZodMiniType<T>,
): Promise<T | undefined> {
  let text: string;
  try {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    text = (await Body?.transformToString()) ?? '';
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new AppError('InvalidInputError', `${bucket}/${key} is not what the agent writes`, { cause });
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && (error.name === 'NoSuchKey' || error.name === 'NotFound');
}
