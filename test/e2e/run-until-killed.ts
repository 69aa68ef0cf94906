// Runs a system in a process of its own that kills itself by SIGKILL at chosen moments, and starts it anew until it lives to the end.
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepareAssembly } from '../prepare-assembly.ts';
import { root } from './start-test-system.ts';

export interface KillableOptions {
  readonly stateDirectory: string;
  readonly assemblyDirectory: string;
  /** Moments at which it dies, as the script understands them. It leaves the one that it met in the file `died-at`. */
  readonly dieAt: readonly string[];
  /** Whether it begins what is to be done; later starts go on with that. */
  readonly begins: boolean;
}

/** Dies at each moment once, in whatever order they come; returns what came of it, and the moments that never came. */
export async function runUntilKilled<Outcome>(
  script: string,
  moments: readonly string[],
): Promise<{ readonly outcome: Outcome; readonly missed: readonly string[] }> {
  const stateDirectory = mkdtempSync(join(tmpdir(), 'e2e-killed-'));
  try {
    const assemblyDirectory = prepareAssembly();
    let dieAt = moments;
    for (let begins = true; ; begins = false) {
      const result = await run<Outcome>(script, { stateDirectory, assemblyDirectory, dieAt, begins });
      if ('outcome' in result) return { outcome: result.outcome, missed: dieAt };
      dieAt = dieAt.filter((moment) => moment !== result.diedAt);
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
