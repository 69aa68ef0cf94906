// The one error class of ours: its name is what a state machine sees, its text is for a person.
import { type ErrorName, errorNames } from '../contracts/errors.ts';

/** An inability, never a "no". The text says what was got, what is allowed and what to do next, and holds no secret. */
export class AppError extends Error {
  override readonly name: ErrorName;
  readonly retryable: boolean;

  constructor(name: ErrorName, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = name;
    this.retryable = errorNames[name].retryable;
  }
}
