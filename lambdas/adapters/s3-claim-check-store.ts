// Keeps payloads that are too large for the bus.
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { ClaimCheckStore } from '../../core/ingress/receive-delivery.ts';

/** The key holds the content's digest: storing it again changes nothing. */
export function createS3ClaimCheckStore(client: S3Client, bucket: string): ClaimCheckStore {
  return {
    async store(key, content, sha256) {
      await client.send(
        new PutObjectCommand({
          Bucket: bucket,
          Key: key,
          Body: content,
          ContentType: 'application/json',
          ChecksumSHA256: Buffer.from(sha256, 'hex').toString('base64'),
        }),
      );
      return { bucket, key, sizeBytes: content.byteLength, sha256 };
    },
  };
}
