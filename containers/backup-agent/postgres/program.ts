// PostgreSQL's own programs as child processes: their output is streamed, what they complain of is kept for the error.
import { spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { Readable, type Writable } from 'node:stream';

export interface Program {
  /** Empty when it writes into a pipe that it was given. */
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
  /** Takes its standard output; this process lets go of it. */
  readonly inlet?: Socket;
}

const wordsKept = 2_000;

export function startProgram(name: string, args: readonly string[], options: ProgramOptions): Program {
  const child = spawn(locate(name, options), [...args], {
    stdio: ['pipe', options.inlet ?? 'pipe', 'pipe'],
    env: { ...process.env, LC_ALL: 'C', ...options.environment },
    ...identity(options),
  });
  const { stdin, stderr } = child;
  if (stdin === null || stderr === null) throw new Error(`${name} was started without pipes`);
  options.inlet?.destroy();
  let words = '';
  stderr.on('data', (chunk: Buffer) => {
    words = (words + chunk.toString()).slice(-wordsKept);
  });
  // A program that has ended no longer reads: what matters is how it ended.
  stdin.on('error', () => undefined);
  const done = new Promise<void>((resolve, reject) => {
    child.on('error', (error) => reject(new Error(`${name} could not be started: ${error.message}`)));
    child.on('close', (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`${name} ended with ${signal ?? `code ${code}`}: ${words.trim() || 'it said nothing'}`));
    });
  });
  // Whoever awaits it later still sees the error; until then it is no unhandled rejection.
  done.catch(() => undefined);
  return {
    output: child.stdout ?? Readable.from([]),
    input: stdin,
    done,
    words: () => words,
    kill: () => void child.kill('SIGKILL'),
  };
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
export async function readProgramVersion(name: string, options: ProgramOptions): Promise<string> {
  return (await runProgram(name, ['--version'], options)).trim();
}

function locate(name: string, { binaries }: ProgramOptions): string {
  return binaries === undefined ? name : join(binaries, name);
}

function identity({ userId }: ProgramOptions): { uid?: number; gid?: number } {
  return userId === undefined ? {} : { uid: userId, gid: userId };
}
