// The refusal of a malformed pattern, in EventBridge's words.
import { AwsError } from '../../../runtime/service.ts';

/** Throw it; `reason` follows the wording of EventBridge's rule compiler. */
export function buildInvalidPattern(reason: string): AwsError {
  return new AwsError('InvalidEventPatternException', `Event pattern is not valid. Reason: ${reason}`);
}
