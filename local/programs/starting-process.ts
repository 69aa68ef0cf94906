// The small process that starts programs for this one, and what is said between the two.
//
// The kernel copies the page tables of whoever starts a program, during which nothing else happens in it, and that takes tens of
// milliseconds in a process of hundreds of megabytes such as the runtime.
import { type ChildProcess, fork } from 'node:child_process';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { ProgramCall, ProgramOutcome } from './run-program.ts';
import type { ProgramStart } from './start-program.ts';

/** What it is asked. */
export type ProgramRequest = { readonly id: number } & (
  | { readonly run: ProgramCall }
  | { readonly start: ProgramStart }
);

/** What it answers: once to `run`; to `start` that it is running, all that it prints, and its end. */
export type ProgramAnswer = { readonly id: number } & (
  | { readonly outcome: Omit<ProgramOutcome, 'stdout'> & { readonly stdout: Uint8Array } }
  | { readonly error: string }
  | { readonly started: number }
  | { readonly output: Uint8Array }
  | { readonly ended: { readonly code: number | null; readonly signal: NodeJS.Signals | null } }
);

export interface Conversation {
  /** Says whether that was the last answer. */
  receive(answer: ProgramAnswer): boolean;
  /** There will be no further answer. */
  lose(why: string): void;
}

/** Long enough for a busy system, short enough that none is left behind by one that forgot it. */
const idleMilliseconds = 15_000;

interface Starter {
  readonly child: ChildProcess;
  readonly conversations: Map<number, Conversation>;
}

let current: Starter | undefined;
let lastId = 0;
let idle: NodeJS.Timeout | undefined;

/** Keeps this process alive until the last answer. The starting process takes over the socket. */
export function askStartingProcess(
  request: { readonly run: ProgramCall } | { readonly start: ProgramStart },
  conversation: Conversation,
  socket?: Socket,
): void {
  clearTimeout(idle);
  current ??= startStarter();
  const { child, conversations } = current;
  lastId += 1;
  conversations.set(lastId, conversation);
  child.ref();
  child.channel?.ref();
  child.send({ id: lastId, ...request } satisfies ProgramRequest, socket);
}

function startStarter(): Starter {
  const { PATH, NODE_COMPILE_CACHE } = process.env;
  const child = fork(fileURLToPath(new URL('start-programs.ts', import.meta.url)), [], {
    execArgv: ['--disable-warning=ExperimentalWarning'],
    env: { PATH, ...(NODE_COMPILE_CACHE !== undefined && { NODE_COMPILE_CACHE }) },
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const starter: Starter = { child, conversations: new Map() };
  const fail = (why: string) => {
    if (current === starter) current = undefined;
    const lost = [...starter.conversations.values()];
    starter.conversations.clear();
    for (const conversation of lost) conversation.lose(`the process that starts programs ${why}`);
  };
  child.on('message', (message) => settle(starter, message as ProgramAnswer));
  // More than once: each request that is sent to a dead one says so by itself.
  child.on('error', (error) => fail(`cannot be reached: ${error.message}`));
  child.once('exit', (code, signal) => fail(`ended with ${code ?? signal}`));
  return starter;
}

function settle(starter: Starter, answer: ProgramAnswer): void {
  const { child, conversations } = starter;
  // A program that could not be started is closed too, when nobody listens any more.
  if (!conversations.get(answer.id)?.receive(answer)) return;
  conversations.delete(answer.id);
  if (conversations.size > 0) return;
  child.unref();
  child.channel?.unref();
  idle = setTimeout(() => {
    if (current === starter) current = undefined;
    child.disconnect();
  }, idleMilliseconds).unref();
}
