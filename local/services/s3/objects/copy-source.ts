// The object that a copy takes from: `<bucket>/<key>[?versionId=<version>]`, encoded like a URL.
import { AwsError, type CallContext, type Permission } from '../../../runtime/service.ts';
import { listReadPermissions } from '../operations/get-object.ts';
import { onObject, tagContext } from '../permissions.ts';
import type { S3Parts } from '../s3-parts.ts';
import { findVersion, getVersion } from './find-version.ts';
import type { StoredVersion } from './object-version.ts';
import { checkCopyConditions } from './preconditions.ts';

export interface CopySource {
  readonly Bucket: string;
  readonly Key: string;
  readonly VersionId?: string;
}

interface CopyInput {
  readonly CopySource?: string | undefined;
  readonly CopySourceIfMatch?: string | undefined;
  readonly CopySourceIfNoneMatch?: string | undefined;
  readonly CopySourceIfModifiedSince?: Date | undefined;
  readonly CopySourceIfUnmodifiedSince?: Date | undefined;
}

/** Throws `InvalidArgument`. */
export function parseCopySource(source: string | undefined): CopySource {
  const [path = '', query = ''] = (source ?? '').replace(/^\//, '').split('?');
  const slash = path.indexOf('/');
  if (slash < 1) {
    throw new AwsError('InvalidArgument', 'Copy Source must mention the source bucket and key: sourcebucket/sourcekey');
  }
  const versionId = new URLSearchParams(query).get('versionId');
  return {
    Bucket: path.slice(0, slash),
    Key: decode(path.slice(slash + 1)),
    ...(versionId !== null && { VersionId: versionId }),
  };
}

/** Reading the source; and its tags when they are taken along. */
export function listSourcePermissions(parts: S3Parts, source: CopySource, takesTags: boolean): Permission[] {
  const tags = findVersion(parts, source)?.content.tags ?? {};
  const action = source.VersionId === undefined ? 'GetObjectTagging' : 'GetObjectVersionTagging';
  return [
    ...listReadPermissions(parts, source, 'GetObject'),
    ...(takesTags && Object.keys(tags).length > 0
      ? [onObject(action, source, tagContext('ExistingObjectTag', tags))]
      : []),
  ];
}

/** Throws when there is no such object, or a condition on it does not hold. The source may be in another region. */
export async function getCopySource(parts: S3Parts, input: CopyInput, call: CallContext): Promise<StoredVersion> {
  const source = parseCopySource(input.CopySource);
  const bucket = parts.buckets.getAnywhere(source.Bucket);
  const version = await getVersion(parts, bucket, source, { ...call, region: bucket.region });
  checkCopyConditions(version, {
    IfMatch: input.CopySourceIfMatch,
    IfNoneMatch: input.CopySourceIfNoneMatch,
    IfModifiedSince: input.CopySourceIfModifiedSince,
    IfUnmodifiedSince: input.CopySourceIfUnmodifiedSince,
  });
  return version;
}

function decode(key: string): string {
  try {
    return decodeURIComponent(key.replaceAll('+', '%20'));
  } catch (cause) {
    throw new AwsError('InvalidArgument', 'Copy Source is not valid: it must be URL-encoded', { cause });
  }
}
