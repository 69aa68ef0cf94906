// What lifecycle rules want done to the versions of a key.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html
import type { LifecycleRule } from '@aws-sdk/client-s3';
import { hasContent, type ObjectVersion } from '../objects/object-version.ts';

export type LifecycleAction =
  /** Of the current version: a delete marker in a versioned bucket, else the end of the object. */
  | { readonly kind: 'expire' }
  | { readonly kind: 'remove'; readonly version: ObjectVersion }
  | { readonly kind: 'transition'; readonly version: ObjectVersion; readonly storageClass: string };

const DAY_MILLISECONDS = 86_400_000;

/** `versions` are those of one key, newest first. Rules see the days of UTC: an action is due at the midnight after. */
export function decideLifecycle(
  rules: readonly LifecycleRule[],
  versions: readonly ObjectVersion[],
  now: number,
): LifecycleAction[] {
  const actions: LifecycleAction[] = [];
  for (const [position, version] of versions.entries()) {
    const applicable = rules.filter((rule) => rule.Status === 'Enabled' && covers(rule, version));
    const newer = versions[position - 1];
    const action = newer
      ? decideNoncurrent(applicable, version, newer.lastModified, position - 1, now)
      : decideCurrent(applicable, version, versions.length, now);
    if (action) actions.push(action);
  }
  return actions;
}

/** Whether an upload under that key, begun at that time, is to be aborted. */
export function isAbortDue(rules: readonly LifecycleRule[], key: string, initiatedAt: number, now: number): boolean {
  return rules.some(
    (rule) =>
      rule.Status === 'Enabled' &&
      key.startsWith(readFilter(rule).prefix) &&
      isDue(initiatedAt, rule.AbortIncompleteMultipartUpload?.DaysAfterInitiation, now),
  );
}

function decideCurrent(
  rules: readonly LifecycleRule[],
  version: ObjectVersion,
  count: number,
  now: number,
): LifecycleAction | undefined {
  if (!hasContent(version)) {
    const isLast = count === 1 && rules.some(({ Expiration }) => Expiration?.ExpiredObjectDeleteMarker);
    return isLast ? { kind: 'remove', version } : undefined;
  }
  const isExpired = rules.some(
    ({ Expiration }) => isDue(version.lastModified, Expiration?.Days, now) || isPast(Expiration?.Date, now),
  );
  if (isExpired) return { kind: 'expire' };
  const transitions = rules
    .flatMap(({ Transitions = [] }) => Transitions)
    .filter(({ Days, Date: date }) => isDue(version.lastModified, Days, now) || isPast(date, now))
    .sort((left, right) => (left.Days ?? 0) - (right.Days ?? 0));
  return buildTransition(version, transitions.at(-1)?.StorageClass);
}

/** `newer` is how many noncurrent versions are newer than this one. */
function decideNoncurrent(
  rules: readonly LifecycleRule[],
  version: ObjectVersion,
  noncurrentSince: number,
  newer: number,
  now: number,
): LifecycleAction | undefined {
  const isExpired = rules.some(
    ({ NoncurrentVersionExpiration: expiration }) =>
      isDue(noncurrentSince, expiration?.NoncurrentDays, now) && newer >= (expiration?.NewerNoncurrentVersions ?? 0),
  );
  if (isExpired) return { kind: 'remove', version };
  const transitions = rules
    .flatMap(({ NoncurrentVersionTransitions = [] }) => NoncurrentVersionTransitions)
    .filter(
      ({ NoncurrentDays, NewerNoncurrentVersions = 0 }) =>
        isDue(noncurrentSince, NoncurrentDays, now) && newer >= NewerNoncurrentVersions,
    )
    .sort((left, right) => (left.NoncurrentDays ?? 0) - (right.NoncurrentDays ?? 0));
  return buildTransition(version, transitions.at(-1)?.StorageClass);
}

function buildTransition(version: ObjectVersion, storageClass: string | undefined): LifecycleAction | undefined {
  if (storageClass === undefined || version.content?.storageClass === storageClass) return undefined;
  return hasContent(version) ? { kind: 'transition', version, storageClass } : undefined;
}

function covers(rule: LifecycleRule, { key, content }: ObjectVersion): boolean {
  const { prefix, tags, largerThan, smallerThan } = readFilter(rule);
  if (!key.startsWith(prefix)) return false;
  if (!content) return tags.length === 0;
  return (
    tags.every(({ Key = '', Value }) => content.tags[Key] === Value) &&
    content.size > largerThan &&
    content.size < smallerThan
  );
}

function readFilter({ Prefix, Filter }: LifecycleRule) {
  const { And } = Filter ?? {};
  return {
    prefix: Prefix ?? Filter?.Prefix ?? And?.Prefix ?? '',
    tags: And?.Tags ?? (Filter?.Tag ? [Filter.Tag] : []),
    largerThan: And?.ObjectSizeGreaterThan ?? Filter?.ObjectSizeGreaterThan ?? -1,
    smallerThan: And?.ObjectSizeLessThan ?? Filter?.ObjectSizeLessThan ?? Number.POSITIVE_INFINITY,
  };
}

function isDue(since: number, days: number | undefined, now: number): boolean {
  if (days === undefined) return false;
  const due = Math.ceil((since + days * DAY_MILLISECONDS) / DAY_MILLISECONDS) * DAY_MILLISECONDS;
  return due <= now;
}

function isPast(date: Date | string | undefined, now: number): boolean {
  return date !== undefined && new Date(date).getTime() <= now;
}
