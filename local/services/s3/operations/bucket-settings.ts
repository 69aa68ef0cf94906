// What is set on a bucket: versioning, locks, encryption, policy, lifecycle, replication, notifications and the rest.
import type {
  LifecycleRule,
  NotificationConfiguration,
  ObjectLockConfiguration,
  ReplicationConfiguration,
  ServerSideEncryptionConfiguration,
  Tag,
  VersioningConfiguration,
} from '@aws-sdk/client-s3';
import { AwsError, type CallContext, type Operation } from '../../../runtime/service.ts';
import { type Bucket, NO_CUSTOMER_KEY, type PublicAccessBlock } from '../buckets/bucket.ts';
import {
  readEncryption,
  readLifecycle,
  readNotifications,
  readObjectLock,
  writeEncryptionConfiguration,
  writeLifecycle,
  writeObjectLock,
} from '../buckets/bucket-configuration.ts';
import { checkBucketPolicy } from '../buckets/bucket-policy.ts';
import { readTagSet, writeTagSet } from '../objects/tags.ts';
import { onBucket } from '../permissions.ts';
import type { S3Parts } from '../s3-parts.ts';

interface BucketInput {
  readonly Bucket?: string | undefined;
}

/** How one setting is read from a request, told in an answer, and taken away. */
interface Setting {
  /** Operations are `Put<name>`, `Get<name>` and `Delete<name>`. */
  readonly name: string;
  readonly putAction: string;
  readonly getAction: string;
  put(bucket: Bucket, input: Record<string, unknown>): Bucket;
  /** Undefined when it is not set. */
  get(bucket: Bucket): object | undefined;
  /** Absent for a setting that cannot be deleted. */
  remove?(bucket: Bucket): Bucket;
  readonly absent?: { readonly code: string; readonly message: string };
}

const MOST_BUCKET_TAGS = 50;

export function createBucketSettingOperations(parts: S3Parts): Record<string, Operation> {
  return Object.assign({}, ...SETTINGS.map((setting) => createSettingOperations(parts, setting)));
}

function createSettingOperations(parts: S3Parts, setting: Setting): Record<string, Operation> {
  const change = async (input: BucketInput, call: CallContext, apply: (bucket: Bucket) => Bucket) => {
    parts.buckets.put(apply(parts.buckets.get(input.Bucket, call.region)));
    await parts.context.store.flush();
    return {};
  };
  const { remove, name } = setting;
  return {
    [`Get${name}`]: {
      authorize: (input: BucketInput) => [onBucket(setting.getAction, input.Bucket)],
      handle(input: BucketInput, call) {
        const value = setting.get(parts.buckets.get(input.Bucket, call.region));
        if (value) return value;
        throw new AwsError(setting.absent?.code ?? 'NoSuchKey', setting.absent?.message ?? 'It is not set', {
          status: 404,
          details: { BucketName: input.Bucket ?? '' },
        });
      },
    },
    [`Put${name}`]: {
      authorize: (input: BucketInput) => [onBucket(setting.putAction, input.Bucket)],
      handle: (input: BucketInput, call) =>
        change(input, call, (bucket) => setting.put(bucket, input as Record<string, unknown>)),
    },
    ...(remove && {
      [`Delete${name.replace('LifecycleConfiguration', 'Lifecycle')}`]: {
        authorize: (input: BucketInput) => [
          onBucket(name === 'BucketPolicy' ? 'DeleteBucketPolicy' : setting.putAction, input.Bucket),
        ],
        handle: (input: BucketInput, call) => change(input, call, remove),
      },
    }),
  };
}

/** A setting that is kept and told, and has no effect on one machine or none beyond what asks for it. */
function plainSetting(
  name: string,
  member: string,
  action: string,
  absent: Setting['absent'],
  write: (value: object) => object = (value) => ({ [member]: value }),
): Setting {
  return {
    name,
    putAction: `Put${action}`,
    getAction: `Get${action}`,
    put: (bucket, input) => ({
      ...bucket,
      configurations: { ...bucket.configurations, [member]: (input[member] ?? {}) as object },
    }),
    get(bucket) {
      const value = bucket.configurations[member];
      return value && write(value);
    },
    remove: (bucket) => {
      const { [member]: _, ...configurations } = bucket.configurations;
      return { ...bucket, configurations };
    },
    ...(absent && { absent }),
  };
}

const SETTINGS: readonly Setting[] = [
  {
    name: 'BucketVersioning',
    putAction: 'PutBucketVersioning',
    getAction: 'GetBucketVersioning',
    put(bucket, { VersioningConfiguration }) {
      const { Status } = (VersioningConfiguration ?? {}) as VersioningConfiguration;
      if (Status !== 'Enabled' && Status !== 'Suspended') {
        throw new AwsError('IllegalVersioningConfigurationException', 'The Versioning element must be specified');
      }
      if (bucket.objectLock && Status !== 'Enabled') {
        throw new AwsError(
          'InvalidBucketState',
          'An Object Lock configuration is present on this bucket, so the versioning state cannot be changed.',
          { status: 409 },
        );
      }
      return { ...bucket, versioning: Status };
    },
    get: ({ versioning }) => (versioning ? { Status: versioning } : {}),
  },
  {
    name: 'ObjectLockConfiguration',
    putAction: 'PutBucketObjectLockConfiguration',
    getAction: 'GetBucketObjectLockConfiguration',
    put(bucket, { ObjectLockConfiguration }) {
      if (bucket.versioning !== 'Enabled') {
        throw new AwsError(
          'InvalidBucketState',
          "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration",
          { status: 409 },
        );
      }
      return { ...bucket, objectLock: readObjectLock((ObjectLockConfiguration ?? {}) as ObjectLockConfiguration) };
    },
    get: ({ objectLock }) => objectLock && { ObjectLockConfiguration: writeObjectLock(objectLock) },
    absent: {
      code: 'ObjectLockConfigurationNotFoundError',
      message: 'Object Lock configuration does not exist for this bucket',
    },
  },
  {
    name: 'BucketEncryption',
    putAction: 'PutEncryptionConfiguration',
    getAction: 'GetEncryptionConfiguration',
    put: (bucket, { ServerSideEncryptionConfiguration }) => ({
      ...bucket,
      encryption: readEncryption((ServerSideEncryptionConfiguration ?? {}) as ServerSideEncryptionConfiguration),
    }),
    get: ({ encryption }) => ({ ServerSideEncryptionConfiguration: writeEncryptionConfiguration(encryption) }),
    remove: (bucket) => ({ ...bucket, encryption: NO_CUSTOMER_KEY }),
  },
  {
    name: 'BucketPolicy',
    putAction: 'PutBucketPolicy',
    getAction: 'GetBucketPolicy',
    put(bucket, { Policy }) {
      const policy = String(Policy ?? '');
      checkBucketPolicy(policy, bucket.configurations.PublicAccessBlockConfiguration as PublicAccessBlock | undefined);
      return { ...bucket, policy };
    },
    get: ({ policy }) => (policy === undefined ? undefined : { Policy: policy }),
    remove: ({ policy: _, ...bucket }) => bucket,
    absent: { code: 'NoSuchBucketPolicy', message: 'The bucket policy does not exist' },
  },
  {
    name: 'BucketLifecycleConfiguration',
    putAction: 'PutLifecycleConfiguration',
    getAction: 'GetLifecycleConfiguration',
    put: (bucket, { LifecycleConfiguration }) => ({
      ...bucket,
      lifecycle: readLifecycle((LifecycleConfiguration as { Rules?: LifecycleRule[] } | undefined)?.Rules ?? []),
    }),
    get: ({ lifecycle }) => lifecycle && { Rules: writeLifecycle(lifecycle) },
    remove: ({ lifecycle: _, ...bucket }) => bucket,
    absent: { code: 'NoSuchLifecycleConfiguration', message: 'The lifecycle configuration does not exist' },
  },
  {
    name: 'BucketReplication',
    putAction: 'PutReplicationConfiguration',
    getAction: 'GetReplicationConfiguration',
    put(bucket, { ReplicationConfiguration }) {
      if (bucket.versioning !== 'Enabled') {
        throw new AwsError(
          'InvalidRequest',
          "Versioning must be 'Enabled' on the bucket to apply a replication configuration",
        );
      }
      return { ...bucket, replication: (ReplicationConfiguration ?? {}) as ReplicationConfiguration };
    },
    get: ({ replication }) => replication && { ReplicationConfiguration: replication },
    remove: ({ replication: _, ...bucket }) => bucket,
    absent: {
      code: 'ReplicationConfigurationNotFoundError',
      message: 'The replication configuration was not found',
    },
  },
  {
    name: 'BucketNotificationConfiguration',
    putAction: 'PutBucketNotification',
    getAction: 'GetBucketNotification',
    put: (bucket, { NotificationConfiguration }) => ({
      ...bucket,
      notifiesEventBridge: readNotifications((NotificationConfiguration ?? {}) as NotificationConfiguration),
    }),
    get: ({ notifiesEventBridge }) => (notifiesEventBridge ? { EventBridgeConfiguration: {} } : {}),
  },
  {
    name: 'BucketTagging',
    putAction: 'PutBucketTagging',
    getAction: 'GetBucketTagging',
    put: (bucket, { Tagging }) => ({
      ...bucket,
      tags: readTagSet((Tagging as { TagSet?: Tag[] } | undefined)?.TagSet ?? [], MOST_BUCKET_TAGS),
    }),
    get: ({ tags }) => (Object.keys(tags).length > 0 ? { TagSet: writeTagSet(tags) } : undefined),
    remove: (bucket) => ({ ...bucket, tags: {} }),
    absent: { code: 'NoSuchTagSet', message: 'The TagSet does not exist' },
  },
  plainSetting('PublicAccessBlock', 'PublicAccessBlockConfiguration', 'BucketPublicAccessBlock', {
    code: 'NoSuchPublicAccessBlockConfiguration',
    message: 'The public access block configuration was not found',
  }),
  plainSetting('BucketOwnershipControls', 'OwnershipControls', 'BucketOwnershipControls', {
    code: 'OwnershipControlsNotFoundError',
    message: 'The bucket ownership controls were not found',
  }),
  plainSetting(
    'BucketCors',
    'CORSConfiguration',
    'BucketCORS',
    { code: 'NoSuchCORSConfiguration', message: 'The CORS configuration does not exist' },
    (value) => value,
  ),
];
