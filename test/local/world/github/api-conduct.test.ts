// What the REST API does around every operation: credentials, permissions, budgets, conditional requests, faults.
import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createAppAuth } from '@octokit/auth-app';
import { Octokit } from '@octokit/core';
import { buildPrimaryRateLimit, buildSecondaryRateLimit } from '../../../../local/world/github/api/rate-limit.ts';
import { catchRefusal, startTestWorld, type TestWorld } from './start-test-world.ts';

const shop = { owner: 'acme', repo: 'shop' };
let world: TestWorld;
let skipMilliseconds = 0;

beforeAll(async () => {
  const clock = { now: () => Date.now() + skipMilliseconds, work: <T>(promise: Promise<T>) => promise };
  world = await startTestWorld({ clock });
  await world.github.seedRepository('secret', { a: 'a' }, { isPrivate: true });
});
afterAll(() => world.stop());

const getRepository = (octokit: Octokit, repo = 'shop') =>
  octokit.request('GET /repos/{owner}/{repo}', { owner: 'acme', repo });
const anonymous = () => new Octokit({ baseUrl: world.github.url });

describe('credentials', () => {
  it('of an app become an installation token that acts as its bot', async () => {
    const { data } = await world.installation.request('POST /repos/{owner}/{repo}/issues', {
      ...shop,
      title: 'From the app',
    });
    expect(data.user).toMatchObject({ login: 'deployment-automation[bot]', type: 'Bot' });
    const { data: app } = await world.appOctokit.request('GET /app');
    expect(app).toMatchObject({ id: world.github.app.id, slug: 'deployment-automation' });
    const { data: installation } = await world.appOctokit.request('GET /repos/{owner}/{repo}/installation', shop);
    expect(installation.id).toBe(world.github.app.installationId);
  });

  it('are refused when another key signed them, when unknown, and when expired', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const forged = new Octokit({
      baseUrl: world.github.url,
      authStrategy: createAppAuth,
      auth: { appId: world.github.app.id, privateKey: privateKey.export({ type: 'pkcs1', format: 'pem' }).toString() },
    });
    expect(await catchRefusal(forged.request('GET /app'))).toMatchObject({
      status: 401,
      data: { message: 'A JSON web token could not be decoded' },
    });
    expect(
      await catchRefusal(getRepository(new Octokit({ baseUrl: world.github.url, auth: 'ghp_unknown' }))),
    ).toMatchObject({
      status: 401,
      data: { message: 'Bad credentials', documentation_url: 'https://docs.github.com/rest', status: '401' },
    });
    const url = `POST /app/installations/{installation_id}/access_tokens` as const;
    const { data } = await world.appOctokit.request(url, { installation_id: world.github.app.installationId });
    const octokit = new Octokit({ baseUrl: world.github.url, auth: data.token });
    await getRepository(octokit);
    skipMilliseconds = 3_600_001;
    try {
      expect(await catchRefusal(getRepository(octokit))).toMatchObject({ status: 401 });
    } finally {
      skipMilliseconds = 0;
    }
  });

  it('may be narrowed to repositories and permissions', async () => {
    const { data } = await world.appOctokit.request('POST /app/installations/{installation_id}/access_tokens', {
      installation_id: world.github.app.installationId,
      repositories: ['shop'],
      permissions: { contents: 'read' },
    });
    expect(data).toMatchObject({
      permissions: { contents: 'read', metadata: 'read' },
      repository_selection: 'selected',
    });
    const octokit = new Octokit({ baseUrl: world.github.url, auth: data.token });
    await octokit.request('GET /repos/{owner}/{repo}/contents/{path}', { ...shop, path: 'README.md' });
    expect(await catchRefusal(getRepository(octokit, 'secret'))).toMatchObject({ status: 404 });
    expect(
      await catchRefusal(octokit.request('POST /repos/{owner}/{repo}/git/blobs', { ...shop, content: '' })),
    ).toMatchObject({
      status: 403,
      data: { message: 'Resource not accessible by integration' },
    });
    const tooMuch = {
      installation_id: world.github.app.installationId,
      permissions: { administration: 'write' as const },
    };
    expect(
      await catchRefusal(world.appOctokit.request('POST /app/installations/{installation_id}/access_tokens', tooMuch)),
    ).toMatchObject({ status: 422 });
  });

  it('are not needed to read what is public, and hide what is private', async () => {
    expect((await getRepository(anonymous())).data).toMatchObject({ full_name: 'acme/shop', private: false });
    expect(await catchRefusal(getRepository(anonymous(), 'secret'))).toMatchObject({
      status: 404,
      data: { message: 'Not Found' },
    });
    expect(await catchRefusal(getRepository(world.octokit, 'absent'))).toMatchObject({ status: 404 });
    expect(
      await catchRefusal(anonymous().request('POST /repos/{owner}/{repo}/issues', { ...shop, title: 'x' })),
    ).toMatchObject({
      status: 401,
      data: { message: 'Requires authentication' },
    });
  });
});

describe('requests', () => {
  it('need a user agent, a known API version and JSON', async () => {
    const { request } = await import('node:http');
    const status = await new Promise((resolve) =>
      request(`${world.github.url}/repos/acme/shop`, (answer) => resolve(answer.statusCode)).end(),
    );
    expect(status).toBe(403);
    const headers = { 'x-github-api-version': '1999-01-01' };
    expect(await catchRefusal(world.octokit.request('GET /user', { headers }))).toMatchObject({ status: 400 });
    const token = await world.github.createToken('ada');
    const answer = await fetch(`${world.github.url}/repos/acme/shop/issues`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body: '{',
    });
    expect([answer.status, ((await answer.json()) as { message: string }).message]).toEqual([
      400,
      'Problems parsing JSON',
    ]);
  });

  it('with a known entity tag are answered 304 and cost nothing', async () => {
    const first = await getRepository(world.octokit);
    const headers = { 'if-none-match': first.headers.etag! };
    const again = await catchRefusal(world.octokit.request('GET /repos/{owner}/{repo}', { ...shop, headers }));
    expect(again.status).toBe(304);
    expect(again.headers['x-ratelimit-used']).toBe(first.headers['x-ratelimit-used']);
    await world.octokit.request('POST /repos/{owner}/{repo}/issues', { ...shop, title: 'Change' });
    const list = () => world.octokit.request('GET /repos/{owner}/{repo}/issues', shop);
    const before = (await list()).headers.etag;
    await world.octokit.request('POST /repos/{owner}/{repo}/issues', { ...shop, title: 'Another' });
    expect((await list()).headers.etag).not.toBe(before);
  });

  it('find the API below /api/v3 as on GitHub Enterprise Server', async () => {
    const octokit = new Octokit({ baseUrl: `${world.github.url}/api/v3` });
    expect((await getRepository(octokit)).data.name).toBe('shop');
  });

  it('are limited by the hour', async () => {
    const limited = await startTestWorld({ requestsPerHour: 2 });
    try {
      const [first] = [await getRepository(limited.octokit), await getRepository(limited.octokit)];
      expect(first.headers).toMatchObject({
        'x-ratelimit-limit': '2',
        'x-ratelimit-remaining': '1',
        'x-ratelimit-resource': 'core',
      });
      const refusal = await catchRefusal(getRepository(limited.octokit));
      expect(refusal).toMatchObject({ status: 403, headers: { 'x-ratelimit-remaining': '0' } });
      expect(refusal.data.message).toBe('API rate limit exceeded for ada.');
      const { data } = await limited.octokit.request('GET /rate_limit');
      expect(data.rate).toMatchObject({ limit: 2, used: 2, remaining: 0 });
    } finally {
      await limited.stop();
    }
  });
});

describe('pages', () => {
  it('are linked', async () => {
    for (let index = 0; index < 3; index += 1) {
      await world.octokit.request('POST /repos/{owner}/{repo}/issues', {
        ...shop,
        title: `Page ${index}`,
        labels: ['paged'],
      });
    }
    const list = (page: number) =>
      world.octokit.request('GET /repos/{owner}/{repo}/issues', { ...shop, labels: 'paged', per_page: 1, page });
    const { data, headers } = await list(2);
    expect(data.map(({ title }) => title)).toEqual(['Page 1']);
    const relations = [...headers.link!.matchAll(/[?&]page=(\d+)[^>]*>; rel="(\w+)"/g)].map(
      ([, page, relation]) => `${relation} ${page}`,
    );
    expect(relations).toEqual(['prev 1', 'next 3', 'last 3', 'first 1']);
    expect((await list(3)).headers.link).not.toContain('rel="next"');
  });
});

describe('faults', () => {
  const updateRef = '/repos/{owner}/{repo}/git/refs/{ref...}';
  const tip = async () =>
    (await world.octokit.request('GET /repos/{owner}/{repo}/git/ref/{ref}', { ...shop, ref: 'heads/main' })).data.object
      .sha;
  async function move(signal?: AbortSignal) {
    const parent = await tip();
    const { data: commit } = await world.octokit.request('GET /repos/{owner}/{repo}/git/commits/{commit_sha}', {
      ...shop,
      commit_sha: parent,
    });
    const { data } = await world.octokit.request('POST /repos/{owner}/{repo}/git/commits', {
      ...shop,
      message: 'Move',
      tree: commit.tree.sha,
      parents: [parent],
    });
    const moving = world.octokit.request('PATCH /repos/{owner}/{repo}/git/refs/{ref}', {
      ...shop,
      ref: 'heads/main',
      sha: data.sha,
      request: signal === undefined ? {} : { signal },
    });
    return {
      sha: data.sha,
      outcome: await moving.then(
        ({ status }) => status,
        (error: { status?: number }) => error.status,
      ),
    };
  }

  it.each([500, 502, 409])('answer %i before anything happened, with the body of GitHub', async (status) => {
    world.github.inject({ method: 'PATCH', path: updateRef, status });
    const { sha, outcome } = await move();
    expect(outcome).toBe(status);
    expect(await tip()).not.toBe(sha);
    expect((await move()).outcome).toBe(200);
  });

  it.each([{ status: 500 }, { reset: true }])('lose the answer of what did happen: %j', async (fault) => {
    world.github.inject({ method: 'PATCH', path: updateRef, afterEffect: true, ...fault });
    const { sha, outcome } = await move();
    expect(outcome).not.toBe(200);
    expect(await tip()).toBe(sha);
  });

  it('never answer what did happen', async () => {
    world.github.inject({ method: 'PATCH', path: updateRef, afterEffect: true, timeout: true });
    const before = await tip();
    const patience = new AbortController();
    const moving = move(patience.signal);
    while ((await tip()) === before);
    patience.abort();
    const { sha, outcome } = await moving;
    expect(outcome).not.toBe(200);
    expect(await tip()).toBe(sha);
  });

  it('are counted and can wait for their turn', async () => {
    world.github.inject({ method: 'GET', path: '/repos/{owner}/{repo}', skip: 1, times: 2, status: 503 });
    const outcomes = [];
    for (let index = 0; index < 4; index += 1)
      outcomes.push(
        await getRepository(world.octokit).then(
          ({ status }) => status,
          ({ status }) => status,
        ),
      );
    expect(outcomes).toEqual([200, 503, 503, 200]);
  });

  it('can be the answers of a used-up budget', async () => {
    world.github.inject({ path: '/user', ...buildPrimaryRateLimit(1_700_000_000_000) });
    world.github.inject({ path: '/user', ...buildSecondaryRateLimit(7, 429) });
    const primary = await catchRefusal(world.octokit.request('GET /user'));
    expect(primary).toMatchObject({
      status: 403,
      headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1700000000' },
    });
    const secondary = await catchRefusal(world.octokit.request('GET /user'));
    expect(secondary).toMatchObject({ status: 429, headers: { 'retry-after': '7' } });
    expect(secondary.data.message).toMatch(/secondary rate limit/);
  });
});
