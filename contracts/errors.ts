// The error names that our functions throw: what `ErrorEquals` in a state machine may say, and whether trying again can help.

/** By name: whether the same request may succeed when it is simply made again. */
export const errorNames = {
  /** What was asked makes no sense: wrong shape, unknown service or environment. */
  InvalidInputError: { retryable: false },
  /** Something that must exist does not. */
  NotFoundError: { retryable: false },
  /** A system refuses us although it knows who we are. */
  ForbiddenError: { retryable: false },
  /** GitHub does not let us in at all: the credential has expired or was taken back, or a permission is missing. A person must mend it. */
  AccessRefusedError: { retryable: false },
  /** The same identity was used for something else before. */
  ConflictError: { retryable: false },
  /** Another execution holds what we held: everything that we would still write is fenced off. */
  LeaseLostError: { retryable: false },
  /** A system cannot be reached or answers with a server error. */
  UpstreamUnavailableError: { retryable: true },
  /** A system asks us to slow down. */
  ThrottledError: { retryable: true },
  /** A system did not answer in time. */
  TimedOutError: { retryable: true },
} as const satisfies Record<string, { readonly retryable: boolean }>;

export type ErrorName = keyof typeof errorNames;
