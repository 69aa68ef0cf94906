// Which errors an `ErrorEquals` list matches, wildcards included.
// https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
import type { StateFailure } from './state-failure.ts';

/** Never retried or caught by a wildcard. */
const TERMINAL_ERRORS: ReadonlySet<string> = new Set(['States.Runtime', 'States.DataLimitExceeded']);

/**
 * Says whether one of the names matches the failure. `States.ALL` matches all but the terminal errors,
 * `States.TaskFailed` all but those and timeouts, and `States.Timeout` a missed heartbeat too.
 * `States.Runtime` is matched by nothing.
 */
export function matchesError(errorEquals: readonly string[], failure: StateFailure): boolean {
  if (failure.error === 'States.Runtime') return false;
  return errorEquals.some((name) => matchesName(name, failure));
}

function matchesName(name: string, failure: StateFailure): boolean {
  if (name === failure.error) return true;
  switch (name) {
    case 'States.ALL':
      return !TERMINAL_ERRORS.has(failure.error);
    case 'States.TaskFailed':
      return !TERMINAL_ERRORS.has(failure.error) && !isTimeout(failure.error);
    case 'States.Timeout':
      return isTimeout(failure.error);
    case 'States.Permissions':
      return failure.isDenied;
    default:
      return false;
  }
}

function isTimeout(error: string): boolean {
  return error === 'States.Timeout' || error === 'States.HeartbeatTimeout';
}
