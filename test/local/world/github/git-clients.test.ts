// The git command line against the world: clone, push, refusals.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestWorld, type TestWorld } from './start-test-world.ts';

const run = promisify(execFile);
let world: TestWorld;
let folder: string;
let token: string;

beforeAll(async () => {
  world = await startTestWorld();
  folder = await mkdtemp(join(tmpdir(), 'github-clients-'));
  token = await world.github.createToken('ada');
});
afterAll(async () => {
  await world.stop();
  await rm(folder, { recursive: true, force: true });
});

const environment = {
  PATH: process.env.PATH,
  HOME: tmpdir(),
  GIT_TERMINAL_PROMPT: '0',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_AUTHOR_NAME: 'Ada',
  GIT_AUTHOR_EMAIL: 'ada@example.com',
  GIT_COMMITTER_NAME: 'Ada',
  GIT_COMMITTER_EMAIL: 'ada@example.com',
};
const git = async (directory: string, ...commandLine: string[]) =>
  (await run('git', ['-C', join(folder, directory), ...commandLine], { env: environment })).stdout.trim();
const address = (repository: string, credentials = '') =>
  `${world.github.url.replace('://', `://${credentials && `${credentials}@`}`)}/acme/${repository}.git`;

describe('git', () => {
  it('clones what is public without credentials', async () => {
    await git('.', 'clone', '--quiet', address('shop'), 'public');
    expect(await readFile(join(folder, 'public/src/main.ts'), 'utf8')).toBe('run();\n');
    expect(await git('public', 'fsck', '--strict')).toBe('');
    expect((await git('public', 'branch', '-r')).split('\n').map((line) => line.trim())).toContain('origin/develop');
  });

  it('fetches commits that the API made, whole and sound', async () => {
    await git('.', 'clone', '--quiet', address('shop'), 'fetched');
    const { sha } = await world.github.pushCommit({
      repo: 'shop',
      branch: 'main',
      files: { 'deep/er/a.txt': 'a', 'deep.txt': 'b', 'deep-er': 'c', 'src/main.ts': null },
      message: 'Order of names',
    });
    await git('fetched', 'pull', '--quiet');
    expect(await git('fetched', 'rev-parse', 'HEAD')).toBe(sha);
    expect(await git('fetched', 'ls-files')).toBe('README.md\ndeep-er\ndeep.txt\ndeep/er/a.txt');
    expect(await git('fetched', 'fsck', '--strict')).toBe('');
  });

  it('pushes with a token, and the push is announced', async () => {
    await git('.', 'clone', '--quiet', address('shop', `ada:${token}`), 'pushing');
    await writeFile(join(folder, 'pushing/new.txt'), 'new');
    await git('pushing', 'add', '.');
    await git('pushing', 'commit', '--quiet', '-m', 'From a client');
    await git('pushing', 'push', '--quiet', 'origin', 'HEAD:main', 'HEAD:refs/heads/copy');
    await world.github.settle();
    const sha = await git('pushing', 'rev-parse', 'HEAD');
    const pushes = world.github
      .deliveries()
      .filter(({ event }) => event === 'push')
      .map(({ payload }) => JSON.parse(payload));
    const onMain = pushes.findLast(({ ref }) => ref === 'refs/heads/main');
    expect(onMain).toMatchObject({ after: sha, pusher: { name: 'ada' }, commits: [{ id: sha, added: ['new.txt'] }] });
    expect(pushes.findLast(({ ref }) => ref === 'refs/heads/copy')).toMatchObject({ created: true, after: sha });
    expect(world.activities).toContainEqual(
      expect.objectContaining({ name: 'commit-pushed', subject: 'acme/shop@main' }),
    );
  });

  it('is told when somebody else was first, and nothing is announced', async () => {
    await git('.', 'clone', '--quiet', address('shop', `ada:${token}`), 'late');
    await world.github.pushCommit({ repo: 'shop', branch: 'main', files: { first: '1' }, message: 'First' });
    await writeFile(join(folder, 'late/second'), '2');
    await git('late', 'add', '.');
    await git('late', 'commit', '--quiet', '-m', 'Second');
    const before = world.github.deliveries().length;
    await expect(git('late', 'push', '--quiet', 'origin', 'HEAD:main')).rejects.toThrow(/rejected/);
    expect(world.github.deliveries()).toHaveLength(before);
  });

  it('may not push without a token, nor see what is private', async () => {
    await expect(git('public', 'push', '--quiet', 'origin', 'HEAD:refs/heads/mine')).rejects.toThrow(
      /could not read Username/,
    );
    await world.github.seedRepository('secret', { a: 'a' }, { isPrivate: true });
    await expect(git('.', 'clone', '--quiet', address('secret'), 'secret')).rejects.toThrow(/could not read Username/);
    await expect(git('.', 'clone', '--quiet', address('secret', 'x-access-token:ghs_wrong'), 'secret')).rejects.toThrow(
      /Authentication failed/,
    );
    await git('.', 'clone', '--quiet', address('secret', `x-access-token:${token}`), 'secret');
    expect(await readFile(join(folder, 'secret/a'), 'utf8')).toBe('a');
  });
});
