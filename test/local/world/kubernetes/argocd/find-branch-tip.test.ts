// Branch tips from a repository's files, against what git says.
import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { findBranchTip } from '../../../../../local/world/kubernetes/argocd/find-branch-tip.ts';
import { createGitRepository, type GitRepository } from './git-repository.ts';

describe('the tip of a branch', () => {
  let repository: GitRepository;
  const git = (...commandLine: string[]) =>
    execFileSync('git', ['-C', repository.path, ...commandLine], { encoding: 'utf8' }).trim();

  beforeAll(async () => {
    repository = await createGitRepository();
    await repository.commit({ 'a.txt': 'a' });
    git('branch', 'release/1.0');
  });
  afterAll(() => repository.remove());

  it('is read from a loose ref, in a working copy and in a bare repository', async () => {
    const head = await repository.head();
    expect(findBranchTip(repository.path, 'main')).toBe(head);
    expect(findBranchTip(`${repository.path}/.git`, 'release/1.0')).toBe(head);
  });

  it('is read from packed refs, which a newer loose ref overrides', async () => {
    const packed = await repository.head();
    git('pack-refs', '--all');
    expect(findBranchTip(repository.path, 'main')).toBe(packed);
    const next = await repository.commit({ 'a.txt': 'b' });
    expect(findBranchTip(repository.path, 'main')).toBe(next);
    expect(findBranchTip(repository.path, 'release/1.0')).toBe(packed);
  });

  it('is left to git when a tag has the name, loose or packed', () => {
    git('tag', 'main');
    expect(findBranchTip(repository.path, 'main')).toBeUndefined();
    git('pack-refs', '--all');
    expect(findBranchTip(repository.path, 'main')).toBeUndefined();
    git('tag', '--delete', 'main');
  });

  it.each(['HEAD', 'missing', '../HEAD', 'refs/heads/main', 'main~1'])('is left to git for %s', (name) => {
    expect(findBranchTip(repository.path, name)).toBeUndefined();
  });

  it('is left to git for a URL', () => {
    expect(findBranchTip('https://github.com/o/r', 'main')).toBeUndefined();
  });
});
