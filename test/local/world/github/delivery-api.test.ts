// What people see of a release on GitHub: statuses, checks, deployments, issues, dispatches, and all of it after a restart.
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Octokit } from '@octokit/core';
import { startGitHub } from '../../../../local/world/github/start-github.ts';
import { startHttpServer } from '../../../../local/world/http-server.ts';
import { catchRefusal, startTestWorld, type TestWorld } from './start-test-world.ts';

const shop = { owner: 'acme', repo: 'shop' };
let world: TestWorld;

beforeAll(async () => {
  world = await startTestWorld();
});
afterAll(() => world.stop());

const push = async (branch = 'main') =>
  (await world.github.pushCommit({ repo: 'shop', branch, files: { [`${Math.random()}`]: '' }, message: 'Change' })).sha;

describe('commit statuses', () => {
  it('combine the newest of each context', async () => {
    const sha = await push();
    const report = (context: string, state: 'success' | 'failure' | 'pending') =>
      world.octokit.request('POST /repos/{owner}/{repo}/statuses/{sha}', {
        ...shop,
        sha,
        state,
        context,
        description: context,
      });
    const combined = async () =>
      (await world.octokit.request('GET /repos/{owner}/{repo}/commits/{ref}/status', { ...shop, ref: 'main' })).data;
    expect(await combined()).toMatchObject({ state: 'pending', total_count: 0, sha });
    await report('one', 'failure');
    await report('two', 'success');
    expect(await combined()).toMatchObject({ state: 'failure', total_count: 2 });
    await report('one', 'success');
    expect(await combined()).toMatchObject({ state: 'success', total_count: 2 });
    const { data } = await world.octokit.request('GET /repos/{owner}/{repo}/commits/{ref}/statuses', {
      ...shop,
      ref: sha,
    });
    expect(data.map(({ context, state }) => [context, state])).toEqual([
      ['one', 'success'],
      ['two', 'success'],
      ['one', 'failure'],
    ]);
  });

  it.each([
    [{ state: 'great' }, /is not a member of/],
    [{ state: 'success', description: 'x'.repeat(141) }, /Validation Failed/],
    [{ state: 'success', target_url: 'javascript:alert(1)' }, /Validation Failed/],
  ])('refuse %j', async (parameters, message) => {
    const sha = await push();
    const refusal = await catchRefusal(
      world.octokit.request('POST /repos/{owner}/{repo}/statuses/{sha}', {
        ...shop,
        sha,
        ...(parameters as { state: 'success' }),
      }),
    );
    expect(refusal.status).toBe(422);
    expect(refusal.data.message).toMatch(message);
  });
});

describe('check runs', () => {
  it('show the latest of each name', async () => {
    const head_sha = await push();
    const create = (conclusion: 'failure' | 'success') =>
      world.installation.request('POST /repos/{owner}/{repo}/check-runs', {
        ...shop,
        name: 'gates',
        head_sha,
        conclusion,
        output: { title: conclusion, summary: '' },
      });
    await create('failure');
    const { data: latest } = await create('success');
    const { data } = await world.octokit.request('GET /repos/{owner}/{repo}/commits/{ref}/check-runs', {
      ...shop,
      ref: head_sha,
    });
    expect(data).toMatchObject({
      total_count: 1,
      check_runs: [
        { id: latest.id, status: 'completed', conclusion: 'success', app: { slug: 'deployment-automation' } },
      ],
    });
  });
});

describe('deployments', () => {
  const create = (parameters: object) =>
    world.installation.request('POST /repos/{owner}/{repo}/deployments', {
      ...shop,
      ref: 'main',
      auto_merge: false,
      required_contexts: [],
      ...parameters,
    });
  const report = (deployment_id: number, state: 'success' | 'in_progress' | 'failure') =>
    world.installation.request('POST /repos/{owner}/{repo}/deployments/{deployment_id}/statuses', {
      ...shop,
      deployment_id,
      state,
      log_url: 'https://example.com/log',
    });
  const statesOf = async (deployment_id: number) =>
    (
      await world.octokit.request('GET /repos/{owner}/{repo}/deployments/{deployment_id}/statuses', {
        ...shop,
        deployment_id,
      })
    ).data.map(({ state }) => state);
  const idOf = ({ data }: { data: unknown }) => (data as { id: number }).id;

  it('are listed by environment, sha and task, newest first', async () => {
    const sha = await push();
    const first = idOf(await create({ environment: 'dev', task: 'deploy:api', payload: { release: 'r1' } }));
    const second = idOf(await create({ environment: 'dev', task: 'deploy:web' }));
    await create({ environment: 'staging' });
    const list = async (query: object) =>
      (await world.octokit.request('GET /repos/{owner}/{repo}/deployments', { ...shop, ...query })).data.map(
        ({ id }) => id,
      );
    expect(await list({ environment: 'dev', sha })).toEqual([second, first]);
    expect(await list({ task: 'deploy:api' })).toEqual([first]);
    const { data } = await world.octokit.request('GET /repos/{owner}/{repo}/deployments/{deployment_id}', {
      ...shop,
      deployment_id: first,
    });
    expect(data).toMatchObject({
      sha,
      ref: 'main',
      payload: { release: 'r1' },
      creator: { login: 'deployment-automation[bot]' },
    });
    const environments = await world.octokit.request('GET /repos/{owner}/{repo}/environments', shop);
    expect(environments.data.environments?.map(({ name }) => name)).toEqual(['dev', 'staging']);
  });

  it('that succeed make the earlier one of the environment inactive', async () => {
    const [first, second] = [idOf(await create({ environment: 'qa' })), idOf(await create({ environment: 'qa' }))];
    await report(first, 'in_progress');
    await report(first, 'success');
    await report(second, 'success');
    expect(await statesOf(first)).toEqual(['inactive', 'success', 'in_progress']);
    expect(await statesOf(second)).toEqual(['success']);
  });

  it('are refused while required statuses have not succeeded', async () => {
    const sha = await push();
    await world.octokit.request('POST /repos/{owner}/{repo}/statuses/{sha}', {
      ...shop,
      sha,
      state: 'pending',
      context: 'build',
    });
    const refusal = await catchRefusal(create({ required_contexts: undefined }));
    expect(refusal).toMatchObject({
      status: 409,
      data: {
        message: 'Conflict: Commit status checks failed for main.',
        errors: [{ contexts: [{ context: 'build', state: 'pending' }], field: 'required_contexts' }],
      },
    });
    expect(await catchRefusal(create({ ref: 'absent' }))).toMatchObject({
      status: 422,
      data: { message: 'No ref found for: absent' },
    });
  });
});

describe('issues', () => {
  it('are opened, commented on and closed', async () => {
    const { data: issue } = await world.installation.request('POST /repos/{owner}/{repo}/issues', {
      ...shop,
      title: 'Promotion failed',
      body: 'Why',
      labels: ['incident'],
    });
    const at = { ...shop, issue_number: issue.number };
    await world.installation.request('POST /repos/{owner}/{repo}/issues/{issue_number}/comments', {
      ...at,
      body: 'Looking',
    });
    const { data: closed } = await world.installation.request('PATCH /repos/{owner}/{repo}/issues/{issue_number}', {
      ...at,
      state: 'closed',
    });
    expect(closed).toMatchObject({
      state: 'closed',
      state_reason: 'completed',
      comments: 1,
      labels: [{ name: 'incident' }],
    });
    const list = async (state: 'open' | 'closed') =>
      (await world.octokit.request('GET /repos/{owner}/{repo}/issues', { ...shop, state, labels: 'incident' })).data;
    expect(await list('open')).toEqual([]);
    expect(await list('closed')).toMatchObject([{ number: issue.number }]);
    await world.github.settle();
    const actions = world.github
      .deliveries()
      .filter(({ event }) => event.startsWith('issue'))
      .map(({ event, action }) => `${event}.${action}`);
    expect(actions).toEqual(['issues.opened', 'issue_comment.created', 'issues.closed']);
  });
});

describe('dispatches', () => {
  it('become repository_dispatch events', async () => {
    await world.octokit.request('POST /repos/{owner}/{repo}/dispatches', {
      ...shop,
      event_type: 'promote',
      client_payload: { service: 'api' },
    });
    await world.github.settle();
    const sent = world.github.deliveries().findLast(({ event }) => event === 'repository_dispatch');
    expect(JSON.parse(sent!.payload)).toMatchObject({
      action: 'promote',
      branch: 'main',
      client_payload: { service: 'api' },
    });
    const many = Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`p${index}`, index]));
    expect(
      await catchRefusal(
        world.octokit.request('POST /repos/{owner}/{repo}/dispatches', {
          ...shop,
          event_type: 'x',
          client_payload: many,
        }),
      ),
    ).toMatchObject({ status: 422 });
  });
});

describe('the page of a commit', () => {
  it('is where the links lead', async () => {
    await push();
    const { data } = await world.octokit.request('GET /repos/{owner}/{repo}/commits/{ref}', { ...shop, ref: 'main' });
    const page = await fetch(data.html_url);
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining(`commit ${data.sha}`)]);
  });
});

describe('a restart', () => {
  it('brings everything back, and what was on its way counts as failed', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'github-restart-'));
    const silent = await startHttpServer({ handle: () => new Promise(() => undefined) });
    const options = { directory, owner: 'acme', webhookUrl: silent.url, webhookSecret: 's' };
    const first = await startGitHub(options);
    const { sha } = await first.seedRepository('shop', { a: '1' });
    const token = await first.createToken('ada');
    const octokit = new Octokit({ baseUrl: first.url, auth: token });
    const { data: issue } = await octokit.request('POST /repos/{owner}/{repo}/issues', { ...shop, title: 'Kept' });
    // What a crash leaves: the state as it is while the delivery hangs.
    const afterCrash = `${directory}-after-crash`;
    await cp(directory, afterCrash, { recursive: true });
    await writeFile(join(afterCrash, 'repositories', 'acme', 'shop.git', 'refs', 'heads', 'main.lock'), '');
    await first.stop();
    await silent.stop();

    const second = await startGitHub({ ...options, directory: afterCrash });
    try {
      expect(await second.seedRepository('shop', { a: 'other' })).toEqual({ sha });
      expect(await second.readFile('shop', 'a')).toBe('1');
      expect(second.app.privateKey).toBe(first.app.privateKey);
      const again = new Octokit({ baseUrl: second.url, auth: token });
      const { data } = await again.request('GET /repos/{owner}/{repo}/issues/{issue_number}', {
        ...shop,
        issue_number: issue.number,
      });
      expect(data.title).toBe('Kept');
      expect(second.deliveries()).toMatchObject([
        { event: 'issues', outcome: { statusCode: 0, status: 'failed to connect to host' } },
      ]);
      const pushed = await second.pushCommit({
        repo: 'shop',
        branch: 'main',
        files: { a: '2' },
        message: 'On it goes',
      });
      expect(pushed.before).toBe(sha);
    } finally {
      await second.stop();
      for (const folder of [directory, afterCrash]) await rm(folder, { recursive: true, force: true });
    }
  });
});
