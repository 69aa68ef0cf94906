// The forms in which a caller may name a function: name, partial ARN or ARN, each with or without a qualifier.
import { AwsError } from '../../runtime/service.ts';

export interface FunctionReference {
  readonly name: string;
  /** Version or alias; undefined stands for `$LATEST`. */
  readonly qualifier?: string;
}

const NAME = /^(?:(?:arn:aws[\w-]*:lambda:[\w-]+:)?(?:\d{12}:)?function:)?([\w-]{1,64})(?::(\$LATEST|[\w-]+))?$/;

/** Parses `FunctionName` (and `Qualifier`) of a request. Throws ValidationException as Lambda does. */
export function parseFunctionName(functionName: string | undefined, qualifier?: string): FunctionReference {
  const match = NAME.exec(functionName ?? '');
  if (!match?.[1]) {
    throw new AwsError(
      'ValidationException',
      `1 validation error detected: Value '${functionName ?? ''}' at 'functionName' failed to satisfy constraint: Member must satisfy regular expression pattern: (arn:(aws[a-zA-Z-]*)?:lambda:)?([a-z]{2}(-gov)?-[a-z]+-\\d{1}:)?(\\d{12}:)?(function:)?([a-zA-Z0-9-_]+)(:(\\$LATEST|[a-zA-Z0-9-_]+))?`,
    );
  }
  const chosen = qualifier ?? match[2];
  return { name: match[1], ...(chosen && chosen !== '$LATEST' && { qualifier: chosen }) };
}
