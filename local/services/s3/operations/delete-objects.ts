// DeleteObject and DeleteObjects. https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObject.html
import type { DeleteObjectCommandInput, DeleteObjectsCommandInput } from '@aws-sdk/client-s3';
import { AwsError, type CallContext, type Operation, type Permission } from '../../../runtime/service.ts';
import type { Bucket } from '../buckets/bucket.ts';
import { checkDeletable } from '../objects/object-lock.ts';
import type { Deletion } from '../objects/object-store.ts';
import { checkWriteConditions } from '../objects/preconditions.ts';
import { onObject } from '../permissions.ts';
import { buildCause, type S3Parts } from '../s3-parts.ts';

const MOST_OBJECTS = 1000;

interface DeleteInput {
  readonly Bucket?: string | undefined;
  readonly Key?: string | undefined;
  readonly VersionId?: string | undefined;
  readonly BypassGovernanceRetention?: boolean | undefined;
}

export function createDeleteObject(parts: S3Parts): Operation {
  return {
    authorize: (input: DeleteObjectCommandInput) => listDeletePermissions(input),
    async handle(input: DeleteObjectCommandInput, call) {
      const bucket = parts.buckets.get(input.Bucket, call.region);
      if (input.IfMatch !== undefined) {
        checkWriteConditions(parts.objects.index(bucket.name).current(input.Key ?? ''), { IfMatch: input.IfMatch });
      }
      const { isDeleteMarker, versionId } = await deleteVersion(parts, bucket, input, call);
      return {
        ...(isDeleteMarker && { DeleteMarker: true }),
        ...(versionId !== undefined && { VersionId: versionId }),
      };
    },
  };
}

/** Each object is decided by itself, permissions among it: one that may not be deleted stands among the errors. */
export function createDeleteObjects(parts: S3Parts): Operation {
  return {
    authorize: () => [],
    async handle(input: DeleteObjectsCommandInput, call) {
      parts.buckets.get(input.Bucket, call.region);
      const { Objects = [], Quiet = false } = input.Delete ?? {};
      if (Objects.length === 0 || Objects.length > MOST_OBJECTS) {
        throw new AwsError(
          'MalformedXML',
          'The XML you provided was not well-formed or did not validate against our published schema',
        );
      }
      const Deleted: object[] = [];
      const Errors: object[] = [];
      for (const { Key, VersionId } of Objects) {
        const named = { Key, ...(VersionId !== undefined && { VersionId }) };
        try {
          const output = await deleteAsCaller(parts, { ...input, ...named }, call);
          Deleted.push({ ...named, ...writeDeleted(output) });
        } catch (error) {
          if (!(error instanceof AwsError)) throw error;
          Errors.push({ ...named, Code: error.code, Message: error.message });
        }
      }
      return { ...(!Quiet && { Deleted }), ...(Errors.length > 0 && { Errors }) };
    },
  };
}

function deleteAsCaller(parts: S3Parts, input: DeleteInput, call: CallContext) {
  const { Bucket, Key, VersionId, BypassGovernanceRetention } = input;
  return parts.context.call<{ DeleteMarker?: boolean; VersionId?: string }>({
    service: 's3',
    operation: 'DeleteObject',
    input: { Bucket, Key, VersionId, BypassGovernanceRetention },
    principal: call.principal,
    region: call.region,
  });
}

function writeDeleted({ DeleteMarker, VersionId }: { DeleteMarker?: boolean; VersionId?: string }): object {
  return DeleteMarker ? { DeleteMarker: true, DeleteMarkerVersionId: VersionId } : {};
}

function listDeletePermissions(input: DeleteInput): Permission[] {
  return [
    onObject(input.VersionId === undefined ? 'DeleteObject' : 'DeleteObjectVersion', input),
    ...(input.BypassGovernanceRetention ? [onObject('BypassGovernanceRetention', input)] : []),
  ];
}

function deleteVersion(parts: S3Parts, bucket: Bucket, input: DeleteInput, call: CallContext): Promise<Deletion> {
  const { Key = '', VersionId, BypassGovernanceRetention = false } = input;
  const version = VersionId === undefined ? undefined : parts.objects.index(bucket.name).find(Key, VersionId);
  if (version) checkDeletable(version, parts.context.clock.now(), BypassGovernanceRetention);
  return parts.objects.delete(bucket, Key, VersionId, buildCause(call, 'DeleteObject'));
}
