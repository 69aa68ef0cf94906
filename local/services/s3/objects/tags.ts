// The tags of objects and buckets, within the limits of the service.
import { AwsError } from '../../../runtime/service.ts';

interface Tag {
  readonly Key?: string | undefined;
  readonly Value?: string | undefined;
}

const MOST_OBJECT_TAGS = 10;
const LONGEST_KEY = 128;
const LONGEST_VALUE = 256;

/** From the `x-amz-tagging` header: encoded like a query. Throws `InvalidTag`. */
export function parseTagHeader(header: string | undefined): Record<string, string> {
  return readTagSet([...new URLSearchParams(header ?? '')].map(([Key, Value]) => ({ Key, Value })));
}

/** Throws `InvalidTag`, or `BadRequest` for too many. */
export function readTagSet(tags: readonly Tag[], most = MOST_OBJECT_TAGS): Record<string, string> {
  if (tags.length > most) throw new AwsError('BadRequest', `Object tags cannot be greater than ${most}`);
  const result: Record<string, string> = {};
  for (const { Key = '', Value = '' } of tags) {
    if (Key in result) throw new AwsError('InvalidTag', 'Cannot provide multiple Tags with the same key');
    if (Key.length === 0 || Key.length > LONGEST_KEY) {
      throw new AwsError('InvalidTag', 'The TagKey you have provided is invalid');
    }
    if (Value.length > LONGEST_VALUE) throw new AwsError('InvalidTag', 'The TagValue you have provided is invalid');
    result[Key] = Value;
  }
  return result;
}

export function writeTagSet(tags: Readonly<Record<string, string>>): { Key: string; Value: string }[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}
