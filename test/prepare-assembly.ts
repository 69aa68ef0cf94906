// The synthesized assembly that all tests share: one folder for each state of the sources, so that no run loses its own.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { digestSources, synthesize, testAssemblies } from '../scripts/synthesize.ts';

/** The assembly of the sources as they are; whoever comes first makes it, and the others wait. */
export function prepareAssembly(): string {
  const name = digestSources().slice(0, 16);
  mkdirSync(testAssemblies, { recursive: true });
  const unlock = lock(join(testAssemblies, `${name}.lock`));
  try {
    const yesterday = Date.now() - 86_400_000;
    for (const path of readdirSync(testAssemblies).map((entry) => join(testAssemblies, entry))) {
      if (!path.startsWith(join(testAssemblies, name)) && statSync(path).mtimeMs < yesterday)
        rmSync(path, { recursive: true });
    }
    return synthesize({ directory: join(testAssemblies, name) }).directory;
  } finally {
    unlock();
  }
}

/** Waits, without a promise for the sake of its callers, until this process alone has the lock; a dead holder's is taken. */
function lock(file: string): () => void {
  for (;;) {
    try {
      writeFileSync(file, String(process.pid), { flag: 'wx' });
      return () => rmSync(file, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    if (!isHeld(file)) rmSync(file, { force: true });
    else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
  }
}

function isHeld(file: string): boolean {
  if (!existsSync(file)) return false;
  const holder = Number(readFileSync(file, 'utf8'));
  // Not written yet.
  if (holder === 0) return true;
  try {
    process.kill(holder, 0);
    return true;
  } catch {
    return false;
  }
}
