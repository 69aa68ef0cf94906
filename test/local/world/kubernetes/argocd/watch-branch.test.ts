// Against a real repository and the system's own events.
import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { watchBranch } from '../../../../../local/world/kubernetes/argocd/watch-branch.ts';
import { createGitRepository, type GitRepository } from './git-repository.ts';

let repository: GitRepository;
const git = (...commandLine: string[]) => execFileSync('git', ['-C', repository.path, ...commandLine]);

beforeAll(async () => {
  repository = await createGitRepository();
  await repository.commit({ 'a.txt': 'a' });
});
afterAll(() => repository.remove());

it.each([
  ['a commit', () => git('commit', '--quiet', '--allow-empty', '--message', 'Change', '--author', 'A <a@example.org>')],
  ['refs that are packed', () => git('pack-refs', '--all')],
  ['a commit that overrides packed refs', () => git('update-ref', 'refs/heads/main', 'HEAD~1')],
  ['a tag of its name', () => git('tag', 'main')],
])('tells of %s, once', async (_, change) => {
  let told = 0;
  await new Promise<void>((resolve) => {
    const end = watchBranch(`${repository.path}/.git`, 'main', () => {
      told += 1;
      resolve();
    });
    expect(end).toBeDefined();
    change();
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect(told).toBe(1);
});

it.each(['https://github.com/o/r', '/nonexistent'])('watches nothing of %s', (remote) => {
  expect(watchBranch(remote, 'main', () => undefined)).toBeUndefined();
});

it('leaves a branch to polls whose folder is not there', () => {
  expect(watchBranch(`${repository.path}/.git`, 'nowhere/main', () => undefined)).toBeUndefined();
});
