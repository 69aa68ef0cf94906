// Lifecycle rules as CloudFormation writes them, in the shape of the API.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-s3-bucket-rule.html
import type { LifecycleRule, Tag, TransitionStorageClass } from '@aws-sdk/client-s3';

export interface TemplateLifecycleRule {
  readonly Id?: string;
  readonly Status: 'Enabled' | 'Disabled';
  readonly Prefix?: string;
  readonly TagFilters?: readonly Tag[];
  readonly ObjectSizeGreaterThan?: number | string;
  readonly ObjectSizeLessThan?: number | string;
  readonly ExpirationInDays?: number;
  readonly ExpirationDate?: string;
  readonly ExpiredObjectDeleteMarker?: boolean;
  readonly NoncurrentVersionExpirationInDays?: number;
  readonly NoncurrentVersionExpiration?: {
    readonly NoncurrentDays: number;
    readonly NewerNoncurrentVersions?: number;
  };
  readonly AbortIncompleteMultipartUpload?: { readonly DaysAfterInitiation: number };
  readonly Transition?: TemplateTransition;
  readonly Transitions?: readonly TemplateTransition[];
  readonly NoncurrentVersionTransition?: TemplateTransition;
  readonly NoncurrentVersionTransitions?: readonly TemplateTransition[];
}

interface TemplateTransition {
  readonly StorageClass: TransitionStorageClass;
  readonly TransitionInDays?: number;
  readonly TransitionDate?: string;
  readonly NewerNoncurrentVersions?: number;
}

export function readTemplateLifecycle(rule: TemplateLifecycleRule): LifecycleRule {
  const transitions = [...(rule.Transition ? [rule.Transition] : []), ...(rule.Transitions ?? [])];
  const noncurrent = [
    ...(rule.NoncurrentVersionTransition ? [rule.NoncurrentVersionTransition] : []),
    ...(rule.NoncurrentVersionTransitions ?? []),
  ];
  const expiration = {
    ...(rule.ExpirationInDays !== undefined && { Days: Number(rule.ExpirationInDays) }),
    ...(rule.ExpirationDate !== undefined && { Date: new Date(rule.ExpirationDate) }),
    ...(rule.ExpiredObjectDeleteMarker !== undefined && { ExpiredObjectDeleteMarker: rule.ExpiredObjectDeleteMarker }),
  };
  const noncurrentExpiration =
    rule.NoncurrentVersionExpiration ??
    (rule.NoncurrentVersionExpirationInDays === undefined
      ? undefined
      : { NoncurrentDays: rule.NoncurrentVersionExpirationInDays });
  return {
    ...(rule.Id && { ID: rule.Id }),
    Status: rule.Status,
    Filter: { And: readFilter(rule) },
    ...(Object.keys(expiration).length > 0 && { Expiration: expiration }),
    ...(noncurrentExpiration && { NoncurrentVersionExpiration: noncurrentExpiration }),
    ...(rule.AbortIncompleteMultipartUpload && {
      AbortIncompleteMultipartUpload: rule.AbortIncompleteMultipartUpload,
    }),
    ...(transitions.length > 0 && {
      Transitions: transitions.map(({ StorageClass, TransitionInDays, TransitionDate }) => ({
        StorageClass,
        ...(TransitionInDays !== undefined && { Days: Number(TransitionInDays) }),
        ...(TransitionDate !== undefined && { Date: new Date(TransitionDate) }),
      })),
    }),
    ...(noncurrent.length > 0 && {
      NoncurrentVersionTransitions: noncurrent.map(({ StorageClass, TransitionInDays, NewerNoncurrentVersions }) => ({
        StorageClass,
        NoncurrentDays: Number(TransitionInDays),
        ...(NewerNoncurrentVersions !== undefined && { NewerNoncurrentVersions }),
      })),
    }),
  };
}

function readFilter(rule: TemplateLifecycleRule) {
  return {
    Prefix: rule.Prefix ?? '',
    ...(rule.TagFilters && { Tags: [...rule.TagFilters] }),
    ...(rule.ObjectSizeGreaterThan !== undefined && { ObjectSizeGreaterThan: Number(rule.ObjectSizeGreaterThan) }),
    ...(rule.ObjectSizeLessThan !== undefined && { ObjectSizeLessThan: Number(rule.ObjectSizeLessThan) }),
  };
}
