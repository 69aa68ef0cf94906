// The conditions that a request sets: https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-requests.html
import { AwsError } from '../../../runtime/service.ts';
import { hasContent, type ObjectVersion, type StoredVersion } from './object-version.ts';

export interface ReadConditions {
  readonly IfMatch?: string | undefined;
  readonly IfNoneMatch?: string | undefined;
  readonly IfModifiedSince?: Date | undefined;
  readonly IfUnmodifiedSince?: Date | undefined;
}

/** Throws `NotModified` (304) or `PreconditionFailed` (412), by RFC 9110. */
export function checkReadConditions(version: StoredVersion, conditions: ReadConditions): void {
  const { IfMatch, IfNoneMatch, IfModifiedSince, IfUnmodifiedSince } = conditions;
  const { etag } = version.content;
  // HTTP dates have no milliseconds.
  const modified = Math.floor(version.lastModified / 1000) * 1000;
  if (IfMatch !== undefined) {
    if (!matches(IfMatch, etag)) throw preconditionFailed('If-Match');
  } else if (IfUnmodifiedSince && modified > IfUnmodifiedSince.getTime()) {
    throw preconditionFailed('If-Unmodified-Since');
  }
  const isKnown =
    IfNoneMatch !== undefined
      ? matches(IfNoneMatch, etag)
      : IfModifiedSince !== undefined && modified <= IfModifiedSince.getTime();
  if (isKnown) throw new AwsError('NotModified', 'Not Modified', { status: 304, details: { $headers: { etag } } });
}

/** As `checkReadConditions` for the source of a copy, where every failure is 412. */
export function checkCopyConditions(version: StoredVersion, conditions: ReadConditions): void {
  try {
    checkReadConditions(version, conditions);
  } catch (error) {
    throw error instanceof AwsError && error.code === 'NotModified'
      ? preconditionFailed('x-amz-copy-source-if-none-match')
      : error;
  }
}

/** Whether a write may replace what is there. Throws `PreconditionFailed`, or `NoSuchKey` when there is nothing to match. */
export function checkWriteConditions(
  current: ObjectVersion | undefined,
  conditions: { readonly IfMatch?: string | undefined; readonly IfNoneMatch?: string | undefined },
): void {
  const { IfMatch, IfNoneMatch } = conditions;
  if (IfNoneMatch !== undefined) {
    if (IfNoneMatch !== '*') {
      throw new AwsError('NotImplemented', 'A header you provided implies functionality that is not implemented', {
        status: 501,
        details: { Header: 'If-None-Match' },
      });
    }
    if (hasContent(current)) throw preconditionFailed('If-None-Match');
  }
  if (IfMatch === undefined) return;
  if (!hasContent(current)) {
    throw new AwsError('NoSuchKey', 'The specified key does not exist.', { status: 404 });
  }
  if (!matches(IfMatch, current.content.etag)) throw preconditionFailed('If-Match');
}

function matches(condition: string, etag: string): boolean {
  return condition.split(',').some((each) => {
    const given = each.trim();
    return given === '*' || unquote(given) === unquote(etag);
  });
}

function unquote(etag: string): string {
  return etag.replace(/^W\//, '').replace(/^"|"$/g, '');
}

function preconditionFailed(condition: string): AwsError {
  return new AwsError('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', {
    status: 412,
    details: { Condition: condition },
  });
}
