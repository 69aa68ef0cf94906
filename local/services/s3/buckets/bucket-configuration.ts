// Configurations of buckets between the SDK's shapes and what is kept of them.
import type {
  LifecycleRule,
  NotificationConfiguration,
  ObjectLockConfiguration,
  ServerSideEncryptionConfiguration,
} from '@aws-sdk/client-s3';
import { AwsError } from '../../../runtime/service.ts';
import { type Bucket, NO_CUSTOMER_KEY } from './bucket.ts';

export function readEncryption({ Rules = [] }: Partial<ServerSideEncryptionConfiguration>): Bucket['encryption'] {
  const [rule] = Rules;
  const preset = rule?.ApplyServerSideEncryptionByDefault;
  if (!preset?.SSEAlgorithm) return { ...NO_CUSTOMER_KEY, bucketKey: rule?.BucketKeyEnabled ?? false };
  return {
    algorithm: preset.SSEAlgorithm,
    bucketKey: rule?.BucketKeyEnabled ?? false,
    ...(preset.KMSMasterKeyID && { keyId: preset.KMSMasterKeyID }),
  };
}

export function writeEncryptionConfiguration({ algorithm, keyId, bucketKey }: Bucket['encryption']): object {
  const ApplyServerSideEncryptionByDefault = { SSEAlgorithm: algorithm, ...(keyId && { KMSMasterKeyID: keyId }) };
  return { Rules: [{ ApplyServerSideEncryptionByDefault, BucketKeyEnabled: bucketKey }] };
}

export function readObjectLock({ Rule }: ObjectLockConfiguration): NonNullable<Bucket['objectLock']> {
  const { Mode, Days, Years } = Rule?.DefaultRetention ?? {};
  if (!Mode) return {};
  if ((Days === undefined) === (Years === undefined)) {
    throw new AwsError('MalformedXML', 'A default retention has either Days or Years');
  }
  return { mode: Mode, ...(Days !== undefined && { days: Days }), ...(Years !== undefined && { years: Years }) };
}

export function writeObjectLock({ mode, days, years }: NonNullable<Bucket['objectLock']>): object {
  const DefaultRetention = {
    Mode: mode,
    ...(days !== undefined && { Days: days }),
    ...(years !== undefined && { Years: years }),
  };
  return { ObjectLockEnabled: 'Enabled', ...(mode && { Rule: { DefaultRetention } }) };
}

/** Whether EventBridge is told. Throws `InvalidArgument` for destinations that are not served here. */
export function readNotifications(configuration: NotificationConfiguration): boolean {
  const { EventBridgeConfiguration, ...others } = configuration;
  for (const [name, destinations] of Object.entries(others)) {
    if (Array.isArray(destinations) && destinations.length > 0) {
      throw new AwsError(
        'InvalidArgument',
        `${name} is not served here: switch on EventBridgeConfiguration and route the events by a rule`,
      );
    }
  }
  return EventBridgeConfiguration !== undefined;
}

/** Keeps the rules as JSON. Throws `InvalidRequest` for a rule that says nothing to do. */
export function readLifecycle(rules: readonly LifecycleRule[]): LifecycleRule[] {
  for (const rule of rules) {
    const { Expiration, Transitions, NoncurrentVersionExpiration, NoncurrentVersionTransitions } = rule;
    const actions = [Expiration, Transitions, NoncurrentVersionExpiration, NoncurrentVersionTransitions];
    if (!rule.AbortIncompleteMultipartUpload && actions.every((action) => action === undefined)) {
      throw new AwsError('InvalidRequest', 'At least one action needs to be specified in a rule');
    }
  }
  const named = rules.map((rule, index) => ({ ...rule, ID: rule.ID ?? `rule-${index + 1}` }));
  return JSON.parse(JSON.stringify(named)) as LifecycleRule[];
}

/** The rules as they were given: their dates are dates again. */
export function writeLifecycle(rules: readonly LifecycleRule[]): LifecycleRule[] {
  return rules.map((rule) => ({
    ...rule,
    ...(rule.Expiration?.Date && { Expiration: { ...rule.Expiration, Date: new Date(rule.Expiration.Date) } }),
    ...(rule.Transitions && {
      Transitions: rule.Transitions.map((transition) => ({
        ...transition,
        ...(transition.Date && { Date: new Date(transition.Date) }),
      })),
    }),
  }));
}
