// What a new object has beside its bytes, from the request that writes it; and what an answer says of it.

import { AwsError } from '../../../runtime/service.ts';
import type { Bucket } from '../buckets/bucket.ts';
import { decideEncryption, type WriteInput } from '../permissions.ts';
import { writeChecksum } from './checksum.ts';
import { decideLock } from './object-lock.ts';
import type { Encryption, ObjectContent, ObjectVersion, StoredVersion } from './object-version.ts';
import { parseTagHeader } from './tags.ts';

/** The headers that are kept with an object, by the names of the API's members. */
const KEPT_HEADERS = [
  'CacheControl',
  'ContentDisposition',
  'ContentEncoding',
  'ContentLanguage',
  'ContentType',
  'WebsiteRedirectLocation',
] as const;
const DEFAULT_CONTENT_TYPE = 'binary/octet-stream';
const LARGEST_METADATA_BYTES = 2 * 1024;
const LONGEST_KEY_BYTES = 1024;

export interface ContentInput extends WriteInput {
  readonly Key?: string | undefined;
  readonly Metadata?: Readonly<Record<string, string>> | undefined;
  readonly Expires?: Date | undefined;
}

type Draft = Pick<ObjectContent, 'headers' | 'metadata' | 'tags' | 'storageClass' | 'encryption' | 'lock'>;

/** Throws for a key, metadata, tags or a lock that S3 would not take. */
export function buildContentDraft(bucket: Bucket, input: ContentInput, accountId: string, now: number): Draft {
  const keyBytes = Buffer.byteLength(input.Key ?? '');
  if (keyBytes === 0 || keyBytes > LONGEST_KEY_BYTES) {
    throw new AwsError('KeyTooLongError', 'Your key is too long', {
      details: { Size: keyBytes, MaxSizeAllowed: LONGEST_KEY_BYTES },
    });
  }
  const lock = decideLock(bucket, input, now);
  return {
    headers: readHeaders(input),
    metadata: readMetadata(input.Metadata ?? {}),
    tags: parseTagHeader(input.Tagging),
    storageClass: input.StorageClass ?? 'STANDARD',
    encryption: decideEncryption(bucket, input, accountId),
    ...(lock && { lock }),
  };
}

export function readHeaders(input: object): Record<string, string> {
  const given = input as Record<string, unknown>;
  const headers: Record<string, string> = { ContentType: DEFAULT_CONTENT_TYPE };
  for (const name of KEPT_HEADERS) if (typeof given[name] === 'string') headers[name] = given[name];
  if (given.Expires instanceof Date) headers.ExpiresString = given.Expires.toUTCString();
  return headers;
}

export function readMetadata(metadata: Readonly<Record<string, string>>): Record<string, string> {
  const entries = Object.entries(metadata).map(([name, value]) => [name.toLowerCase(), value] as const);
  const size = entries.reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + Buffer.byteLength(value), 0);
  if (size > LARGEST_METADATA_BYTES) {
    throw new AwsError('MetadataTooLarge', 'Your metadata headers exceed the maximum allowed metadata size', {
      details: { Size: size, MaxSizeAllowed: LARGEST_METADATA_BYTES },
    });
  }
  return Object.fromEntries(entries);
}

/** The members by which answers to writes and reads tell the encryption. */
export function writeEncryption({ algorithm, keyId, bucketKey }: Encryption): Record<string, unknown> {
  return {
    ServerSideEncryption: algorithm,
    ...(keyId !== undefined && { SSEKMSKeyId: keyId }),
    ...(bucketKey && { BucketKeyEnabled: true }),
  };
}

/** An unversioned bucket's answers have no version. */
export function writeVersionId(bucket: Bucket, version: ObjectVersion): { VersionId?: string } {
  return bucket.versioning ? { VersionId: version.versionId } : {};
}

export function writeStored(bucket: Bucket, version: StoredVersion): Record<string, unknown> {
  const { content } = version;
  return {
    ETag: content.etag,
    ...writeChecksum(content.checksum),
    ...writeVersionId(bucket, version),
    ...writeEncryption(content.encryption),
  };
}
