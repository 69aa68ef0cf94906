// Unpacks packages of Debian into a folder, so that no service starts and no root is needed.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const secondsPerCommand = 180;

/** What a command said when it failed; undefined when it did not. */
export function run(program: string, args: readonly string[], cwd: string): string | undefined {
  const { error, status, stderr } = spawnSync(program, args, {
    cwd,
    encoding: 'utf8',
    timeout: secondsPerCommand * 1000,
  });
  if (error !== undefined) return error.message;
  return status === 0 ? undefined : `${program} ${args[0]}: ${stderr.trim().split('\n')[0] || `exit code ${status}`}`;
}

/** Fills `directory` as if it were `/`, or leaves it as it is and says what was in the way. `finish` sees the folder before anybody else does. */
export function unpackDebianPackages(
  packages: readonly string[],
  directory: string,
  finish: (unfinished: string) => void = () => undefined,
): string | undefined {
  const unfinished = `${directory}.${process.pid}`;
  mkdirSync(unfinished, { recursive: true });
  try {
    const download = (): string | undefined => run('apt-get', ['download', ...packages], unfinished);
    let problem = download();
    // The lists of a new machine are empty; only root may fetch them.
    if (problem !== undefined && process.getuid?.() === 0)
      problem = run('apt-get', ['update'], unfinished) ?? download();
    if (problem !== undefined) return problem;
    for (const archive of readdirSync(unfinished).filter((file) => file.endsWith('.deb'))) {
      problem = run('dpkg-deb', ['-x', archive, '.'], unfinished);
      if (problem !== undefined) return problem;
      rmSync(join(unfinished, archive));
    }
    finish(unfinished);
    if (existsSync(directory)) rmSync(directory, { recursive: true });
    renameSync(unfinished, directory);
    return undefined;
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}
