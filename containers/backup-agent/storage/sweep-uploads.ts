// Uploads that earlier attempts left open: a killed process cannot clean up behind itself.
import { AbortMultipartUploadCommand, ListMultipartUploadsCommand, type S3Client } from '@aws-sdk/client-s3';

/**
 * Ends every open upload of this database: whatever process began one is gone, since its backups run one at a time. The
 * bucket's lifecycle ends what nobody sweeps.
 */
export async function sweepUploads(
  s3: S3Client,
  { bucket, database }: { readonly bucket: string; readonly database: string },
): Promise<number> {
  return await endUploads(s3, { bucket, isOurs: (key) => key.includes(`/${database}/`) });
}

/** Returns how many there were. */
export async function endUploads(
  s3: S3Client,
  { bucket, isOurs }: { readonly bucket: string; readonly isOurs: (key: string) => boolean },
): Promise<number> {
  let ended = 0;
  const { Uploads = [] } = await s3.send(new ListMultipartUploadsCommand({ Bucket: bucket, Prefix: 'database/' }));
  for (const { Key, UploadId } of Uploads) {
    if (Key === undefined || !isOurs(Key)) continue;
    try {
      await s3.send(new AbortMultipartUploadCommand({ Bucket: bucket, Key, UploadId }));
      ended += 1;
    } catch (error) {
      // Somebody else has ended it since it was listed, which is what we want.
      if (!(error instanceof Error && error.name === 'NoSuchUpload')) throw error;
    }
  }
  return ended;
}
