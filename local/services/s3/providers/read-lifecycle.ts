// Lifecycle rules as CloudFormation writes them, in the shape of the API.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-s3-bucket-rule.html
import type { LifecycleRule, LifecycleRuleFilter, Tag, TransitionStorageClass } from '@aws-sdk/client-s3';

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
    Filter: readFilter(rule),
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

/** One criterion stands alone; S3 knows `And` for several of them only. */
function readFilter(rule: TemplateLifecycleRule): LifecycleRuleFilter {
  const { Prefix: prefix, TagFilters: tags = [] } = rule;
  const sizes = {
    ...(rule.ObjectSizeGreaterThan !== undefined && { ObjectSizeGreaterThan: Number(rule.ObjectSizeGreaterThan) }),
    ...(rule.ObjectSizeLessThan !== undefined && { ObjectSizeLessThan: Number(rule.ObjectSizeLessThan) }),
  };
  const criteria = (prefix === undefined ? 0 : 1) + tags.length + Object.keys(sizes).length;
  if (criteria === 0) return { Prefix: '' };
  if (criteria > 1)
    return {
      And: { ...(prefix !== undefined && { Prefix: prefix }), ...(tags.length > 0 && { Tags: [...tags] }), ...sizes },
    };
  const [tag] = tags;
  return { ...(prefix !== undefined && { Prefix: prefix }), ...(tag && { Tag: tag }), ...sizes };
}
