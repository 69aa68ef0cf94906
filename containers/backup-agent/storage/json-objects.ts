// Small documents in the bucket.
import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type * as z from 'zod/mini';
import { type ObjectRetention, retentionParameters } from './retention.ts';

interface Place {
  readonly bucket: string;
  readonly key: string;
}

/** With `onlyIfAbsent` a document that stands there already wins: false is returned. */
export async function putJson(
  s3: S3Client,
  { bucket, key }: Place,
  document: object,
  { onlyIfAbsent = false, retention }: { onlyIfAbsent?: boolean; retention?: ObjectRetention } = {},
): Promise<boolean> {
  try {
    await s3.send(
      new PutObjectCommand({
        Bucket: bucket,
        Key: key,
        Body: JSON.stringify(document, null, 2),
        ContentType: 'application/json',
        ChecksumAlgorithm: 'SHA256',
        ...(onlyIfAbsent ? { IfNoneMatch: '*' } : {}),
        ...(retention === undefined ? {} : retentionParameters(retention)),
      }),
    );
    return true;
  } catch (error) {
    if (error instanceof Error && error.name === 'PreconditionFailed') return false;
    throw error;
  }
}

/** Undefined when there is none. @throws ZodError when it is not of that shape. */
export async function findJson<T>(
  s3: S3Client,
  { bucket, key }: Place,
  schema: z.ZodMiniType<T>,
): Promise<T | undefined> {
  try {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    return schema.parse(JSON.parse((await Body?.transformToString()) ?? 'null'));
  } catch (error) {
    if (error instanceof Error && error.name === 'NoSuchKey') return undefined;
    throw error;
  }
}
