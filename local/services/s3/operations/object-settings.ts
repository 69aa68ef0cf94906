// Tags, retention and legal holds of objects. None of these touches the object's bytes.
import type {
  DeleteObjectTaggingCommandInput,
  GetObjectLegalHoldCommandInput,
  GetObjectRetentionCommandInput,
  GetObjectTaggingCommandInput,
  PutObjectLegalHoldCommandInput,
  PutObjectRetentionCommandInput,
  PutObjectTaggingCommandInput,
} from '@aws-sdk/client-s3';
import { AwsError, type CallContext, type Operation } from '../../../runtime/service.ts';
import { findVersion, getVersion } from '../objects/find-version.ts';
import { changeRetention } from '../objects/object-lock.ts';
import type { ObjectContent, StoredVersion } from '../objects/object-version.ts';
import { readTagSet, writeTagSet } from '../objects/tags.ts';
import { writeVersionId } from '../objects/write-content.ts';
import { onObject, tagContext } from '../permissions.ts';
import { buildCause, type S3Parts } from '../s3-parts.ts';

interface ObjectInput {
  readonly Bucket?: string | undefined;
  readonly Key?: string | undefined;
  readonly VersionId?: string | undefined;
}

export function createObjectSettingOperations(parts: S3Parts): Record<string, Operation> {
  const locate = async (input: ObjectInput, call: CallContext) => {
    const bucket = parts.buckets.get(input.Bucket, call.region);
    return { bucket, version: await getVersion(parts, bucket, input, call) };
  };
  const locateLocked = async (input: ObjectInput, call: CallContext) => {
    const located = await locate(input, call);
    if (!located.bucket.objectLock) {
      throw new AwsError('InvalidRequest', 'Bucket is missing Object Lock Configuration');
    }
    return located;
  };
  const update = (located: Awaited<ReturnType<typeof locate>>, change: Partial<ObjectContent>) =>
    parts.objects.update(located.bucket, withContent(located.version, change));
  const on =
    (action: string) =>
    (input: ObjectInput, further: Record<string, string> = {}) => {
      const named = input.VersionId === undefined ? action : action.replace('ObjectTagging', 'ObjectVersionTagging');
      const tags = tagContext('ExistingObjectTag', findVersion(parts, input)?.content.tags ?? {});
      return onObject(named, input, { ...tags, ...further });
    };

  return {
    GetObjectTagging: {
      authorize: (input: GetObjectTaggingCommandInput) => [on('GetObjectTagging')(input)],
      async handle(input: GetObjectTaggingCommandInput, call) {
        const { bucket, version } = await locate(input, call);
        return { TagSet: writeTagSet(version.content.tags), ...writeVersionId(bucket, version) };
      },
    },
    PutObjectTagging: {
      authorize: (input: PutObjectTaggingCommandInput) => {
        const tags = readTagSet(input.Tagging?.TagSet ?? []);
        return [on('PutObjectTagging')(input, tagContext('RequestObjectTag', tags))];
      },
      async handle(input: PutObjectTaggingCommandInput, call) {
        const located = await locate(input, call);
        const tags = readTagSet(input.Tagging?.TagSet ?? []);
        parts.events.note(located.bucket, 'Object Tags Added', located.version, buildCause(call, 'PutObjectTagging'));
        await update(located, { tags });
        return writeVersionId(located.bucket, located.version);
      },
    },
    DeleteObjectTagging: {
      authorize: (input: DeleteObjectTaggingCommandInput) => [on('DeleteObjectTagging')(input)],
      async handle(input: DeleteObjectTaggingCommandInput, call) {
        const located = await locate(input, call);
        const cause = buildCause(call, 'DeleteObjectTagging');
        parts.events.note(located.bucket, 'Object Tags Deleted', located.version, cause);
        await update(located, { tags: {} });
        return writeVersionId(located.bucket, located.version);
      },
    },
    GetObjectRetention: {
      authorize: (input: GetObjectRetentionCommandInput) => [on('GetObjectRetention')(input)],
      async handle(input: GetObjectRetentionCommandInput, call) {
        const { version } = await locateLocked(input, call);
        const { lock } = version.content;
        if (!lock?.mode) throw noLock();
        return { Retention: { Mode: lock.mode, RetainUntilDate: new Date(lock.retainUntil ?? 0) } };
      },
    },
    PutObjectRetention: {
      authorize: (input: PutObjectRetentionCommandInput) => [
        on('PutObjectRetention')(input),
        ...(input.BypassGovernanceRetention ? [on('BypassGovernanceRetention')(input)] : []),
      ],
      async handle(input: PutObjectRetentionCommandInput, call) {
        const located = await locateLocked(input, call);
        const { lock } = located.version.content;
        const mayBypass = input.BypassGovernanceRetention ?? false;
        await update(located, {
          lock: changeRetention(lock, input.Retention ?? {}, parts.context.clock.now(), mayBypass),
        });
        return {};
      },
    },
    GetObjectLegalHold: {
      authorize: (input: GetObjectLegalHoldCommandInput) => [on('GetObjectLegalHold')(input)],
      async handle(input: GetObjectLegalHoldCommandInput, call) {
        const { version } = await locateLocked(input, call);
        const status = version.content.lock?.legalHold;
        if (!status) throw noLock();
        return { LegalHold: { Status: status } };
      },
    },
    PutObjectLegalHold: {
      authorize: (input: PutObjectLegalHoldCommandInput) => [on('PutObjectLegalHold')(input)],
      async handle(input: PutObjectLegalHoldCommandInput, call) {
        const located = await locateLocked(input, call);
        const legalHold = input.LegalHold?.Status === 'ON' ? 'ON' : 'OFF';
        await update(located, { lock: { ...located.version.content.lock, legalHold } });
        return {};
      },
    },
  };
}

function withContent(version: StoredVersion, change: Partial<ObjectContent>): StoredVersion {
  return { ...version, content: { ...version.content, ...change } };
}

function noLock(): AwsError {
  return new AwsError(
    'NoSuchObjectLockConfiguration',
    'The specified object does not have a ObjectLock configuration',
    { status: 404 },
  );
}
