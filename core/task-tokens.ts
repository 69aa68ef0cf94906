// The port through which a waiting workflow is told to go on.

/** Completes a waiting task. A token that nobody waits for any more is no error. */
export interface TaskTokens {
  /** `executionArn`: of whoever waits, where that may be in another region; a token is known in its own region alone. */
  succeed(taskToken: string, result: object, executionArn?: string): Promise<void>;
}
