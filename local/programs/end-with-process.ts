// Servers that run beside this process and must not outlive it, however early it exits.
import type { ChildProcess } from 'node:child_process';

const running = new Map<ChildProcess, NodeJS.Signals>();

process.on('exit', () => {
  for (const [child, signal] of running) child.kill(signal);
});

/** Ends a program when this process exits and nobody has ended it before: its start may still be under way when all is stopped. */
export function endWithProcess(child: ChildProcess, signal: NodeJS.Signals = 'SIGKILL'): void {
  running.set(child, signal);
  child.once('exit', () => running.delete(child));
}
