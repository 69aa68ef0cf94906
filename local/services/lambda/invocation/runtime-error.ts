// The errors that Lambda itself reports when a function's process fails, in Lambda's words.

/** What a caller gets as payload when `FunctionError` is set. */
export interface FunctionError {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
}

export function buildTimeoutError(requestId: string, timeoutSeconds: number): FunctionError {
  return {
    errorType: 'Sandbox.Timedout',
    errorMessage: `RequestId: ${requestId} Error: Task timed out after ${timeoutSeconds.toFixed(2)} seconds`,
  };
}

/** `code` and `signal` as Node reports them for an ended process. */
export function buildExitError(requestId: string, code: number | null, signal: string | null): FunctionError {
  const SIGNAL_WORDS: Readonly<Record<string, string>> = {
    SIGABRT: 'aborted',
    SIGKILL: 'killed',
    SIGSEGV: 'segmentation fault',
  };
  let reason = 'without providing a reason';
  if (signal) reason = `with error: signal: ${SIGNAL_WORDS[signal] ?? signal.toLowerCase()}`;
  else if (code !== 0) reason = `with error: exit status ${code}`;
  return { errorType: 'Runtime.ExitError', errorMessage: `RequestId: ${requestId} Error: Runtime exited ${reason}` };
}

export function buildResponseTooLargeError(maximumBytes: number): FunctionError {
  return {
    errorType: 'Function.ResponseSizeTooLarge',
    errorMessage: `Response payload size exceeded maximum allowed payload size (${maximumBytes} bytes).`,
  };
}
