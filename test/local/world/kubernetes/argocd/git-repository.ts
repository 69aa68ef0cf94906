// A real git repository in a temporary directory.
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface GitRepository {
  readonly path: string;
  commit(files: Readonly<Record<string, string>>): Promise<string>;
  head(): Promise<string>;
  remove(): Promise<void>;
}

export async function createGitRepository(): Promise<GitRepository> {
  const path = await mkdtemp(join(tmpdir(), 'gitops-'));
  const identity = ['-c', 'user.name=Test', '-c', 'user.email=test@example.org', '-c', 'commit.gpgsign=false'];
  const git = async (...args: string[]) => (await run('git', ['-C', path, ...identity, ...args])).stdout.trim();
  await git('init', '--quiet', '--initial-branch=main');
  return {
    path,
    commit: async (files) => {
      for (const [name, text] of Object.entries(files)) {
        await mkdir(dirname(join(path, name)), { recursive: true });
        await writeFile(join(path, name), text);
      }
      await git('add', '--all');
      await git('commit', '--quiet', '--message', 'Change');
      return git('rev-parse', 'HEAD');
    },
    head: () => git('rev-parse', 'HEAD'),
    remove: () => rm(path, { recursive: true, force: true }),
  };
}
