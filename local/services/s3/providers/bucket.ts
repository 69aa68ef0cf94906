// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-s3-bucket.html
import type { ObjectLockConfiguration, ReplicationConfiguration, ReplicationRule, Tag } from '@aws-sdk/client-s3';
import { physicalName, type ResolvedResource, type ResourceProvider } from '../../../runtime/resource.ts';
import { type Bucket, bucketArn, NO_CUSTOMER_KEY } from '../buckets/bucket.ts';
import { readEncryption, readLifecycle, readObjectLock } from '../buckets/bucket-configuration.ts';
import { checkBucketName } from '../buckets/bucket-registry.ts';
import type { S3Parts } from '../s3-parts.ts';
import { readTemplateLifecycle, type TemplateLifecycleRule } from './read-lifecycle.ts';

interface BucketProperties {
  readonly BucketName?: string;
  readonly VersioningConfiguration?: { readonly Status: 'Enabled' | 'Suspended' };
  readonly ObjectLockEnabled?: boolean;
  readonly ObjectLockConfiguration?: ObjectLockConfiguration;
  readonly BucketEncryption?: {
    readonly ServerSideEncryptionConfiguration: readonly {
      readonly BucketKeyEnabled?: boolean;
      readonly ServerSideEncryptionByDefault?: { readonly SSEAlgorithm: 'AES256'; readonly KMSMasterKeyID?: string };
    }[];
  };
  readonly LifecycleConfiguration?: { readonly Rules: readonly TemplateLifecycleRule[] };
  readonly NotificationConfiguration?: Readonly<Record<string, unknown>>;
  readonly ReplicationConfiguration?: {
    readonly Role: string;
    readonly Rules: readonly (Omit<ReplicationRule, 'ID' | 'Filter'> & {
      readonly Id?: string;
      readonly Filter?: {
        readonly Prefix?: string;
        readonly TagFilter?: Tag;
        readonly And?: { readonly Prefix?: string; readonly TagFilters?: Tag[] };
      };
    })[];
  };
  readonly PublicAccessBlockConfiguration?: object;
  readonly OwnershipControls?: object;
  readonly CorsConfiguration?: { readonly CorsRules: readonly Readonly<Record<string, unknown>>[] };
  readonly Tags?: readonly { readonly Key: string; readonly Value: string }[];
}

const LONGEST_NAME = 63;

export function createBucketProvider(parts: S3Parts): ResourceProvider {
  return {
    type: 'AWS::S3::Bucket',
    properties: [
      'BucketName',
      'VersioningConfiguration',
      'ObjectLockEnabled',
      'ObjectLockConfiguration',
      'BucketEncryption',
      'LifecycleConfiguration',
      'NotificationConfiguration',
      'ReplicationConfiguration',
      'PublicAccessBlockConfiguration',
      'OwnershipControls',
      'CorsConfiguration',
      'Tags',
    ],
    withoutEffect: {
      AccelerateConfiguration: 'all is on one machine',
      AccessControl: 'access is decided by policies: there is one account',
      AnalyticsConfigurations: 'nobody reads storage analytics here',
      IntelligentTieringConfigurations: 'storage has one tier on this machine',
      InventoryConfigurations: 'nobody reads inventories here',
      LoggingConfiguration: 'requests are told in the trace, not logged to a bucket',
      MetricsConfigurations: 'request metrics are not counted here',
      WebsiteConfiguration: 'there is no website endpoint here',
    },
    async create(resource) {
      const properties = resource.properties as BucketProperties;
      const { region } = resource.stack;
      const name = properties.BucketName ?? buildName(resource);
      checkBucketName(name);
      const existing = parts.buckets.find(name);
      if (existing && existing.region !== region) {
        throw new Error(
          `${resource.type} "${resource.logicalId}": bucket ${name} is in ${existing.region} already: names are unique over all regions`,
        );
      }
      parts.buckets.put(buildBucket(parts, resource, name, existing));
      await parts.context.store.flush();
      return {
        ref: name,
        attributes: {
          Arn: bucketArn(name),
          DomainName: `${name}.s3.amazonaws.com`,
          DualStackDomainName: `${name}.s3.dualstack.${region}.amazonaws.com`,
          RegionalDomainName: `${name}.s3.${region}.amazonaws.com`,
          WebsiteURL: `http://${name}.s3-website-${region}.amazonaws.com`,
        },
      };
    },
  };
}

function buildName(resource: ResolvedResource): string {
  return physicalName(resource, LONGEST_NAME)
    .toLowerCase()
    .replace(/[^a-z0-9.-]/g, '-')
    .replace(/^[.-]+|[.-]+$/g, '');
}

function buildBucket(parts: S3Parts, resource: ResolvedResource, name: string, existing: Bucket | undefined): Bucket {
  const properties = resource.properties as BucketProperties;
  const { PublicAccessBlockConfiguration, OwnershipControls, CorsConfiguration } = properties;
  const hasLock = properties.ObjectLockEnabled === true || existing?.objectLock !== undefined;
  // Versioning can be suspended, never undone; locks imply it.
  const versioning =
    properties.VersioningConfiguration?.Status ?? (hasLock ? 'Enabled' : existing?.versioning && 'Suspended');
  return {
    name,
    region: resource.stack.region,
    createdAt: existing?.createdAt ?? parts.context.clock.now(),
    encryption: readTemplateEncryption(properties),
    tags: Object.fromEntries((properties.Tags ?? []).map(({ Key, Value }) => [Key, Value])),
    notifiesEventBridge: readTemplateNotifications(resource, properties),
    configurations: {
      ...(PublicAccessBlockConfiguration && { PublicAccessBlockConfiguration }),
      ...(OwnershipControls && { OwnershipControls }),
      ...(CorsConfiguration && { CORSConfiguration: { CORSRules: CorsConfiguration.CorsRules } }),
    },
    ...(existing?.policy && { policy: existing.policy }),
    ...(versioning && { versioning }),
    ...(hasLock && { objectLock: readObjectLock(properties.ObjectLockConfiguration ?? {}) }),
    ...(properties.LifecycleConfiguration && {
      lifecycle: readLifecycle(properties.LifecycleConfiguration.Rules.map(readTemplateLifecycle)),
    }),
    ...(properties.ReplicationConfiguration && {
      replication: readTemplateReplication(properties.ReplicationConfiguration),
    }),
  };
}

function readTemplateEncryption({ BucketEncryption }: BucketProperties): Bucket['encryption'] {
  if (!BucketEncryption) return NO_CUSTOMER_KEY;
  return readEncryption({
    Rules: BucketEncryption.ServerSideEncryptionConfiguration.map(
      ({ BucketKeyEnabled, ServerSideEncryptionByDefault }) => ({
        BucketKeyEnabled,
        ApplyServerSideEncryptionByDefault: ServerSideEncryptionByDefault,
      }),
    ),
  });
}

function readTemplateNotifications(
  resource: ResolvedResource,
  { NotificationConfiguration = {} }: BucketProperties,
): boolean {
  const { EventBridgeConfiguration, ...others } = NotificationConfiguration;
  const [other] = Object.keys(others);
  if (other !== undefined) {
    throw new Error(
      `${resource.type} "${resource.logicalId}": NotificationConfiguration.${other} is not served here: switch on EventBridgeConfiguration and route the events by a rule`,
    );
  }
  const setting = EventBridgeConfiguration as { EventBridgeEnabled?: boolean } | undefined;
  return setting !== undefined && setting.EventBridgeEnabled !== false;
}

function readTemplateReplication({
  Role,
  Rules,
}: NonNullable<BucketProperties['ReplicationConfiguration']>): ReplicationConfiguration {
  return {
    Role,
    Rules: Rules.map(({ Id, Filter, ...rule }) => ({
      ...rule,
      ...(Id && { ID: Id }),
      ...(Filter && {
        Filter: {
          ...(Filter.Prefix !== undefined && { Prefix: Filter.Prefix }),
          ...(Filter.TagFilter && { Tag: Filter.TagFilter }),
          ...(Filter.And && { And: { Prefix: Filter.And.Prefix, Tags: Filter.And.TagFilters } }),
        },
      }),
    })),
  };
}
