// Finds the version that a request is about.
import { AwsError, type CallContext } from '../../../runtime/service.ts';
import type { Bucket } from '../buckets/bucket.ts';
import type { S3Parts } from '../s3-parts.ts';
import { hasContent, type StoredVersion } from './object-version.ts';

interface VersionInput {
  readonly Bucket?: string | undefined;
  readonly Key?: string | undefined;
  readonly VersionId?: string | undefined;
}

/**
 * Throws `NoSuchKey`, `NoSuchVersion`, or `MethodNotAllowed` for a delete marker. A caller who may not list the bucket
 * is not told that a key is missing: for him it is `AccessDenied`.
 */
export async function getVersion(
  parts: S3Parts,
  bucket: Bucket,
  input: VersionInput,
  call: CallContext,
): Promise<StoredVersion> {
  const { Key: key = '', VersionId } = input;
  const index = parts.objects.index(bucket.name);
  const version = VersionId === undefined ? index.current(key) : index.find(key, VersionId);
  if (hasContent(version)) return version;
  await checkMayList(parts, bucket, call);
  if (VersionId !== undefined && !version) {
    throw new AwsError('NoSuchVersion', 'The specified version does not exist.', {
      status: 404,
      details: { Key: key, VersionId },
    });
  }
  const marker = version && {
    'x-amz-delete-marker': 'true',
    'x-amz-version-id': version.versionId,
  };
  if (VersionId !== undefined) {
    throw new AwsError('MethodNotAllowed', 'The specified method is not allowed against this resource.', {
      status: 405,
      details: { Method: 'GET', ResourceType: 'DeleteMarker', $headers: { ...marker, allow: 'DELETE' } },
    });
  }
  throw new AwsError('NoSuchKey', 'The specified key does not exist.', {
    status: 404,
    details: { Key: key, ...(marker && { $headers: marker }) },
  });
}

/** The version by the same rules, for permissions: undefined when there is none. */
export function findVersion(parts: S3Parts, input: VersionInput): StoredVersion | undefined {
  const { Bucket = '', Key = '', VersionId } = input;
  if (!parts.buckets.find(Bucket)) return undefined;
  const index = parts.objects.index(Bucket);
  const version = VersionId === undefined ? index.current(Key) : index.find(Key, VersionId);
  return hasContent(version) ? version : undefined;
}

async function checkMayList(parts: S3Parts, bucket: Bucket, call: CallContext): Promise<void> {
  if (call.principal.kind !== 'role') return;
  const { principal, region } = call;
  const input = { Bucket: bucket.name };
  await parts.context.call({ service: 's3', operation: 'HeadBucket', input, principal, region });
}
