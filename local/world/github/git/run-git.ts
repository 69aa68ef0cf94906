// Runs git's plumbing commands on a bare repository, untouched by the configuration of the person's machine.
import { spawn } from 'node:child_process';

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
  const child = spawn('git', commandLine, {
    env: { ...buildGitEnvironment(directory), ...options.environment },
    stdio: 'pipe',
  });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  // Git may end before it has read everything; its exit code says what that means.
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.input ?? '');
  const exitCode = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? -1));
  });
  const outcome = { exitCode, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString() };
  if (exitCode === 0 || options.acceptedExitCodes?.includes(exitCode)) return outcome;
  throw new Error(`git ${commandLine[0]} ended with ${exitCode}: ${outcome.stderr.trim()}`);
}
