// Ends the processes that this one has started, and those that they have started.
import { spawnSync } from 'node:child_process';

/** By SIGKILL, at once; those whose parent has ended before are not found. */
export function killDescendants(): void {
  const { stdout, error } = spawnSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' });
  // A system without `ps` keeps them.
  if (error) return;
  const rows = stdout.split('\n').map((row) => row.trim().split(/\s+/).map(Number));
  const found: number[] = [];
  const visit = (parent: number): void => {
    for (const [pid = 0, ppid] of rows) {
      if (ppid !== parent || pid === parent) continue;
      found.push(pid);
      visit(pid);
    }
  };
  visit(process.pid);
  for (const pid of found) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended by itself, as `ps` has.
    }
  }
}
