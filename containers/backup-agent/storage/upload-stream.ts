// Streams bytes of unknown length into one object: in parts with checksums, in bounded memory, all or nothing.
import type { Readable } from 'node:stream';
import { HeadObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { logFailure } from '../log.ts';
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

/** Parts grow with what is expected, so that the largest database still fits; two are on their way at a time. */
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
  const underWay = new Set<Promise<unknown>>();
  const upload = new Upload({
    client: follow(s3, underWay),
    params: {
      Bucket: target.bucket,
      Key: target.key,
      Body: body,
      ChecksumAlgorithm: 'SHA256',
      ...retentionParameters(target.retention),
    },
    // One is sent while the next is gathered; more would only be memory.
    queueSize: 2,
    partSize: decidePartBytes(target.expectedBytes),
    leavePartsOnError: false,
  });
  const abort = (): void => void upload.abort();
  signal.addEventListener('abort', abort, { once: true });
  try {
    await upload.done();
  } catch (error) {
    // The library takes back what fails while parts are sent, but neither what fails at its completion nor an upload that was
    // only being begun. What is under way is waited for: it could be open a moment later.
    await Promise.allSettled(underWay);
    await endUploads(s3, { bucket: target.bucket, isOurs: (key) => key === target.key }).catch(
      logFailure('an upload may be left open, for the next backup or the lifecycle to end'),
    );
    throw error;
  } finally {
    signal.removeEventListener('abort', abort);
  }
  const stored = await s3.send(
    new HeadObjectCommand({ Bucket: target.bucket, Key: target.key, ChecksumMode: 'ENABLED' }),
  );
  return { bytes: stored.ContentLength ?? 0, checksum: stored.ChecksumSHA256 ?? '' };
}

/** The same client; each call is among `calls` until it is answered. */
function follow(s3: S3Client, calls: Set<Promise<unknown>>): S3Client {
  const send = (...args: Parameters<S3Client['send']>): Promise<unknown> => {
    const call = Promise.resolve(s3.send(...args));
    calls.add(call);
    const forget = (): void => void calls.delete(call);
    call.then(forget, forget);
    return call;
  };
  return new Proxy(s3, { get: (client, name) => (name === 'send' ? send : Reflect.get(client, name)) });
}
