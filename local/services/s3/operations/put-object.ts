// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
import type { PutObjectCommandInput } from '@aws-sdk/client-s3';
import type { Operation } from '../../../runtime/service.ts';
import { checkWriteConditions } from '../objects/preconditions.ts';
import { receiveBody } from '../objects/receive-body.ts';
import { parseTagHeader } from '../objects/tags.ts';
import { buildContentDraft, writeStored } from '../objects/write-content.ts';
import { listWritePermissions } from '../permissions.ts';
import { buildCause, type S3Parts } from '../s3-parts.ts';

export function createPutObject(parts: S3Parts): Operation {
  const { buckets, bodies, objects, context } = parts;
  return {
    authorize: (input: PutObjectCommandInput, call) =>
      listWritePermissions(buckets.find(input.Bucket ?? ''), input, parseTagHeader(input.Tagging), call.accountId),
    async handle(input: PutObjectCommandInput, call) {
      const bucket = buckets.get(input.Bucket, call.region);
      const key = input.Key ?? '';
      const draft = buildContentDraft(bucket, input, call.accountId, context.clock.now());
      // Spares the transfer when it is known to be in vain; what counts is the check when the object is put.
      checkWriteConditions(objects.index(bucket.name).current(key), input);
      const { segment, md5, checksum } = await receiveBody(bodies, input);
      const content = {
        ...draft,
        segments: [segment],
        size: segment.size,
        etag: `"${md5.toString('hex')}"`,
        checksum,
      };
      try {
        const cause = buildCause(call, 'PutObject');
        const version = await objects.put(bucket, { key, content }, cause, { conditions: input });
        return writeStored(bucket, version);
      } catch (error) {
        await bodies.remove([segment]);
        throw error;
      }
    },
  };
}
