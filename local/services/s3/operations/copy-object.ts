// https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
import type { CopyObjectCommandInput } from '@aws-sdk/client-s3';
import { AwsError, type Operation } from '../../../runtime/service.ts';
import type { Checksum } from '../objects/checksum.ts';
import { createDigest, findAlgorithm, writeChecksum } from '../objects/checksum.ts';
import { getCopySource, listSourcePermissions, parseCopySource } from '../objects/copy-source.ts';
import type { ObjectContent, StoredVersion } from '../objects/object-version.ts';
import { parseTagHeader } from '../objects/tags.ts';
import { buildContentDraft, writeEncryption, writeVersionId } from '../objects/write-content.ts';
import { listWritePermissions } from '../permissions.ts';
import { buildCause, type S3Parts } from '../s3-parts.ts';

const LARGEST_COPY_BYTES = 5 * 1024 ** 3;

export function createCopyObject(parts: S3Parts): Operation {
  const { buckets, bodies, objects, context } = parts;
  return {
    authorize(input: CopyObjectCommandInput, call) {
      const takesTags = input.TaggingDirective !== 'REPLACE';
      const tags = takesTags ? {} : parseTagHeader(input.Tagging);
      return [
        ...listSourcePermissions(parts, parseCopySource(input.CopySource), takesTags),
        ...listWritePermissions(buckets.find(input.Bucket ?? ''), input, tags, call.accountId),
      ];
    },
    async handle(input: CopyObjectCommandInput, call) {
      const bucket = buckets.get(input.Bucket, call.region);
      const source = await getCopySource(parts, input, call);
      refuseIdleCopy(input);
      if (source.content.size > LARGEST_COPY_BYTES) {
        throw new AwsError(
          'InvalidRequest',
          'The specified copy source is larger than the maximum allowable size for a copy source: 5368709120',
        );
      }
      const draft = buildContentDraft(bucket, input, call.accountId, context.clock.now());
      const kept = keepFromSource(source, input);
      const checksum = await computeChecksum(parts, source, input);
      const segments = await Promise.all(source.content.segments.map((segment) => bodies.duplicate(segment)));
      // A copy has one part, however its source was uploaded; the bytes stay in the same pieces.
      const content: ObjectContent = {
        ...draft,
        ...kept,
        segments,
        size: source.content.size,
        etag: source.content.etag,
        ...(checksum && { checksum }),
      };
      try {
        const cause = buildCause(call, 'CopyObject');
        const version = await objects.put(bucket, { key: input.Key ?? '', content }, cause, { conditions: input });
        return {
          CopyObjectResult: {
            ETag: content.etag,
            LastModified: new Date(version.lastModified),
            ...writeChecksum(checksum),
          },
          ...(buckets.getAnywhere(parseCopySource(input.CopySource).Bucket).versioning && {
            CopySourceVersionId: source.versionId,
          }),
          ...writeVersionId(bucket, version),
          ...writeEncryption(content.encryption),
        };
      } catch (error) {
        await bodies.remove(segments);
        throw error;
      }
    },
  };
}

/** A copy of an object onto itself must change something. */
function refuseIdleCopy(input: CopyObjectCommandInput): void {
  const source = parseCopySource(input.CopySource);
  const isSelf = source.Bucket === input.Bucket && source.Key === input.Key && source.VersionId === undefined;
  const changes =
    input.MetadataDirective === 'REPLACE' ||
    input.TaggingDirective === 'REPLACE' ||
    input.StorageClass ||
    input.ServerSideEncryption ||
    input.WebsiteRedirectLocation;
  if (isSelf && !changes) {
    throw new AwsError(
      'InvalidRequest',
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
    );
  }
}

function keepFromSource(source: StoredVersion, input: CopyObjectCommandInput): Partial<ObjectContent> {
  const { headers, metadata, tags } = source.content;
  return {
    ...(input.MetadataDirective !== 'REPLACE' && { headers, metadata }),
    ...(input.TaggingDirective !== 'REPLACE' && { tags }),
  };
}

/** The source's checksum goes along, unless the request asks for another. */
async function computeChecksum(
  parts: S3Parts,
  { content }: StoredVersion,
  input: CopyObjectCommandInput,
): Promise<Checksum | undefined> {
  const algorithm = findAlgorithm(input) ?? content.checksum?.algorithm;
  if (!algorithm) return undefined;
  if (content.checksum?.algorithm === algorithm && content.checksum.type === 'FULL_OBJECT') return content.checksum;
  const digest = createDigest(algorithm);
  for await (const chunk of parts.bodies.read(content.segments, 0, content.size)) digest.update(chunk as Buffer);
  return { algorithm, value: digest.digest().toString('base64'), type: 'FULL_OBJECT' };
}
