// Which permissions the requests need, and the condition keys that S3 adds.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
import { listEncryptionPermissions } from '../../identity/encryption-permission.ts';
import type { Permission } from '../../runtime/service.ts';
import { type Bucket, bucketArn, NO_CUSTOMER_KEY } from './buckets/bucket.ts';
import type { Encryption } from './objects/object-version.ts';

export interface EncryptionInput {
  readonly ServerSideEncryption?: string | undefined;
  readonly SSEKMSKeyId?: string | undefined;
  readonly BucketKeyEnabled?: boolean | undefined;
}

export interface WriteInput extends EncryptionInput {
  readonly Tagging?: string | undefined;
  readonly StorageClass?: string | undefined;
  readonly ACL?: string | undefined;
  readonly ObjectLockMode?: string | undefined;
  readonly ObjectLockRetainUntilDate?: Date | undefined;
  readonly ObjectLockLegalHoldStatus?: string | undefined;
}

export function objectArn(bucket: string, key: string): string {
  return `${bucketArn(bucket)}/${key}`;
}

export function onBucket(
  action: string,
  bucket: string | undefined,
  context: Readonly<Record<string, string | number | undefined>> = {},
): Permission {
  return { action: `s3:${action}`, resource: bucketArn(bucket ?? ''), context: dropAbsent(context) };
}

export function onObject(
  action: string,
  input: {
    readonly Bucket?: string | undefined;
    readonly Key?: string | undefined;
    readonly VersionId?: string | undefined;
  },
  context: Readonly<Record<string, string | number | undefined>> = {},
): Permission {
  return {
    action: `s3:${action}`,
    resource: objectArn(input.Bucket ?? '', input.Key ?? ''),
    context: dropAbsent({ 's3:VersionId': input.VersionId, ...context }),
  };
}

/** How a new object is encrypted: as the request says, else as the bucket does. */
export function decideEncryption(bucket: Bucket | undefined, input: EncryptionInput, accountId: string): Encryption {
  const preset = bucket?.encryption ?? NO_CUSTOMER_KEY;
  const algorithm = input.ServerSideEncryption ?? preset.algorithm;
  if (algorithm === 'AES256') return { algorithm };
  const keyId = input.SSEKMSKeyId ?? (preset.algorithm === algorithm ? preset.keyId : undefined) ?? 'alias/aws/s3';
  return {
    algorithm,
    keyId: toKeyArn(keyId, bucket?.region ?? '', accountId),
    bucketKey: input.BucketKeyEnabled ?? preset.bucketKey,
  };
}

/** What writing an object needs, by the members of the request that write more than bytes. */
export function listWritePermissions(
  bucket: Bucket | undefined,
  input: WriteInput & { readonly Bucket?: string | undefined; readonly Key?: string | undefined },
  tags: Readonly<Record<string, string>>,
  accountId: string,
): Permission[] {
  const context = {
    's3:x-amz-acl': input.ACL,
    's3:x-amz-storage-class': input.StorageClass,
    's3:x-amz-server-side-encryption': input.ServerSideEncryption,
    's3:x-amz-server-side-encryption-aws-kms-key-id': input.SSEKMSKeyId,
    's3:object-lock-mode': input.ObjectLockMode,
    's3:object-lock-retain-until-date': input.ObjectLockRetainUntilDate?.toISOString(),
    's3:object-lock-legal-hold': input.ObjectLockLegalHoldStatus,
    ...tagContext('RequestObjectTag', tags),
  };
  const actions = [
    'PutObject',
    ...(input.Tagging ? ['PutObjectTagging'] : []),
    ...(input.ObjectLockMode ? ['PutObjectRetention'] : []),
    ...(input.ObjectLockLegalHoldStatus ? ['PutObjectLegalHold'] : []),
  ];
  const target = { Bucket: input.Bucket, Key: input.Key };
  const encryption = decideEncryption(bucket, input, accountId);
  return [
    ...actions.map((action) => onObject(action, target, context)),
    ...listKeyPermissions(bucket, input.Key ?? '', encryption, ['kms:GenerateDataKey']),
  ];
}

/** What reading or writing with a customer's key needs. */
export function listKeyPermissions(
  bucket: Bucket | undefined,
  key: string,
  encryption: Encryption | undefined,
  actions: readonly ('kms:Decrypt' | 'kms:GenerateDataKey')[],
): Permission[] {
  if (!bucket || !encryption) return [];
  const arn = encryption.bucketKey ? bucketArn(bucket.name) : objectArn(bucket.name, key);
  return listEncryptionPermissions({
    keyId: encryption.keyId,
    actions,
    service: 's3',
    region: bucket.region,
    encryptionContext: { 'aws:s3:arn': arn },
  });
}

export function tagContext(
  name: 'RequestObjectTag' | 'ExistingObjectTag',
  tags: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(Object.entries(tags).map(([key, value]) => [`s3:${name}/${key}`, value]));
}

function toKeyArn(keyId: string, region: string, accountId: string): string {
  if (keyId.startsWith('arn:')) return keyId;
  return `arn:aws:kms:${region}:${accountId}:${keyId.startsWith('alias/') ? keyId : `key/${keyId}`}`;
}

function dropAbsent(context: Readonly<Record<string, string | number | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(context).flatMap(([key, value]) => (value === undefined ? [] : [[key, String(value)]])),
  );
}
