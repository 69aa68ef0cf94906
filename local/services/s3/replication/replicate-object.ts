// The copy of one version to one bucket, made as the replication role.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/setting-repl-config-perm-overview.html
import { listEncryptionPermissions } from '../../../identity/encryption-permission.ts';
import { AwsError, type CallContext, type Operation } from '../../../runtime/service.ts';
import { type Bucket, bucketArn } from '../buckets/bucket.ts';
import type { ObjectVersion } from '../objects/object-version.ts';
import { objectArn } from '../permissions.ts';
import type { S3Parts } from '../s3-parts.ts';
import type { ReplicationTask } from './replication-queue.ts';

export function createReplicateObject(parts: S3Parts): Operation {
  return {
    authorize(task: ReplicationTask) {
      const version = parts.objects.index(task.source).find(task.key, task.versionId);
      if (!version) return [];
      const destination = objectArn(task.target.bucket, task.key);
      if (!version.content) return [{ action: 's3:ReplicateDelete', resource: destination }];
      const source = objectArn(task.source, task.key);
      const bucket = parts.buckets.find(task.target.bucket);
      const tagged = Object.keys(version.content.tags).length > 0;
      return [
        { action: 's3:GetObjectVersionForReplication', resource: source },
        { action: 's3:ReplicateObject', resource: destination },
        ...(tagged ? [{ action: 's3:ReplicateTags', resource: destination }] : []),
        ...listEncryptionPermissions({
          keyId: version.content.encryption.keyId,
          actions: ['kms:Decrypt'],
          service: 's3',
          region: task.region,
          encryptionContext: { 'aws:s3:arn': version.content.encryption.bucketKey ? bucketArn(task.source) : source },
        }),
        ...listEncryptionPermissions({
          keyId: version.content.encryption.algorithm === 'AES256' ? undefined : task.target.keyId,
          actions: ['kms:GenerateDataKey'],
          service: 's3',
          region: bucket?.region ?? task.region,
          encryptionContext: { 'aws:s3:arn': bucket?.encryption.bucketKey ? bucketArn(bucket.name) : destination },
        }),
      ];
    },
    async handle(task: ReplicationTask, call: CallContext) {
      const version = parts.objects.index(task.source).find(task.key, task.versionId);
      // Deleted meanwhile: there is nothing left to copy.
      if (!version) return {};
      const bucket = parts.buckets.getAnywhere(task.target.bucket);
      if (bucket.versioning !== 'Enabled') {
        throw new AwsError('InvalidRequest', `Destination bucket ${bucket.name} must have versioning enabled.`);
      }
      if (parts.objects.index(bucket.name).find(task.key, task.versionId)) return {};
      const cause = { reason: 'PutObject', requester: 's3.amazonaws.com', requestId: call.requestId };
      await parts.objects.putReplica(bucket, await copyVersion(parts, bucket, version, task), cause);
      return {};
    },
  };
}

async function copyVersion(
  parts: S3Parts,
  bucket: Bucket,
  version: ObjectVersion,
  { target }: ReplicationTask,
): Promise<ObjectVersion> {
  const { content } = version;
  if (!content) return version;
  const segments = await Promise.all(content.segments.map((segment) => parts.bodies.duplicate(segment)));
  const isCustomerEncrypted = content.encryption.algorithm !== 'AES256';
  const encryption =
    isCustomerEncrypted && target.keyId
      ? { algorithm: content.encryption.algorithm, keyId: target.keyId, bucketKey: bucket.encryption.bucketKey }
      : bucket.encryption;
  return {
    ...version,
    content: { ...content, segments, encryption, storageClass: target.storageClass ?? content.storageClass },
  };
}
