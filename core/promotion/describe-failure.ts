// Turns the failure that a workflow caught into the sentence that people are told.
import type { Failure } from '../../contracts/workflows/promotion.ts';
import { findErrorMessage } from '../find-error-message.ts';

/** In the function's own words when it threw; of everything else the cause itself is the message. */
export function describeFailure({ kind, error, cause }: Failure): string {
  const message = findErrorMessage(cause) ?? cause;
  if (kind === 'failed') return message ?? error;
  return message === undefined || message.length === 0
    ? `could not be carried out (${error})`
    : `${message} (${error})`;
}
