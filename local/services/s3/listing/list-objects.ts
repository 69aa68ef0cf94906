// ListObjectsV2 and its predecessor ListObjects. https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
import type { ListObjectsCommandInput, ListObjectsV2CommandInput } from '@aws-sdk/client-s3';
import { AwsError, type Operation, type Permission } from '../../../runtime/service.ts';
import { hasContent, type StoredVersion } from '../objects/object-version.ts';
import { onBucket } from '../permissions.ts';
import type { S3Parts } from '../s3-parts.ts';
import { encodeKey } from './encode-key.ts';
import { listPage, type Page } from './list-page.ts';
import { buildOwner } from './owner.ts';

const MOST_KEYS = 1000;

interface ListInput {
  readonly Bucket?: string | undefined;
  readonly Prefix?: string | undefined;
  readonly Delimiter?: string | undefined;
  readonly MaxKeys?: number | undefined;
  readonly EncodingType?: string | undefined;
}

export function createListObjectsV2(parts: S3Parts): Operation {
  return {
    authorize: (input: ListObjectsV2CommandInput) => listPermission(input),
    handle(input: ListObjectsV2CommandInput, call) {
      const bucket = parts.buckets.get(input.Bucket, call.region);
      const after = input.ContinuationToken === undefined ? input.StartAfter : readToken(input.ContinuationToken);
      const page = readPage(parts, bucket.name, input, after ?? '');
      const { last, ...members } = writePage(page, input, input.FetchOwner ? call.accountId : undefined);
      return {
        ...members,
        Name: bucket.name,
        KeyCount: page.entries.length,
        ...(input.ContinuationToken !== undefined && { ContinuationToken: input.ContinuationToken }),
        ...(input.StartAfter !== undefined && { StartAfter: encodeKey(input.StartAfter, input.EncodingType) }),
        ...(page.isTruncated && { NextContinuationToken: Buffer.from(last ?? '').toString('base64') }),
      };
    },
  };
}

export function createListObjects(parts: S3Parts): Operation {
  return {
    authorize: (input: ListObjectsCommandInput) => listPermission(input),
    handle(input: ListObjectsCommandInput, call) {
      const bucket = parts.buckets.get(input.Bucket, call.region);
      const page = readPage(parts, bucket.name, input, input.Marker ?? '');
      const { last, ...members } = writePage(page, input, call.accountId);
      return {
        ...members,
        Name: bucket.name,
        Marker: encodeKey(input.Marker ?? '', input.EncodingType),
        ...(page.isTruncated && input.Delimiter && { NextMarker: encodeKey(last ?? '', input.EncodingType) }),
      };
    },
  };
}

/** The permission to list, with the keys by which policies narrow it down. */
export function listPermission(input: ListInput, action = 'ListBucket'): Permission[] {
  return [
    onBucket(action, input.Bucket, {
      's3:prefix': input.Prefix,
      's3:delimiter': input.Delimiter,
      's3:max-keys': input.MaxKeys,
    }),
  ];
}

export function readMaxKeys(most: number | undefined): number {
  if (most !== undefined && (most < 0 || !Number.isInteger(most))) {
    throw new AwsError('InvalidArgument', 'Argument maxKeys must be an integer between 0 and 2147483647', {
      details: { ArgumentName: 'maxKeys', ArgumentValue: most },
    });
  }
  return Math.min(most ?? MOST_KEYS, MOST_KEYS);
}

function readPage(parts: S3Parts, bucket: string, input: ListInput, after: string): Page<StoredVersion> {
  const { Prefix: prefix = '', Delimiter: delimiter } = input;
  const index = parts.objects.index(bucket);
  function* current() {
    for (const { key, versions } of index.keys(prefix)) {
      const [version] = versions;
      if (key > after && hasContent(version)) yield { key, item: version };
    }
  }
  return listPage(current(), { prefix, delimiter, most: readMaxKeys(input.MaxKeys) }, after);
}

function writePage(page: Page<StoredVersion>, input: ListInput, owner: string | undefined) {
  const { EncodingType } = input;
  const Contents = page.entries.flatMap((entry) =>
    'item' in entry ? [writeObject(entry.item, EncodingType, owner)] : [],
  );
  const CommonPrefixes = page.entries.flatMap((entry) =>
    'prefix' in entry ? [{ Prefix: encodeKey(entry.prefix, EncodingType) }] : [],
  );
  const entry = page.entries.at(-1);
  return {
    last: entry && ('item' in entry ? entry.item.key : entry.prefix),
    Prefix: encodeKey(input.Prefix ?? '', EncodingType),
    MaxKeys: readMaxKeys(input.MaxKeys),
    IsTruncated: page.isTruncated,
    ...(input.Delimiter && { Delimiter: encodeKey(input.Delimiter, EncodingType) }),
    ...(EncodingType && { EncodingType }),
    ...(Contents.length > 0 && { Contents }),
    ...(CommonPrefixes.length > 0 && { CommonPrefixes }),
  };
}

function writeObject(
  { key, lastModified, content }: StoredVersion,
  encodingType: string | undefined,
  owner: string | undefined,
) {
  return {
    Key: encodeKey(key, encodingType),
    LastModified: new Date(lastModified),
    ETag: content.etag,
    Size: content.size,
    StorageClass: content.storageClass,
    ...(content.checksum && {
      ChecksumAlgorithm: [content.checksum.algorithm],
      ChecksumType: content.checksum.type,
    }),
    ...(owner !== undefined && { Owner: buildOwner(owner) }),
  };
}

function readToken(token: string): string {
  const key = Buffer.from(token, 'base64');
  if (key.toString('base64') !== token) {
    throw new AwsError('InvalidArgument', 'The continuation token provided is incorrect', {
      details: { ArgumentName: 'continuation-token' },
    });
  }
  return key.toString();
}
