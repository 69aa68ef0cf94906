// UploadPart and UploadPartCopy. https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPart.html
import type { UploadPartCommandInput, UploadPartCopyCommandInput } from '@aws-sdk/client-s3';
import { AwsError, type Operation, type Permission } from '../../../runtime/service.ts';
import { findRange } from '../objects/byte-range.ts';
import { findAlgorithm, writeChecksum } from '../objects/checksum.ts';
import { getCopySource, listSourcePermissions, parseCopySource } from '../objects/copy-source.ts';
import { type ReceivedBody, receiveBody } from '../objects/receive-body.ts';
import { writeEncryption } from '../objects/write-content.ts';
import { listKeyPermissions, onObject } from '../permissions.ts';
import type { S3Parts } from '../s3-parts.ts';
import type { Part, Upload } from './uploads.ts';

const LARGEST_PART_NUMBER = 10_000;

export function createUploadPart(parts: S3Parts): Operation {
  return {
    authorize: (input: UploadPartCommandInput) => listPartPermissions(parts, input),
    async handle(input: UploadPartCommandInput, call) {
      parts.buckets.get(input.Bucket, call.region);
      const upload = parts.uploads.get(input);
      const number = readPartNumber(input.PartNumber);
      const used = findAlgorithm(input) ?? upload.algorithm;
      if (upload.namesAlgorithm && used !== upload.algorithm) {
        throw new AwsError(
          'InvalidRequest',
          `Checksum Type mismatch occurred, expected checksum Type: ${upload.algorithm.toLowerCase()}, actual checksum Type: ${used.toLowerCase()}`,
        );
      }
      const part = await putPart(parts, upload, number, await receiveBody(parts.bodies, input, upload.algorithm));
      const { ChecksumType: _, ...checksum } = writeChecksum(part.checksum);
      return { ETag: part.etag, ...checksum, ...writeEncryption(upload.draft.encryption) };
    },
  };
}

export function createUploadPartCopy(parts: S3Parts): Operation {
  return {
    authorize: (input: UploadPartCopyCommandInput) => [
      ...listSourcePermissions(parts, parseCopySource(input.CopySource), false),
      ...listPartPermissions(parts, input),
    ],
    async handle(input: UploadPartCopyCommandInput, call) {
      parts.buckets.get(input.Bucket, call.region);
      const upload = parts.uploads.get(input);
      const number = readPartNumber(input.PartNumber);
      const source = await getCopySource(parts, input, call);
      const { content } = source;
      const { start, end } = findRange(input.CopySourceRange, content.size) ?? { start: 0, end: content.size };
      const Body = parts.bodies.read(content.segments, start, end);
      const part = await putPart(parts, upload, number, await receiveBody(parts.bodies, { Body }, upload.algorithm));
      const { ChecksumType: _, ...checksum } = writeChecksum(part.checksum);
      return {
        CopyPartResult: { ETag: part.etag, LastModified: new Date(part.lastModified), ...checksum },
        ...writeEncryption(upload.draft.encryption),
      };
    },
  };
}

/** Writing with a customer's key in parts takes both of its permissions. */
export function listPartPermissions(
  parts: S3Parts,
  input: { Bucket?: string | undefined; Key?: string | undefined; UploadId?: string | undefined },
): Permission[] {
  const bucket = parts.buckets.find(input.Bucket ?? '');
  const encryption = parts.uploads.find(input.UploadId ?? '')?.draft.encryption;
  const target = { Bucket: input.Bucket, Key: input.Key };
  return [
    onObject('PutObject', target),
    ...listKeyPermissions(bucket, input.Key ?? '', encryption, ['kms:GenerateDataKey', 'kms:Decrypt']),
  ];
}

async function putPart(parts: S3Parts, upload: Upload, number: number, received: ReceivedBody): Promise<Part> {
  const { segment, md5, checksum } = received;
  const lastModified = parts.context.clock.now();
  const part = { number, segment, etag: `"${md5.toString('hex')}"`, checksum, lastModified };
  // It may have been completed or aborted while the bytes came in.
  if (!parts.uploads.find(upload.id)) {
    await parts.bodies.remove([segment]);
    parts.uploads.get({ Bucket: upload.bucket, Key: upload.key, UploadId: upload.id });
  }
  const replaced = parts.uploads.putPart(upload, part);
  await parts.context.store.flush();
  if (replaced) await parts.bodies.remove([replaced.segment]);
  const subject = `${upload.bucket}/${upload.key}`;
  parts.context.trace.record({ service: 's3', name: 'part-stored', subject, details: { number } });
  return part;
}

function readPartNumber(number: number | undefined): number {
  if (number !== undefined && Number.isInteger(number) && number >= 1 && number <= LARGEST_PART_NUMBER) return number;
  throw new AwsError(
    'InvalidArgument',
    `Part number must be an integer between 1 and ${LARGEST_PART_NUMBER}, inclusive`,
    { details: { ArgumentName: 'partNumber', ArgumentValue: number } },
  );
}
