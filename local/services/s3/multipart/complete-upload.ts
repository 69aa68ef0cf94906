// https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html
import { createHash } from 'node:crypto';
import type { CompletedPart, CompleteMultipartUploadCommandInput } from '@aws-sdk/client-s3';
import { AwsError, type Operation } from '../../../runtime/service.ts';
import { type Checksum, createDigest, findGivenChecksum } from '../objects/checksum.ts';
import { checkWriteConditions } from '../objects/preconditions.ts';
import { writeStored } from '../objects/write-content.ts';
import { buildCause, type S3Parts } from '../s3-parts.ts';
import { listPartPermissions } from './upload-part.ts';
import type { Part, Upload } from './uploads.ts';

const SMALLEST_PART_BYTES = 5 * 1024 ** 2;

/** The parts' files become the object's: completing takes the same short time for any size. */
export function createCompleteMultipartUpload(parts: S3Parts): Operation {
  const { buckets, uploads, objects, bodies } = parts;
  return {
    authorize: (input: CompleteMultipartUploadCommandInput) => listPartPermissions(parts, input),
    async handle(input: CompleteMultipartUploadCommandInput, call) {
      const bucket = buckets.get(input.Bucket, call.region);
      const upload = uploads.get(input);
      checkWriteConditions(objects.index(bucket.name).current(upload.key), input);
      const chosen = chooseParts(uploads.parts(upload), input.MultipartUpload?.Parts ?? []);
      const size = chosen.reduce((sum, { segment }) => sum + segment.size, 0);
      if (input.MpuObjectSize !== undefined && Number(input.MpuObjectSize) !== size) {
        throw new AwsError(
          'InvalidRequest',
          `The provided 'x-amz-mp-object-size' header does not match what was computed`,
        );
      }
      const checksum = await computeChecksum(parts, upload, chosen);
      checkChecksum(input, checksum);
      // While the checksum was computed another request may have completed the upload, or aborted it.
      uploads.get(input);
      const content = {
        ...upload.draft,
        segments: chosen.map(({ segment }) => segment),
        parts: chosen.map((part) => ({ size: part.segment.size, checksum: part.checksum })),
        size,
        etag: buildEtag(chosen),
        checksum,
      };
      const unused = uploads.parts(upload).filter((part) => !chosen.includes(part));
      const version = await objects.put(
        bucket,
        { key: upload.key, content },
        buildCause(call, 'CompleteMultipartUpload'),
        { conditions: input, alongside: () => uploads.delete(upload) },
      );
      await bodies.remove(unused.map(({ segment }) => segment));
      const Location = `${parts.context.endpointUrl()}/${bucket.name}/${encodeURI(upload.key)}`;
      return { Bucket: bucket.name, Key: upload.key, Location, ...writeStored(bucket, version) };
    },
  };
}

/** Throws `InvalidPart`, `InvalidPartOrder`, `EntityTooSmall` or `MalformedXML`. */
function chooseParts(uploaded: readonly Part[], named: readonly CompletedPart[]): Part[] {
  if (named.length === 0) {
    throw new AwsError(
      'MalformedXML',
      'The XML you provided was not well-formed or did not validate against our published schema',
    );
  }
  let last = 0;
  const chosen = named.map((completed) => {
    const number = completed.PartNumber ?? 0;
    if (number <= last) {
      throw new AwsError(
        'InvalidPartOrder',
        'The list of parts was not in ascending order. The parts list must be specified in order by part number.',
      );
    }
    last = number;
    const part = uploaded.find((each) => each.number === number);
    const isSame = part && stripQuotes(part.etag) === stripQuotes(completed.ETag ?? '');
    if (!isSame || !matchesChecksum(completed, part.checksum)) {
      throw new AwsError(
        'InvalidPart',
        "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
        { details: { PartNumber: number } },
      );
    }
    return part;
  });
  for (const { segment, number, etag } of chosen.slice(0, -1)) {
    if (segment.size >= SMALLEST_PART_BYTES) continue;
    throw new AwsError('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size', {
      details: {
        ProposedSize: segment.size,
        MinSizeAllowed: SMALLEST_PART_BYTES,
        PartNumber: number,
        ETag: stripQuotes(etag),
      },
    });
  }
  return chosen;
}

function matchesChecksum(completed: CompletedPart, checksum: Checksum): boolean {
  const given = findGivenChecksum(completed, checksum.algorithm);
  return given === undefined || given === checksum.value;
}

async function computeChecksum(parts: S3Parts, upload: Upload, chosen: readonly Part[]): Promise<Checksum> {
  const { algorithm, checksumType: type } = upload;
  const digest = createDigest(algorithm);
  if (type === 'COMPOSITE') {
    for (const { checksum } of chosen) digest.update(Buffer.from(checksum.value, 'base64'));
    return { algorithm, value: `${digest.digest().toString('base64')}-${chosen.length}`, type };
  }
  const segments = chosen.map(({ segment }) => segment);
  const size = segments.reduce((sum, segment) => sum + segment.size, 0);
  for await (const chunk of parts.bodies.read(segments, 0, size)) digest.update(chunk as Buffer);
  return { algorithm, value: digest.digest().toString('base64'), type };
}

function checkChecksum(input: CompleteMultipartUploadCommandInput, checksum: Checksum): void {
  const given = findGivenChecksum(input, checksum.algorithm);
  if (given === undefined || given.replace(/-\d+$/, '') === checksum.value.replace(/-\d+$/, '')) return;
  throw new AwsError('BadDigest', `The ${checksum.algorithm} you specified did not match the calculated checksum.`);
}

/** As S3 does it: the MD5 of the parts' MD5s, and their number. */
function buildEtag(chosen: readonly Part[]): string {
  const md5 = createHash('md5');
  for (const { etag } of chosen) md5.update(Buffer.from(stripQuotes(etag), 'hex'));
  return `"${md5.digest('hex')}-${chosen.length}"`;
}

function stripQuotes(etag: string): string {
  return etag.replaceAll('"', '');
}
