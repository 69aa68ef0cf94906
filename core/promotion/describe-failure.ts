// Turns the failure that a workflow caught into the sentence that people are told.
import type { Failure } from '../../contracts/workflows/promote-release.ts';

/** A function's error arrives as JSON text with `errorMessage`; of everything else the cause itself is the message. */
export function describeFailure({ kind, error, cause }: Failure): string {
  const message = findErrorMessage(cause) ?? cause;
  if (kind === 'failed') return message ?? error;
  return message === undefined || message.length === 0
    ? `could not be carried out (${error})`
    : `${message} (${error})`;
}

function findErrorMessage(cause: string | undefined): string | undefined {
  if (cause === undefined || !cause.startsWith('{')) return undefined;
  try {
    const parsed: unknown = JSON.parse(cause);
    const message =
      typeof parsed === 'object' && parsed !== null && 'errorMessage' in parsed ? parsed.errorMessage : undefined;
    return typeof message === 'string' ? message : undefined;
  } catch {
    return undefined;
  }
}
