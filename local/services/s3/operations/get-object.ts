// GetObject, HeadObject and GetObjectAttributes.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
import type {
  GetObjectAttributesCommandInput,
  GetObjectCommandInput,
  HeadObjectCommandInput,
} from '@aws-sdk/client-s3';
import { AwsError, type CallContext, type Operation, type Permission } from '../../../runtime/service.ts';
import type { Bucket } from '../buckets/bucket.ts';
import { type ByteRange, findRange, writeContentRange } from '../objects/byte-range.ts';
import { writeChecksum } from '../objects/checksum.ts';
import { findVersion, getVersion } from '../objects/find-version.ts';
import type { StoredVersion } from '../objects/object-version.ts';
import { checkReadConditions } from '../objects/preconditions.ts';
import { writeEncryption, writeVersionId } from '../objects/write-content.ts';
import { listKeyPermissions, onObject, tagContext } from '../permissions.ts';
import type { S3Parts } from '../s3-parts.ts';

type ReadInput = GetObjectCommandInput | HeadObjectCommandInput;

export function createGetObject(parts: S3Parts): Operation {
  return {
    authorize: (input: GetObjectCommandInput) => listReadPermissions(parts, input, 'GetObject'),
    async handle(input: GetObjectCommandInput, call) {
      const { version, range, output } = await describe(parts, input, call);
      const { start, end } = range ?? { start: 0, end: version.content.size };
      return { ...output, Body: parts.bodies.read(version.content.segments, start, end) };
    },
  };
}

export function createHeadObject(parts: S3Parts): Operation {
  return {
    authorize: (input: HeadObjectCommandInput) => listReadPermissions(parts, input, 'GetObject'),
    handle: async (input: HeadObjectCommandInput, call) => (await describe(parts, input, call)).output,
  };
}

export function createGetObjectAttributes(parts: S3Parts): Operation {
  return {
    authorize: (input: GetObjectAttributesCommandInput) => [
      ...listReadPermissions(parts, input, 'GetObject'),
      ...listReadPermissions(parts, input, 'GetObjectAttributes'),
    ],
    async handle(input: GetObjectAttributesCommandInput, call) {
      const bucket = parts.buckets.get(input.Bucket, call.region);
      const version = await getVersion(parts, bucket, input, call);
      const { content } = version;
      const attributes = {
        ETag: content.etag.replaceAll('"', ''),
        ObjectSize: content.size,
        StorageClass: content.storageClass,
        Checksum: content.checksum && writeChecksum(content.checksum),
        ObjectParts: content.parts && {
          TotalPartsCount: content.parts.length,
          IsTruncated: false,
          Parts: content.parts.map(({ size, checksum }, index) => {
            const { ChecksumType: _, ...value } = writeChecksum(checksum);
            return { PartNumber: index + 1, Size: size, ...value };
          }),
        },
      };
      const asked = input.ObjectAttributes?.map(String) ?? [];
      return {
        LastModified: new Date(version.lastModified),
        ...writeVersionId(bucket, version),
        ...Object.fromEntries(Object.entries(attributes).filter(([name]) => asked.includes(name))),
      };
    },
  };
}

/** What reading an object, or something of it, needs; another version than the current has actions of its own. */
export function listReadPermissions(
  parts: S3Parts,
  input: { Bucket?: string | undefined; Key?: string | undefined; VersionId?: string | undefined },
  action: string,
): Permission[] {
  const version = findVersion(parts, input);
  const bucket = parts.buckets.find(input.Bucket ?? '');
  const named = input.VersionId === undefined ? action : action.replace('Object', 'ObjectVersion');
  const tags = tagContext('ExistingObjectTag', version?.content.tags ?? {});
  const needsKey = action === 'GetObject';
  return [
    onObject(named, input, tags),
    ...listKeyPermissions(bucket, input.Key ?? '', needsKey ? version?.content.encryption : undefined, ['kms:Decrypt']),
  ];
}

async function describe(parts: S3Parts, input: ReadInput, call: CallContext) {
  const bucket = parts.buckets.get(input.Bucket, call.region);
  const version = await getVersion(parts, bucket, input, call);
  checkReadConditions(version, input);
  const range =
    input.PartNumber === undefined ? findRange(input.Range, version.content.size) : findPart(version, input.PartNumber);
  return { version, range, output: { ...writeVersion(bucket, version, input, range), ...writeOverrides(input) } };
}

function findPart({ content }: StoredVersion, number: number): ByteRange {
  const count = content.segments.length;
  if (number < 1 || number > count) {
    throw new AwsError('InvalidPartNumber', 'The requested partnumber is not satisfiable', {
      status: 416,
      details: { PartNumberRequested: number, ActualPartCount: count },
    });
  }
  const before = content.segments.slice(0, number - 1).reduce((sum, { size }) => sum + size, 0);
  return { start: before, end: before + (content.segments[number - 1]?.size ?? 0) };
}

function writeVersion(
  bucket: Bucket,
  version: StoredVersion,
  input: ReadInput,
  range: ByteRange | undefined,
): Record<string, unknown> {
  const { content } = version;
  const tagCount = Object.keys(content.tags).length;
  const { lock } = content;
  return {
    AcceptRanges: 'bytes',
    LastModified: new Date(version.lastModified),
    ETag: content.etag,
    ContentLength: range ? range.end - range.start : content.size,
    ...content.headers,
    Metadata: content.metadata,
    ...writeVersionId(bucket, version),
    ...writeEncryption(content.encryption),
    ...(input.ChecksumMode === 'ENABLED' && !range && writeChecksum(content.checksum)),
    ...(content.storageClass !== 'STANDARD' && { StorageClass: content.storageClass }),
    ...(tagCount > 0 && { TagCount: tagCount }),
    ...(version.replicationStatus && { ReplicationStatus: version.replicationStatus }),
    ...(lock?.mode && { ObjectLockMode: lock.mode, ObjectLockRetainUntilDate: new Date(lock.retainUntil ?? 0) }),
    ...(lock?.legalHold && { ObjectLockLegalHoldStatus: lock.legalHold }),
    ...(input.PartNumber !== undefined && content.parts && { PartsCount: content.parts.length }),
    ...(range && { ContentRange: writeContentRange(range, content.size), $metadata: { httpStatusCode: 206 } }),
  };
}

/** The headers that the request wants to have in the answer instead of the object's own. */
function writeOverrides(input: ReadInput): Record<string, string> {
  const overrides = {
    CacheControl: input.ResponseCacheControl,
    ContentDisposition: input.ResponseContentDisposition,
    ContentEncoding: input.ResponseContentEncoding,
    ContentLanguage: input.ResponseContentLanguage,
    ContentType: input.ResponseContentType,
    ExpiresString: input.ResponseExpires?.toUTCString(),
  };
  return Object.fromEntries(
    Object.entries(overrides).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
