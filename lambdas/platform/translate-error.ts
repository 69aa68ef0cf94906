// Gives an error that came up from AWS or the network the name that a state machine's Retry knows.
import { AppError } from '../../core/app-error.ts';

const throttlingNames = /Throttl|TooManyRequests|ProvisionedThroughputExceeded|RequestLimitExceeded|SlowDown/;
const networkCodes = /^(ECONN|ENOTFOUND|EAI_AGAIN|EPIPE|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|UND_ERR)/;

/** Our own errors pass; faults of the other side become retryable ones with the cause kept; everything else stays what it is. */
export function translateError(error: unknown): unknown {
  if (error instanceof AppError || !(error instanceof Error)) return error;
  const { name, message } = error;
  const status = '$metadata' in error ? (error.$metadata as { httpStatusCode?: number }).httpStatusCode : undefined;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (throttlingNames.test(name)) return new AppError('ThrottledError', `${name}: ${message}`, { cause: error });
  if (name === 'TimeoutError' || name === 'AbortError') return new AppError('TimedOutError', message, { cause: error });
  if (networkCodes.test(code) || (status !== undefined && status >= 500)) {
    return new AppError('UpstreamUnavailableError', `${name}: ${message}`, { cause: error });
  }
  if (status === 403) return new AppError('ForbiddenError', message, { cause: error });
  return error;
}
