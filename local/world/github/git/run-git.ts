// Runs git's plumbing commands on a bare repository, untouched by the configuration of the person's machine.
import { runProgram } from '../../../programs/run-program.ts';

export interface GitOutcome {
  readonly exitCode: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** The environment of every git process: no user or system configuration, no prompts, UTC and plain messages. */
export function buildGitEnvironment(directory: string): Record<string, string> {
  return {
    PATH: process.env.PATH ?? '/usr/bin:/bin',
    HOME: directory,
    GIT_DIR: directory,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
    LC_ALL: 'C',
    TZ: 'UTC',
  };
}

/** Runs git and gives what it printed. Throws unless the exit code is 0 or one of `acceptedExitCodes`. */
export async function runGit(
  directory: string,
  commandLine: readonly string[],
  options: {
    readonly input?: string | Uint8Array;
    readonly environment?: Readonly<Record<string, string>>;
    readonly acceptedExitCodes?: readonly number[];
  } = {},
): Promise<GitOutcome> {
  const { exitCode: code, ...printed } = await runProgram({
    program: 'git',
    args: commandLine,
    environment: { ...buildGitEnvironment(directory), ...options.environment },
    input: options.input ?? '',
  });
  const outcome = { ...printed, exitCode: code ?? -1 };
  if (outcome.exitCode === 0 || options.acceptedExitCodes?.includes(outcome.exitCode)) return outcome;
  throw new Error(`git ${commandLine[0]} ended with ${outcome.exitCode}: ${outcome.stderr.trim()}`);
}
