// The git database API and the contents API over a real repository, spoken to by Octokit.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { catchRefusal, startTestWorld, type TestWorld } from './start-test-world.ts';

const shop = { owner: 'acme', repo: 'shop' };
let world: TestWorld;

beforeAll(async () => {
  world = await startTestWorld();
});
afterAll(() => world.stop());

const tipOf = async (ref: string) =>
  (await world.octokit.request('GET /repos/{owner}/{repo}/git/ref/{ref}', { ...shop, ref })).data.object.sha;

async function commitOn(branch: string, path: string, content: string) {
  const { octokit } = world;
  const parent = await tipOf(`heads/${branch}`);
  const { data: base } = await octokit.request('GET /repos/{owner}/{repo}/git/commits/{commit_sha}', {
    ...shop,
    commit_sha: parent,
  });
  const { data: blob } = await octokit.request('POST /repos/{owner}/{repo}/git/blobs', {
    ...shop,
    content,
    encoding: 'utf-8',
  });
  const { data: tree } = await octokit.request('POST /repos/{owner}/{repo}/git/trees', {
    ...shop,
    base_tree: base.tree.sha,
    tree: [{ path, mode: '100644', type: 'blob', sha: blob.sha }],
  });
  const { data: commit } = await octokit.request('POST /repos/{owner}/{repo}/git/commits', {
    ...shop,
    message: `Change ${path}\n\nWith a body`,
    tree: tree.sha,
    parents: [parent],
  });
  return { parent, sha: commit.sha, commit };
}

describe('the git database', () => {
  it('turns blob, tree and commit into a branch that moved forward', async () => {
    const { sha, parent, commit } = await commitOn('main', 'overlays/dev/kustomization.yaml', 'images: []\n');
    const { data } = await world.octokit.request('PATCH /repos/{owner}/{repo}/git/refs/{ref}', {
      ...shop,
      ref: 'heads/main',
      sha,
    });
    expect(data).toMatchObject({ ref: 'refs/heads/main', object: { type: 'commit', sha } });
    expect(commit).toMatchObject({
      message: 'Change overlays/dev/kustomization.yaml\n\nWith a body',
      parents: [{ sha: parent }],
      author: { name: 'ada' },
    });
    expect(await world.github.readFile('shop', 'overlays/dev/kustomization.yaml')).toBe('images: []\n');
    expect(await world.github.readFile('shop', 'README.md')).toBe('# Shop\n');
  });

  it('refuses an update that is no fast forward unless it is forced', async () => {
    const { sha } = await commitOn('main', 'mine.txt', 'mine');
    await world.github.pushCommit({
      repo: 'shop',
      branch: 'main',
      files: { 'theirs.txt': 'theirs' },
      message: 'Theirs',
    });
    const update = { ...shop, ref: 'heads/main', sha };
    const refusal = await catchRefusal(
      world.octokit.request('PATCH /repos/{owner}/{repo}/git/refs/{ref}', { ...update, force: false }),
    );
    expect(refusal).toMatchObject({
      status: 422,
      data: {
        message: 'Update is not a fast forward',
        status: '422',
        documentation_url: 'https://docs.github.com/rest/git/refs#update-a-reference',
      },
    });
    await world.octokit.request('PATCH /repos/{owner}/{repo}/git/refs/{ref}', { ...update, force: true });
    expect(await tipOf('heads/main')).toBe(sha);
    expect(
      world.github
        .deliveries()
        .map(({ payload }) => JSON.parse(payload))
        .filter(({ forced }) => forced),
    ).toHaveLength(1);
  });

  it('lets exactly one of many racing updates win', async () => {
    const candidates = [];
    for (let index = 0; index < 5; index += 1) candidates.push(await commitOn('main', `race-${index}.txt`, 'x'));
    const outcomes = await Promise.allSettled(
      candidates.map(({ sha }) =>
        world.octokit.request('PATCH /repos/{owner}/{repo}/git/refs/{ref}', { ...shop, ref: 'heads/main', sha }),
      ),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it.each([
    ['POST /repos/{owner}/{repo}/git/refs', { ref: 'refs/heads/main', sha: 'TIP' }, 422, 'Reference already exists'],
    [
      'POST /repos/{owner}/{repo}/git/refs',
      { ref: 'refs/heads/new', sha: '1'.repeat(40) },
      422,
      'Object does not exist',
    ],
    [
      'POST /repos/{owner}/{repo}/git/refs',
      { ref: 'main', sha: 'TIP' },
      422,
      "Reference name must start with 'refs/' and contain at least two slashes.",
    ],
    ['PATCH /repos/{owner}/{repo}/git/refs/heads/absent', { sha: 'TIP' }, 422, 'Reference does not exist'],
    ['GET /repos/{owner}/{repo}/git/ref/heads/absent', {}, 404, 'Not Found'],
    ['GET /repos/{owner}/{repo}/git/ref/heads/mai', {}, 404, 'Not Found'],
    ['POST /repos/{owner}/{repo}/git/commits', { message: 'x', tree: '1'.repeat(40) }, 422, 'Tree SHA does not exist'],
    [
      'POST /repos/{owner}/{repo}/git/trees',
      { tree: [{ path: '../x', mode: '100644', content: '' }] },
      422,
      'tree.path contains a malformed path component',
    ],
  ])('answers %s %j with %i', async (route, parameters, status, message) => {
    const sha =
      (parameters as { sha?: string }).sha === 'TIP' ? await tipOf('heads/main') : (parameters as { sha?: string }).sha;
    const refusal = await catchRefusal(
      world.octokit.request(route, { ...shop, ...parameters, ...(sha !== undefined && { sha }) }),
    );
    expect({ status: refusal.status, message: refusal.data.message }).toEqual({ status, message });
  });

  it('creates, lists and deletes branches', async () => {
    const sha = await tipOf('heads/main');
    await world.octokit.request('POST /repos/{owner}/{repo}/git/refs', { ...shop, ref: 'refs/heads/topic/one', sha });
    const matching = () =>
      world.octokit.request('GET /repos/{owner}/{repo}/git/matching-refs/{ref}', { ...shop, ref: 'heads/topic' });
    expect((await matching()).data.map(({ ref }) => ref)).toEqual(['refs/heads/topic/one']);
    const { data: branch } = await world.octokit.request('GET /repos/{owner}/{repo}/branches/{branch}', {
      ...shop,
      branch: 'topic/one',
    });
    expect(branch).toMatchObject({ name: 'topic/one', commit: { sha } });
    await world.octokit.request('DELETE /repos/{owner}/{repo}/git/refs/{ref}', { ...shop, ref: 'heads/topic/one' });
    expect((await matching()).data).toEqual([]);
  });

  it('removes a path by a null sha and lists trees recursively', async () => {
    const { octokit } = world;
    const { sha } = await world.github.pushCommit({
      repo: 'shop',
      branch: 'trees',
      files: { 'a/b/c.txt': 'c', 'a/d.txt': 'dd' },
      message: 'Deep',
    });
    const { data: tree } = await octokit.request('GET /repos/{owner}/{repo}/git/trees/{tree_sha}', {
      ...shop,
      tree_sha: sha,
      recursive: 'true',
    });
    expect(tree.truncated).toBe(false);
    expect(tree.tree.find(({ path }) => path === 'a/b/c.txt')).toMatchObject({ type: 'blob', mode: '100644', size: 1 });
    const { data: pruned } = await octokit.request('POST /repos/{owner}/{repo}/git/trees', {
      ...shop,
      base_tree: tree.sha,
      tree: [{ path: 'a/b/c.txt', mode: '100644', sha: null }],
    });
    const { data: rest } = await octokit.request('GET /repos/{owner}/{repo}/git/trees/{tree_sha}', {
      ...shop,
      tree_sha: pruned.sha,
      recursive: '1',
    });
    expect(rest.tree.map(({ path }) => path)).not.toContain('a/b/c.txt');
    expect(rest.tree.map(({ path }) => path)).toContain('a/d.txt');
  });
});

describe('the contents API', () => {
  it('creates, reads, updates and deletes a file with a commit each', async () => {
    const { octokit } = world;
    const file = { ...shop, path: 'docs/größe.md', branch: 'main' };
    const put = (content: string, sha?: string) =>
      octokit.request('PUT /repos/{owner}/{repo}/contents/{path}', {
        ...file,
        message: 'Write',
        content: Buffer.from(content).toString('base64'),
        ...(sha && { sha }),
      });
    const created = await put('one');
    expect(created.status).toBe(201);
    const { data } = await octokit.request('GET /repos/{owner}/{repo}/contents/{path}', file);
    expect(data).toMatchObject({ type: 'file', encoding: 'base64', size: 3, path: 'docs/größe.md', content: 'b25l\n' });
    const known = created.data.content!.sha!;
    expect(await catchRefusal(put('two'))).toMatchObject({
      status: 422,
      data: { message: 'Invalid request.\n\n"sha" wasn\'t supplied.' },
    });
    expect(await catchRefusal(put('two', '1'.repeat(40)))).toMatchObject({
      status: 409,
      data: { message: `docs/größe.md does not match ${'1'.repeat(40)}` },
    });
    const updated = await put('two', known);
    expect(updated.status).toBe(200);
    await octokit.request('DELETE /repos/{owner}/{repo}/contents/{path}', {
      ...file,
      message: 'Gone',
      sha: updated.data.content!.sha!,
    });
    expect(await catchRefusal(octokit.request('GET /repos/{owner}/{repo}/contents/{path}', file))).toMatchObject({
      status: 404,
      data: { message: 'Not Found' },
    });
  });

  it('lists a directory and gives raw bytes when asked', async () => {
    const { data } = await world.octokit.request('GET /repos/{owner}/{repo}/contents/{path}', { ...shop, path: 'src' });
    expect(data).toMatchObject([{ name: 'main.ts', path: 'src/main.ts', type: 'file' }]);
    const raw = await world.octokit.request('GET /repos/{owner}/{repo}/contents/{path}', {
      ...shop,
      path: 'README.md',
      mediaType: { format: 'raw' },
    });
    expect(String(raw.data)).toBe('# Shop\n');
  });
});

describe('comparisons', () => {
  it('tell commits, files, patches and renames', async () => {
    const { sha: base } = await world.github.pushCommit({
      repo: 'shop',
      branch: 'compare',
      files: { 'old.txt': 'a\nb\nc\nd\n' },
      message: 'Base',
    });
    const { sha: head } = await world.github.pushCommits({
      repo: 'shop',
      branch: 'compare',
      commits: [
        { files: { 'src/main.ts': 'run();\nstop();\n' }, message: 'Stop' },
        { files: { 'old.txt': null, 'new name.txt': 'a\nb\nc\nd\n' }, message: 'Rename' },
      ],
    });
    const { data } = await world.octokit.request('GET /repos/{owner}/{repo}/compare/{basehead}', {
      ...shop,
      basehead: `${base}...${head}`,
    });
    expect(data).toMatchObject({ status: 'ahead', ahead_by: 2, behind_by: 0, total_commits: 2 });
    expect(data.commits.map(({ commit }) => commit.message)).toEqual(['Stop', 'Rename']);
    expect(data.files).toMatchObject([
      { filename: 'new name.txt', previous_filename: 'old.txt', status: 'renamed', changes: 0 },
      {
        filename: 'src/main.ts',
        status: 'modified',
        additions: 1,
        deletions: 0,
        patch: '@@ -1 +1,2 @@\n run();\n+stop();',
      },
    ]);
    const { data: commit } = await world.octokit.request('GET /repos/{owner}/{repo}/commits/{ref}', {
      ...shop,
      ref: 'compare',
    });
    expect(commit).toMatchObject({ sha: head, stats: { total: 0 }, files: [{ status: 'renamed' }] });
  });

  it('give 250 commits at once and the others by page, files on the first page only', async () => {
    const { sha: base } = await world.github.pushCommit({
      repo: 'shop',
      branch: 'long',
      files: { n: '0' },
      message: 'Base',
    });
    const head = await world.github.pushCommits({
      repo: 'shop',
      branch: 'long',
      commits: Array.from({ length: 253 }, (_, index) => ({
        files: { n: String(index + 1) },
        message: `n${index + 1}`,
      })),
    });
    const compare = (parameters = {}) =>
      world.octokit.request('GET /repos/{owner}/{repo}/compare/{basehead}', {
        ...shop,
        basehead: `${base}...${head.sha}`,
        ...parameters,
      });
    const first = await compare();
    expect(first.data).toMatchObject({ total_commits: 253, files: [{ filename: 'n' }] });
    expect(first.data.commits).toHaveLength(250);
    const second = await compare({ page: 3, per_page: 100 });
    expect(second.data.commits).toHaveLength(53);
    expect(second.data.files).toBeUndefined();
    expect(second.headers.link).toContain('page=2&per_page=100>; rel="prev"');
  }, 30_000);

  it('list commits of a path by page', async () => {
    const list = (parameters: object) =>
      world.octokit.request('GET /repos/{owner}/{repo}/commits', { ...shop, sha: 'long', ...parameters });
    const all = await list({ path: 'n', per_page: 2 });
    expect(all.data.map(({ commit }) => commit.message)).toEqual(['n253', 'n252']);
    expect(all.headers.link).toContain('rel="next"');
    expect(all.headers.link).toContain('page=127>; rel="last"');
  });
});
