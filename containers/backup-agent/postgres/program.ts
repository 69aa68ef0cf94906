// PostgreSQL's own programs as child processes: their output is streamed, what they complain of is kept for the error.
import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';

export interface Program {
  readonly output: Readable;
  readonly input: Writable;
  /** Resolves when it has ended well. @throws Error with its last words when it has not. */
  readonly done: Promise<void>;
  /** What it complained of last. */
  words(): string;
  kill(): void;
}

export interface ProgramOptions {
  readonly binaries: string | undefined;
  readonly environment?: Readonly<Record<string, string>>;
  /** Root may not run a server: its programs run as this user. */
  readonly userId?: number | undefined;
}

const wordsKept = 2_000;

export function startProgram(name: string, args: readonly string[], options: ProgramOptions): Program {
  const child = spawn(locate(name, options), [...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, LC_ALL: 'C', ...options.environment },
    ...identity(options),
  });
  let words = '';
  child.stderr.on('data', (chunk: Buffer) => {
    words = (words + chunk.toString()).slice(-wordsKept);
  });
  // A program that has ended no longer reads: what matters is how it ended.
  child.stdin.on('error', () => undefined);
  const done = new Promise<void>((resolve, reject) => {
    child.on('error', (error) => reject(new Error(`${name} could not be started: ${error.message}`)));
    child.on('close', (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`${name} ended with ${signal ?? `code ${code}`}: ${words.trim() || 'it said nothing'}`));
    });
  });
  // Whoever awaits it later still sees the error; until then it is no unhandled rejection.
  done.catch(() => undefined);
  return { output: child.stdout, input: child.stdin, done, words: () => words, kill: () => void child.kill('SIGKILL') };
}

/** Runs it to its end and returns its output. @throws Error with its last words. */
export async function runProgram(name: string, args: readonly string[], options: ProgramOptions): Promise<string> {
  const program = startProgram(name, args, options);
  program.input.end();
  const chunks: Buffer[] = [];
  program.output.on('data', (chunk: Buffer) => chunks.push(chunk));
  await program.done;
  return Buffer.concat(chunks).toString();
}

/** How the program names itself, e.g. `pg_dump (PostgreSQL) 18.1`. */
export function readProgramVersion(name: string, options: ProgramOptions): string {
  const { stdout, error } = spawnSync(locate(name, options), ['--version'], { encoding: 'utf8' });
  if (error) throw new Error(`${name} could not be started: ${error.message}`);
  return stdout.trim();
}

function locate(name: string, { binaries }: ProgramOptions): string {
  return binaries === undefined ? name : join(binaries, name);
}

function identity({ userId }: ProgramOptions): { uid?: number; gid?: number } {
  return userId === undefined ? {} : { uid: userId, gid: userId };
}
