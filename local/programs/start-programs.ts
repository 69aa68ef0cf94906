// The process that starts programs for `run-program.ts`; it ends with the process that asks it.
import { spawn } from 'node:child_process';
import type { ProgramAnswer, ProgramCall, ProgramRequest } from './run-program.ts';

// Ctrl-C goes to the whole group; whoever asks decides when it needs no more.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
process.once('disconnect', () => process.exit());
process.on('message', (message) => {
  const { id, call } = message as ProgramRequest;
  run(call).then(
    (outcome) => answer({ id, ...outcome }),
    (error: Error) => answer({ id, error: error.message }),
  );
});

function answer(message: ProgramAnswer): void {
  if (process.connected) process.send?.(message);
}

async function run(call: ProgramCall): Promise<{ exitCode: number | null; stdout: Buffer; stderr: string }> {
  const child = spawn(call.program, call.args, {
    env: call.environment,
    stdio: 'pipe',
    ...(call.timeoutMilliseconds !== undefined && { timeout: call.timeoutMilliseconds }),
  });
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
