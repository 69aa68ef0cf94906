// The port through which a waiting workflow is told to go on.

/** Completes a waiting task. A token that nobody waits for any more is no error. */
export interface TaskTokens {
  succeed(taskToken: string, result: object): Promise<void>;
}
