// CreateMultipartUpload, AbortMultipartUpload, ListParts and ListMultipartUploads.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html
import type {
  AbortMultipartUploadCommandInput,
  CreateMultipartUploadCommandInput,
  ListMultipartUploadsCommandInput,
  ListPartsCommandInput,
} from '@aws-sdk/client-s3';
import { AwsError, type Operation } from '../../../runtime/service.ts';
import { encodeKey } from '../listing/encode-key.ts';
import { buildOwner } from '../listing/owner.ts';
import {
  type Checksum,
  type ChecksumAlgorithm,
  DEFAULT_ALGORITHM,
  findAlgorithm,
  writeChecksum,
} from '../objects/checksum.ts';
import { parseTagHeader } from '../objects/tags.ts';
import { buildContentDraft, writeEncryption } from '../objects/write-content.ts';
import { listWritePermissions, onBucket, onObject } from '../permissions.ts';
import type { S3Parts } from '../s3-parts.ts';

export function createMultipartOperations(parts: S3Parts): Record<string, Operation> {
  const { buckets, uploads, bodies, context } = parts;
  return {
    CreateMultipartUpload: {
      authorize: (input: CreateMultipartUploadCommandInput, call) =>
        listWritePermissions(buckets.find(input.Bucket ?? ''), input, parseTagHeader(input.Tagging), call.accountId),
      async handle(input: CreateMultipartUploadCommandInput, call) {
        const bucket = buckets.get(input.Bucket, call.region);
        const named = findAlgorithm(input);
        const algorithm = named ?? DEFAULT_ALGORITHM;
        const upload = uploads.create({
          bucket: bucket.name,
          key: input.Key ?? '',
          initiatedAt: context.clock.now(),
          algorithm,
          namesAlgorithm: named !== undefined,
          checksumType: decideChecksumType(algorithm, input.ChecksumType),
          draft: buildContentDraft(bucket, input, call.accountId, context.clock.now()),
        });
        await context.store.flush();
        return {
          Bucket: bucket.name,
          Key: upload.key,
          UploadId: upload.id,
          ...(named && { ChecksumAlgorithm: algorithm, ChecksumType: upload.checksumType }),
          ...writeEncryption(upload.draft.encryption),
        };
      },
    },
    AbortMultipartUpload: {
      authorize: (input: AbortMultipartUploadCommandInput) => [
        onObject('AbortMultipartUpload', { Bucket: input.Bucket, Key: input.Key }),
      ],
      async handle(input: AbortMultipartUploadCommandInput, call) {
        buckets.get(input.Bucket, call.region);
        const upload = uploads.get(input);
        const segments = uploads.parts(upload).map(({ segment }) => segment);
        uploads.delete(upload);
        await context.store.flush();
        await bodies.remove(segments);
        return {};
      },
    },
    ListParts: {
      authorize: (input: ListPartsCommandInput) => [
        onObject('ListMultipartUploadParts', { Bucket: input.Bucket, Key: input.Key }),
      ],
      handle(input: ListPartsCommandInput, call) {
        buckets.get(input.Bucket, call.region);
        const upload = uploads.get(input);
        const marker = Number(input.PartNumberMarker ?? 0);
        const most = Math.min(input.MaxParts ?? 1000, 1000);
        const rest = uploads.parts(upload).filter(({ number }) => number > marker);
        const page = rest.slice(0, most);
        const owner = buildOwner(call.accountId);
        return {
          Bucket: upload.bucket,
          Key: upload.key,
          UploadId: upload.id,
          PartNumberMarker: String(marker),
          MaxParts: most,
          IsTruncated: page.length < rest.length,
          ...(page.length > 0 && { NextPartNumberMarker: String(page.at(-1)?.number) }),
          Parts: page.map(({ number, segment, etag, checksum, lastModified }) => {
            const { ChecksumType: _, ...value } = writeChecksum(checksum);
            return {
              PartNumber: number,
              Size: segment.size,
              ETag: etag,
              LastModified: new Date(lastModified),
              ...value,
            };
          }),
          Initiator: owner,
          Owner: owner,
          StorageClass: upload.draft.storageClass,
          ...(upload.namesAlgorithm && { ChecksumAlgorithm: upload.algorithm, ChecksumType: upload.checksumType }),
        };
      },
    },
    ListMultipartUploads: {
      authorize: (input: ListMultipartUploadsCommandInput) => [onBucket('ListBucketMultipartUploads', input.Bucket)],
      handle(input: ListMultipartUploadsCommandInput, call) {
        const bucket = buckets.get(input.Bucket, call.region);
        const { KeyMarker = '', UploadIdMarker, Prefix = '', EncodingType } = input;
        const most = Math.min(input.MaxUploads ?? 1000, 1000);
        const all = uploads.list(bucket.name).filter(({ key }) => key.startsWith(Prefix));
        const last = all.findIndex(({ key, id }) => key === KeyMarker && id === UploadIdMarker);
        const rest = last === -1 ? all.filter(({ key }) => key > KeyMarker) : all.slice(last + 1);
        const page = rest.slice(0, most);
        const owner = buildOwner(call.accountId);
        const next = page.length < rest.length ? page.at(-1) : undefined;
        return {
          Bucket: bucket.name,
          Prefix: encodeKey(Prefix, EncodingType),
          KeyMarker: encodeKey(KeyMarker, EncodingType),
          UploadIdMarker: UploadIdMarker ?? '',
          MaxUploads: most,
          IsTruncated: next !== undefined,
          ...(next && { NextKeyMarker: encodeKey(next.key, EncodingType), NextUploadIdMarker: next.id }),
          ...(EncodingType && { EncodingType }),
          Uploads: page.map((upload) => ({
            Key: encodeKey(upload.key, EncodingType),
            UploadId: upload.id,
            Initiated: new Date(upload.initiatedAt),
            StorageClass: upload.draft.storageClass,
            Initiator: owner,
            Owner: owner,
            ...(upload.namesAlgorithm && { ChecksumAlgorithm: upload.algorithm, ChecksumType: upload.checksumType }),
          })),
        };
      },
    },
  };
}

/** Checksums of the CRC kind can be of the whole object; CRC64NVME always is. */
function decideChecksumType(algorithm: ChecksumAlgorithm, asked: string | undefined): Checksum['type'] {
  if (asked === 'FULL_OBJECT' && !algorithm.startsWith('CRC')) {
    throw new AwsError(
      'InvalidRequest',
      `The FULL_OBJECT checksum type cannot be used with the ${algorithm.toLowerCase()} checksum algorithm.`,
    );
  }
  if (asked === 'COMPOSITE' && algorithm === 'CRC64NVME') {
    throw new AwsError(
      'InvalidRequest',
      'The COMPOSITE checksum type cannot be used with the crc64nvme checksum algorithm.',
    );
  }
  return algorithm === 'CRC64NVME' || asked === 'FULL_OBJECT' ? 'FULL_OBJECT' : 'COMPOSITE';
}
