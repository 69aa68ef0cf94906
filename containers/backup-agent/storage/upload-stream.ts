// Streams bytes of unknown length into one object: in parts with checksums, in bounded memory, all or nothing.
import type { Readable } from 'node:stream';
import { HeadObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { type ObjectRetention, retentionParameters } from './retention.ts';
import { endUploads } from './sweep-uploads.ts';

export interface StoredObject {
  readonly bytes: number;
  /** S3's checksum over the checksums of the parts. */
  readonly checksum: string;
}

const megabyte = 1024 * 1024;
/** S3 takes at most 10,000 parts; a tenth more than expected still fits. */
const partsAimedAt = 9_000;

/** Parts grow with what is expected, so that the largest database still fits; four are in memory at a time. */
export function decidePartBytes(expectedBytes: number): number {
  return Math.max(8 * megabyte, Math.ceil(expectedBytes / partsAimedAt / megabyte) * megabyte);
}

/**
 * Returns when S3 has the whole object and says so. @throws the first error of the stream or of S3; no part is left behind
 * then unless the process itself ends.
 */
export async function uploadStream(
  s3: S3Client,
  target: {
    readonly bucket: string;
    readonly key: string;
    readonly expectedBytes: number;
    readonly retention: ObjectRetention;
  },
  body: Readable,
  signal: AbortSignal,
): Promise<StoredObject> {
  const upload = new Upload({
    client: s3,
    params: {
      Bucket: target.bucket,
      Key: target.key,
      Body: body,
      ChecksumAlgorithm: 'SHA256',
      ...retentionParameters(target.retention),
    },
    queueSize: 4,
    partSize: decidePartBytes(target.expectedBytes),
    leavePartsOnError: false,
  });
  const abort = (): void => void upload.abort();
  signal.addEventListener('abort', abort, { once: true });
  try {
    await upload.done();
  } catch (error) {
    // The library takes back what fails while parts are sent, but not what fails at its completion.
    await endUploads(s3, { bucket: target.bucket, isOurs: (key) => key === target.key }).catch(() => undefined);
    throw error;
  } finally {
    signal.removeEventListener('abort', abort);
  }
  const stored = await s3.send(
    new HeadObjectCommand({ Bucket: target.bucket, Key: target.key, ChecksumMode: 'ENABLED' }),
  );
  return { bytes: stored.ContentLength ?? 0, checksum: stored.ChecksumSHA256 ?? '' };
}
