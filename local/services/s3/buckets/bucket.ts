// What is kept of a bucket.
import type { LifecycleRule, ReplicationConfiguration } from '@aws-sdk/client-s3';

export interface Bucket {
  readonly name: string;
  readonly region: string;
  /** Virtual time, milliseconds since the epoch. */
  readonly createdAt: number;
  readonly versioning?: 'Enabled' | 'Suspended';
  /** There when locks are enabled; with a mode when there is a default retention. */
  readonly objectLock?: {
    readonly mode?: 'GOVERNANCE' | 'COMPLIANCE';
    readonly days?: number;
    readonly years?: number;
  };
  readonly encryption: { readonly algorithm: string; readonly keyId?: string; readonly bucketKey: boolean };
  /** JSON text. */
  readonly policy?: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly notifiesEventBridge: boolean;
  /** In the SDK's shape, dates as ISO 8601 text. */
  readonly lifecycle?: readonly LifecycleRule[];
  readonly replication?: ReplicationConfiguration;
  /** Configurations that are only kept and told, in the SDK's shape: `CORSConfiguration`, `OwnershipControls` … */
  readonly configurations: Readonly<Record<string, object>>;
}

/** The configuration that blocks public access, when there is one. */
export interface PublicAccessBlock {
  readonly BlockPublicAcls?: boolean;
  readonly IgnorePublicAcls?: boolean;
  readonly BlockPublicPolicy?: boolean;
  readonly RestrictPublicBuckets?: boolean;
}

export const NO_CUSTOMER_KEY: Bucket['encryption'] = { algorithm: 'AES256', bucketKey: false };

export function bucketArn(name: string): string {
  return `arn:aws:s3:::${name}`;
}
