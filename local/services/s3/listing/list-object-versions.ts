// https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html
import type { ListObjectVersionsCommandInput } from '@aws-sdk/client-s3';
import type { Operation } from '../../../runtime/service.ts';
import type { ObjectVersion } from '../objects/object-version.ts';
import type { S3Parts } from '../s3-parts.ts';
import { encodeKey } from './encode-key.ts';
import { listPermission, readMaxKeys } from './list-objects.ts';
import { listPage } from './list-page.ts';
import { buildOwner } from './owner.ts';

interface ListedVersion {
  readonly version: ObjectVersion;
  readonly isLatest: boolean;
}

export function createListObjectVersions(parts: S3Parts): Operation {
  return {
    authorize: (input: ListObjectVersionsCommandInput) => listPermission(input, 'ListBucketVersions'),
    handle(input: ListObjectVersionsCommandInput, call) {
      const bucket = parts.buckets.get(input.Bucket, call.region);
      const { Prefix: prefix = '', Delimiter: delimiter, EncodingType, KeyMarker = '' } = input;
      const most = readMaxKeys(input.MaxKeys);
      const page = listPage(readVersions(parts, bucket.name, input), { prefix, delimiter, most }, KeyMarker);
      const listed = page.entries.flatMap((entry) => ('item' in entry ? [entry.item] : []));
      const CommonPrefixes = page.entries.flatMap((entry) =>
        'prefix' in entry ? [{ Prefix: encodeKey(entry.prefix, EncodingType) }] : [],
      );
      const Owner = buildOwner(call.accountId);
      const write = ({ version, isLatest }: ListedVersion) => ({
        Key: encodeKey(version.key, EncodingType),
        VersionId: version.versionId,
        IsLatest: isLatest,
        LastModified: new Date(version.lastModified),
        Owner,
        ...(version.content && {
          ETag: version.content.etag,
          Size: version.content.size,
          StorageClass: version.content.storageClass,
        }),
      });
      const last = page.entries.at(-1);
      return {
        Name: bucket.name,
        Prefix: encodeKey(prefix, EncodingType),
        KeyMarker: encodeKey(KeyMarker, EncodingType),
        VersionIdMarker: input.VersionIdMarker ?? '',
        MaxKeys: most,
        IsTruncated: page.isTruncated,
        ...(delimiter && { Delimiter: encodeKey(delimiter, EncodingType) }),
        ...(EncodingType && { EncodingType }),
        Versions: listed.filter(({ version }) => version.content).map(write),
        DeleteMarkers: listed.filter(({ version }) => !version.content).map(write),
        ...(CommonPrefixes.length > 0 && { CommonPrefixes }),
        ...(page.isTruncated && last && writeNextMarkers(last, EncodingType)),
      };
    },
  };
}

/** From behind the markers on: behind a version of the key when one is named, else behind all of them. */
function* readVersions(parts: S3Parts, bucket: string, input: ListObjectVersionsCommandInput) {
  const { Prefix = '', KeyMarker = '', VersionIdMarker } = input;
  for (const { key, versions } of parts.objects.index(bucket).keys(Prefix)) {
    const isMarked = KeyMarker !== '' && key === KeyMarker;
    if (key < KeyMarker || (isMarked && !VersionIdMarker)) continue;
    const first = isMarked ? versions.findIndex(({ versionId }) => versionId === VersionIdMarker) + 1 : 0;
    for (const [position, version] of versions.entries()) {
      if (position >= first) yield { key, item: { version, isLatest: position === 0 } };
    }
  }
}

function writeNextMarkers(last: { prefix: string } | { item: ListedVersion }, encodingType: string | undefined) {
  if ('prefix' in last) return { NextKeyMarker: encodeKey(last.prefix, encodingType) };
  const { key, versionId } = last.item.version;
  return { NextKeyMarker: encodeKey(key, encodingType), NextVersionIdMarker: versionId };
}
