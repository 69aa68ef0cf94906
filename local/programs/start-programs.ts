// The process that starts programs for `starting-process.ts`; it ends with the process that asks it, and so do the programs.
import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import type { ProgramCall, ProgramOutcome } from './run-program.ts';
import type { ProgramStart } from './start-program.ts';
import type { ProgramAnswer, ProgramRequest } from './starting-process.ts';

/** With the number that ends it: that of its group where it leads one. */
const running = new Map<ChildProcess, number>();

// Ctrl-C goes to the whole group; whoever asks decides when it needs no more.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
process.once('disconnect', () => {
  for (const pid of running.values()) endNow(pid);
  process.exit();
});
process.on('message', (message, socket) => {
  const request = message as ProgramRequest;
  const { id } = request;
  if ('start' in request) {
    start(request.start, socket as Socket | undefined, (told) => answer({ id, ...told }));
    return;
  }
  run(request.run).then(
    (outcome) => answer({ id, outcome }),
    (error: Error) => answer({ id, error: error.message }),
  );
});

function answer(message: ProgramAnswer): void {
  if (process.connected) process.send?.(message);
}

function endNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has just ended.
  }
}

function keep(child: ChildProcess, leadsGroup = false): void {
  const { pid } = child;
  if (pid === undefined) return;
  running.set(child, leadsGroup ? -pid : pid);
  child.once('close', () => running.delete(child));
}

type Told<Answer = ProgramAnswer> = Answer extends ProgramAnswer ? Omit<Answer, 'id'> : never;

function start(options: ProgramStart, channel: Socket | undefined, tell: (told: Told) => void): void {
  const child = spawn(options.program, options.args, {
    env: options.environment,
    ...(options.workingDirectory !== undefined && { cwd: options.workingDirectory }),
    stdio: ['ignore', 'pipe', 'pipe', ...(channel === undefined ? [] : [channel])],
    detached: options.leadsGroup === true,
  });
  // The program has it now.
  channel?.destroy();
  keep(child, options.leadsGroup);
  child.stdout?.on('data', (output: Buffer) => tell({ output }));
  child.stderr?.on('data', (output: Buffer) => tell({ output }));
  if (child.pid !== undefined) tell({ started: child.pid });
  child.once('error', (error) => tell({ error: error.message }));
  // After the last output, so that the words of a dying program are heard.
  child.once('close', (code, signal) => tell({ ended: { code, signal } }));
}

async function run(call: ProgramCall): Promise<ProgramOutcome> {
  const child = spawn(call.program, call.args, {
    env: call.environment,
    stdio: 'pipe',
    ...(call.timeoutMilliseconds !== undefined && { timeout: call.timeoutMilliseconds }),
  });
  keep(child);
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  // A program may end before it has read everything; its exit code says what that means.
  child.stdin.on('error', () => undefined);
  child.stdin.end(call.input ?? '');
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return { exitCode, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString() };
}
