// Runs short programs, such as git's plumbing commands, and gives what they printed.
import { askStartingProcess } from './starting-process.ts';

export interface ProgramCall {
  readonly program: string;
  readonly args: readonly string[];
  /** The whole environment: nothing is inherited. */
  readonly environment: Readonly<Record<string, string>>;
  readonly input?: string | Uint8Array;
  /** Ends the program with SIGTERM after that time. */
  readonly timeoutMilliseconds?: number;
}

export interface ProgramOutcome {
  /** Null when a signal ended it. */
  readonly exitCode: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** Resolves when the program has ended, whatever its exit code. Rejects when it could not be started. */
export function runProgram(call: ProgramCall): Promise<ProgramOutcome> {
  return new Promise((resolve, reject) => {
    askStartingProcess(
      { run: call },
      {
        receive(answer) {
          if ('error' in answer) reject(new Error(answer.error));
          if ('outcome' in answer) resolve({ ...answer.outcome, stdout: Buffer.from(answer.outcome.stdout) });
          return true;
        },
        lose: (why) => reject(new Error(why)),
      },
    );
  });
}
