// How a state fails: an error name that Retry and Catch can match, and words for a person.

import type { RecordedFailure } from './checkpoint.ts';

export interface FailureOptions {
  /** The call was denied: `States.Permissions` matches as well as the service's own error name. */
  readonly isDenied?: boolean;
}

/** A failure inside an execution, as opposed to a fault of the engine. `error` is what `ErrorEquals` names. */
export class StateFailure extends Error {
  readonly error: string;
  override readonly cause: string | undefined;
  readonly isDenied: boolean;

  constructor(error: string, cause?: string, options: FailureOptions = {}) {
    super(cause === undefined ? error : `${error}: ${cause}`);
    this.name = 'StateFailure';
    this.error = error;
    this.cause = cause;
    this.isDenied = options.isDenied ?? false;
  }
}

/** What a checkpoint keeps of a failure. */
export function toRecordedFailure({ error, cause, isDenied }: StateFailure): RecordedFailure {
  return { error, ...(cause === undefined ? {} : { cause }), ...(isDenied ? { isDenied } : {}) };
}

export function fromRecordedFailure(failure: RecordedFailure): StateFailure {
  return new StateFailure(failure.error, failure.cause, failure);
}

/** The failure as JSON: `$states.errorOutput`. */
export function describeFailure(failure: { error: string; cause?: string | undefined }): {
  Error: string;
  Cause?: string;
} {
  return failure.cause === undefined ? { Error: failure.error } : { Error: failure.error, Cause: failure.cause };
}

/** A state's input or output is longer, or nested more deeply, than the service allows. */
export function dataLimitFailure(stateName: string): StateFailure {
  return new StateFailure(
    'States.DataLimitExceeded',
    `The state/task '${stateName}' returned a result with a size exceeding the maximum number of bytes service limit.`,
  );
}
