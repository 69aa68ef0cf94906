// Runs a system in a process of its own that kills itself by SIGKILL at chosen moments, and starts it anew until it lives to the end.
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepareAssembly } from '../prepare-assembly.ts';
import type { KillableOptions } from './start-killable-system.ts';
import { root } from './start-test-system.ts';

/**
 * Dies at each moment once, in whatever order they come; returns what came of it, and the moments that never came. `betweenLives` may
 * do something to what is stored.
 */
export async function runUntilKilled<Outcome>(
  script: string,
  moments: readonly string[],
  betweenLives: (stateDirectory: string) => void = () => undefined,
): Promise<{ readonly outcome: Outcome; readonly missed: readonly string[] }> {
  const stateDirectory = mkdtempSync(join(tmpdir(), 'e2e-killed-'));
  try {
    const assemblyDirectory = prepareAssembly();
    let dieAt = moments;
    for (let begins = true; ; begins = false) {
      const result = await run<Outcome>(script, { stateDirectory, assemblyDirectory, dieAt, begins });
      if ('outcome' in result) return { outcome: result.outcome, missed: dieAt };
      dieAt = dieAt.filter((moment) => moment !== result.diedAt);
      betweenLives(stateDirectory);
    }
  } finally {
    rmSync(stateDirectory, { recursive: true, force: true });
  }
}

function run<Outcome>(
  script: string,
  options: KillableOptions,
): Promise<{ readonly diedAt: string } | { readonly outcome: Outcome }> {
  const { NODE_OPTIONS: _, ...env } = process.env;
  const command = ['--disable-warning=ExperimentalWarning', join(root, 'test', 'e2e', script), JSON.stringify(options)];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, command, { env }, (error, stdout, stderr) => {
      if (error?.signal === 'SIGKILL')
        resolve({ diedAt: readFileSync(join(options.stateDirectory, 'died-at'), 'utf8') });
      else if (error) reject(new Error(`${error.message}\n${stderr}`));
      else resolve({ outcome: JSON.parse(stdout) as Outcome });
    });
  });
}
