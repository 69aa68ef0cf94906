// Runs short programs, such as git's plumbing commands, and gives what they printed.
//
// They are started by a small process of ours: the kernel copies the page tables of whoever starts a program, during which
// nothing else happens in it, and that takes tens of milliseconds in a process of hundreds of megabytes such as the runtime.
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

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

/** What the starting process is asked, and what it answers. */
export interface ProgramRequest {
  readonly id: number;
  readonly call: ProgramCall;
}
export type ProgramAnswer =
  | { readonly id: number; readonly exitCode: number | null; readonly stdout: Uint8Array; readonly stderr: string }
  | { readonly id: number; readonly error: string };

interface Waiter {
  resolve(outcome: ProgramOutcome): void;
  reject(error: Error): void;
}

/** Long enough for a busy system, short enough that none is left behind by one that forgot it. */
const idleMilliseconds = 15_000;

let starter: ChildProcess | undefined;
let waiters = new Map<number, Waiter>();
let lastId = 0;
let idle: NodeJS.Timeout | undefined;

/** Resolves when the program has ended, whatever its exit code. Rejects when it could not be started. */
export function runProgram(call: ProgramCall): Promise<ProgramOutcome> {
  const child = startStarter();
  lastId += 1;
  const id = lastId;
  return new Promise((resolve, reject) => {
    waiters.set(id, { resolve, reject });
    // Keeps this process alive until the answer is there.
    child.ref();
    child.channel?.ref();
    child.send({ id, call } satisfies ProgramRequest);
  });
}

function startStarter(): ChildProcess {
  clearTimeout(idle);
  if (starter) return starter;
  const child = fork(fileURLToPath(new URL('start-programs.ts', import.meta.url)), [], {
    execArgv: ['--disable-warning=ExperimentalWarning'],
    env: { PATH: process.env.PATH },
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const mine = new Map<number, Waiter>();
  starter = child;
  waiters = mine;
  const fail = (why: string) => {
    if (starter === child) starter = undefined;
    for (const waiter of mine.values()) waiter.reject(new Error(`the process that starts programs ${why}`));
    mine.clear();
  };
  child.on('message', (message) => settle(child, mine, message as ProgramAnswer));
  // More than once: each request that is sent to a dead one says so by itself.
  child.on('error', (error) => fail(`cannot be reached: ${error.message}`));
  child.once('exit', (code, signal) => fail(`ended with ${code ?? signal}`));
  return child;
}

function settle(child: ChildProcess, mine: Map<number, Waiter>, answer: ProgramAnswer): void {
  const waiter = mine.get(answer.id);
  mine.delete(answer.id);
  if (mine.size === 0) {
    child.unref();
    child.channel?.unref();
    idle = setTimeout(() => {
      if (starter === child) starter = undefined;
      child.disconnect();
    }, idleMilliseconds).unref();
  }
  if ('error' in answer) waiter?.reject(new Error(answer.error));
  else waiter?.resolve({ ...answer, stdout: Buffer.from(answer.stdout) });
}
