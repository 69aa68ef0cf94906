// What a failed delivery means: whether trying again can help, and the code that a dead letter carries.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html
import { AwsError } from '../../../runtime/service.ts';

export interface DeliveryError {
  readonly code: string;
  readonly message: string;
  readonly isRetryable: boolean;
}

const THROTTLING = /Throttl|TooManyRequests|LimitExceeded|RequestLimit|SlowDown/;
const MISSING = /NotFound|DoesNotExist|NonExistent|NoSuch/;
const FORBIDDEN = /AccessDenied|NotAuthorized|AuthorizationError|Unauthorized|KMS/;

/** Permissions and missing targets cannot heal by waiting; throttling and the target's own faults can. */
export function classifyDeliveryError(error: unknown): DeliveryError {
  const message = error instanceof Error ? error.message : String(error);
  if (!(error instanceof AwsError)) return { code: 'INTERNAL_ERROR', message, isRetryable: true };
  const { code, status } = error;
  if (THROTTLING.test(code) || status === 429) return { code: 'THROTTLING', message, isRetryable: true };
  if (FORBIDDEN.test(code)) return { code: 'NO_PERMISSIONS', message, isRetryable: false };
  if (MISSING.test(code)) return { code: 'NO_RESOURCE', message, isRetryable: false };
  if (status >= 500) return { code: 'SDK_CLIENT_ERROR', message, isRetryable: true };
  return { code: 'INVALID_PARAMETER', message, isRetryable: false };
}
