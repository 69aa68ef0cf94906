// Kills by SIGKILL in the middle of a rollback: it goes on where it stood and ends as if nothing had happened.
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { prepareAssembly } from '../prepare-assembly.ts';
import type { RolledBack, ServeRollbackOptions } from './serve-rollback.ts';
import { root } from './start-test-system.ts';

function run(options: ServeRollbackOptions): Promise<string | RolledBack> {
  const { NODE_OPTIONS: _, ...env } = process.env;
  const script = join(root, 'test', 'e2e', 'serve-rollback.ts');
  const command = ['--disable-warning=ExperimentalWarning', script, JSON.stringify(options)];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, command, { env }, (error, stdout, stderr) => {
      if (error?.signal === 'SIGKILL') resolve(readFileSync(join(options.stateDirectory, 'died-at'), 'utf8'));
      else if (error) reject(new Error(`${error.message}\n${stderr}`));
      else resolve(JSON.parse(stdout) as RolledBack);
    });
  });
}

it('a rollback that is killed after it decided, after its commit and after its record takes the release back once', async () => {
  const stateDirectory = mkdtempSync(join(tmpdir(), 'e2e-rollback-crash-'));
  try {
    const assemblyDirectory = prepareAssembly();
    let dieAt: readonly string[] = [
      'lambda/invocation-ended decide-rollback',
      'github/commit-pushed pyairtable/pyairtable-gitops@main',
      'lambda/invocation-ended record-outcome',
    ];
    let result = await run({ stateDirectory, assemblyDirectory, dieAt, begins: true });
    while (typeof result === 'string') {
      const diedAt = result;
      dieAt = dieAt.filter((point) => point !== diedAt);
      result = await run({ stateDirectory, assemblyDirectory, dieAt, begins: false });
    }
    expect(dieAt).toEqual([]);
    const { executions, imageInGit, current, good, isBadQuarantined, commits } = result;
    // An event that was published before its sender knew of it comes twice: the second execution finds the claim.
    expect(executions.filter((end) => end !== 'SUCCEEDED duplicate')).toEqual(['SUCCEEDED succeeded']);
    expect([imageInGit, current]).toEqual([good, good]);
    expect(isBadQuarantined).toBe(true);
    expect(commits).toBe(3);
  } finally {
    rmSync(stateDirectory, { recursive: true, force: true });
  }
}, 600_000);
