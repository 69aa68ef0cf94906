// Webhooks as they arrive: payloads, signatures, outcomes, redelivery.
import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { verify } from '@octokit/webhooks-methods';
import { buildSignatureHeaders } from '../../../../local/world/github/webhooks/sign-payload.ts';
import { catchRefusal, startTestWorld, type TestWorld } from './start-test-world.ts';

let world: TestWorld;
beforeAll(async () => {
  world = await startTestWorld({ webhookTimeoutMilliseconds: 300, maximumPushCommits: 3 });
});
afterAll(() => world.stop());

const shop = { owner: 'acme', repo: 'shop' };
const payloadOf = (delivery: { payload: string } | undefined) => JSON.parse(delivery?.payload ?? 'null');

/** The members of a recorded payload that ours lacks, by path; where a list is empty on either side nothing is known. */
function listMissing(recorded: unknown, ours: unknown, path = ''): string[] {
  if (Array.isArray(recorded)) {
    return Array.isArray(ours) && recorded.length > 0 && ours.length > 0
      ? listMissing(recorded[0], ours[0], `${path}[]`)
      : [];
  }
  if (typeof recorded !== 'object' || recorded === null) return [];
  if (typeof ours !== 'object' || ours === null) return ours === null ? [] : [path];
  return Object.entries(recorded).flatMap(([name, value]) =>
    name in ours ? listMissing(value, (ours as Record<string, unknown>)[name], `${path}.${name}`) : [`${path}.${name}`],
  );
}

const examples = createRequire(import.meta.url)('@octokit/webhooks-examples') as {
  readonly name: string;
  readonly examples: readonly Record<string, unknown>[];
}[];

function getExample(name: string, matches: (example: Record<string, unknown>) => boolean = () => true) {
  const example = examples.find((event) => event.name === name)?.examples.find(matches);
  if (!example) throw new Error(`no such recorded ${name}`);
  return example;
}

describe('a push', () => {
  it('arrives signed, with the headers of GitHub', async () => {
    const { deliveries } = await world.github.pushCommit({
      repo: 'shop',
      branch: 'develop',
      files: { 'src/main.ts': 'run(1);\n' },
      message: 'Run once',
    });
    const request = world.received.findLast(({ headers }) => headers['x-github-event'] === 'push')!;
    const body = request.body.toString();
    expect(await verify('sesame', body, String(request.headers['x-hub-signature-256']))).toBe(true);
    expect(request.headers).toMatchObject({
      'content-type': 'application/json',
      'x-github-delivery': deliveries[0]!.guid,
      'x-github-hook-installation-target-type': 'integration',
      'x-github-hook-installation-target-id': String(world.github.app.id),
    });
    expect(String(request.headers['user-agent'])).toMatch(/^GitHub-Hookshot\//);
    expect(request.headers['x-hub-signature']).toMatch(/^sha1=[0-9a-f]{40}$/);
    expect(deliveries[0]!.outcome).toMatchObject({ status: 'OK', statusCode: 202, responseBody: 'noted' });
  });

  it('tells the paths of each commit against its parent', async () => {
    const { sha, before, commits, deliveries } = await world.github.pushCommits({
      repo: 'shop',
      branch: 'develop',
      author: 'grace',
      commits: [
        { files: { 'a.txt': 'a', 'src/main.ts': 'run(2);\n' }, message: 'One\n\nBody' },
        { files: { 'a.txt': null }, message: 'Two' },
      ],
    });
    expect(payloadOf(deliveries[0])).toMatchObject({
      ref: 'refs/heads/develop',
      before,
      after: sha,
      created: false,
      deleted: false,
      forced: false,
      commits: [
        {
          id: commits[0],
          message: 'One\n\nBody',
          added: ['a.txt'],
          removed: [],
          modified: ['src/main.ts'],
          distinct: true,
        },
        { id: commits[1], message: 'Two', added: [], removed: ['a.txt'], modified: [] },
      ],
      head_commit: { id: sha, author: { username: 'grace' } },
      pusher: { name: 'grace' },
      sender: { login: 'grace', type: 'User' },
      repository: { full_name: 'acme/shop', default_branch: 'main', organization: 'acme' },
      organization: { login: 'acme' },
      installation: { id: world.github.app.installationId },
    });
  });

  it('has every member that a recorded push has', async () => {
    const recorded = getExample('push', ({ commits }) => (commits as unknown[]).length > 0);
    const { deliveries } = await world.github.pushCommit({
      repo: 'shop',
      branch: 'develop',
      files: { b: '1' },
      message: 'b',
    });
    expect(listMissing(recorded, payloadOf(deliveries[0]))).toEqual([]);
  });

  it('of a new branch says created and lists only what no other branch has', async () => {
    const { deliveries, commits } = await world.github.pushCommit({
      repo: 'shop',
      branch: 'feature/x',
      files: { x: 'x' },
      message: 'x',
    });
    const [push, create] = deliveries.map(payloadOf);
    expect(push).toMatchObject({ created: true, before: '0'.repeat(40), commits: [{ id: commits[0] }] });
    expect(create).toMatchObject({ ref: 'feature/x', ref_type: 'branch', master_branch: 'main' });
  });

  it('that rewrites history says forced', async () => {
    const main = (
      await world.octokit.request('GET /repos/{owner}/{repo}/git/ref/{ref}', { ...shop, ref: 'heads/main' })
    ).data.object.sha;
    const { deliveries, commits } = await world.github.pushCommits({
      repo: 'shop',
      branch: 'feature/x',
      onto: main,
      commits: [{ files: { y: 'y' }, message: 'y' }],
    });
    expect(payloadOf(deliveries[0])).toMatchObject({ forced: true, created: false, commits: [{ id: commits[0] }] });
  });

  it('that removes a branch has no commits and no head', async () => {
    const [push] = (await world.github.deleteBranch('shop', 'feature/x')).map(payloadOf);
    expect(push).toMatchObject({ deleted: true, after: '0'.repeat(40), commits: [], head_commit: null });
  });

  it('of many commits lists only the newest ones', async () => {
    const { deliveries, commits } = await world.github.pushCommits({
      repo: 'shop',
      branch: 'develop',
      commits: [1, 2, 3, 4, 5].map((n) => ({ files: { n: String(n) }, message: `n${n}` })),
    });
    expect(payloadOf(deliveries[0]).commits.map(({ id }: { id: string }) => id)).toEqual(commits.slice(2));
  });
});

describe('other events', () => {
  it('tell a finished workflow run with every member that a recorded one has', async () => {
    const { sha } = await world.github.pushCommit({ repo: 'shop', branch: 'develop', files: { w: '1' }, message: 'w' });
    await world.github.startWorkflowRun({ repo: 'shop', sha });
    const { deliveries, run } = await world.github.completeWorkflowRun({ repo: 'shop', sha, conclusion: 'failure' });
    const payload = payloadOf(deliveries[0]);
    expect(payload).toMatchObject({
      action: 'completed',
      workflow_run: {
        id: run.id,
        name: 'build',
        head_sha: sha,
        head_branch: 'develop',
        status: 'completed',
        conclusion: 'failure',
        run_attempt: 1,
      },
      workflow: { name: 'build', path: '.github/workflows/build.yml' },
    });
    expect(
      listMissing(
        getExample('workflow_run', ({ action }) => action === 'completed'),
        payload,
      ),
    ).toEqual([]);
    const again = await world.github.completeWorkflowRun({ repo: 'shop', sha, conclusion: 'success' });
    expect(again.run).toMatchObject({ id: run.id, runAttempt: 2, conclusion: 'success' });
    const { data } = await world.octokit.request('GET /repos/{owner}/{repo}/actions/runs', { ...shop, head_sha: sha });
    expect(data).toMatchObject({ total_count: 1, workflow_runs: [{ id: run.id, conclusion: 'success' }] });
    const checks = await world.octokit.request('GET /repos/{owner}/{repo}/commits/{ref}/check-runs', {
      ...shop,
      ref: 'develop',
    });
    expect(checks.data.check_runs).toMatchObject([
      { name: 'build', conclusion: 'success', app: { slug: 'github-actions' } },
    ]);
  });

  it('tell a release with every member that a recorded one has, and its tag', async () => {
    const { deliveries } = await world.github.publishRelease({ repo: 'shop', tag: 'v1.0.0' });
    expect(deliveries.map(({ event, action }) => [event, action])).toEqual([
      ['push', null],
      ['create', null],
      ['release', 'created'],
      ['release', 'published'],
      ['release', 'released'],
    ]);
    const published = payloadOf(deliveries.find(({ action }) => action === 'published'));
    expect(
      listMissing(
        getExample('release', ({ action }) => action === 'published'),
        published,
      ),
    ).toEqual([]);
    const tag = await world.octokit.request('GET /repos/{owner}/{repo}/git/ref/{ref}', { ...shop, ref: 'tags/v1.0.0' });
    expect(tag.data.object.type).toBe('commit');
  });

  it.each([
    ['deployment', 'deployment'],
    ['deployment_status', 'deployment_status'],
    ['status', 'status'],
  ])('tell a %s with every member that a recorded one has', async (event) => {
    await world.octokit.request('POST /repos/{owner}/{repo}/statuses/{sha}', {
      ...shop,
      sha: (await world.octokit.request('GET /repos/{owner}/{repo}/commits/{ref}', { ...shop, ref: 'develop' })).data
        .sha,
      state: 'success',
    });
    const { data } = await world.octokit.request('POST /repos/{owner}/{repo}/deployments', {
      ...shop,
      ref: 'develop',
      auto_merge: false,
      required_contexts: [],
    });
    await world.octokit.request('POST /repos/{owner}/{repo}/deployments/{deployment_id}/statuses', {
      ...shop,
      deployment_id: (data as { id: number }).id,
      state: 'success',
    });
    await world.github.settle();
    const sent = world.github.deliveries().findLast((delivery) => delivery.event === event);
    const branches = ['.branches', '.commit.commit.verification', '.commit.author', '.commit.committer'];
    const missing = listMissing(getExample(event), payloadOf(sent));
    expect(missing.filter((path) => !branches.some((known) => path.startsWith(known)))).toEqual([]);
  });

  it('are recorded payloads, byte for byte what JSON makes of them', async () => {
    const recorded = { ...getExample('push'), installation: { id: 1 } };
    await world.github.deliver('push', recorded);
    expect(JSON.parse(world.received.at(-1)!.body.toString())).toEqual(recorded);
  });
});

describe('deliveries', () => {
  const listFailed = async () =>
    (await world.appOctokit.request('GET /app/hook/deliveries', { status: 'failure', per_page: 100 })).data;

  it('that fail are kept, never repeated by themselves, and repeated on request under the same GUID', async () => {
    world.answerWith(500);
    const [failed] = await world.github.deliver('push', { marker: 'failing' });
    world.answerWith(202);
    const arrivals = () => world.received.filter(({ headers }) => headers['x-github-delivery'] === failed!.guid);
    expect(arrivals()).toHaveLength(1);
    const [listed] = await listFailed();
    expect(listed).toMatchObject({
      id: failed!.id,
      guid: failed!.guid,
      redelivery: false,
      status: 'Invalid HTTP Response: 500',
      status_code: 500,
      event: 'push',
    });
    const asked = await world.appOctokit.request('POST /app/hook/deliveries/{delivery_id}/attempts', {
      delivery_id: failed!.id,
    });
    expect(asked.status).toBe(202);
    await world.github.settle();
    expect(arrivals()).toHaveLength(2);
    const { data } = await world.appOctokit.request('GET /app/hook/deliveries', { per_page: 1 });
    expect(data).toMatchObject([{ guid: failed!.guid, redelivery: true, status: 'OK', status_code: 202 }]);
    const full = await world.appOctokit.request('GET /app/hook/deliveries/{delivery_id}', {
      delivery_id: Number(data[0]!.id),
    });
    expect(full.data).toMatchObject({
      request: { headers: { 'X-GitHub-Event': 'push' }, payload: { marker: 'failing' } },
      response: { payload: 'noted' },
    });
  });

  it('time out, and fail when nobody listens', async () => {
    const silent = await startTestWorldReceiver();
    await world.github.configureWebhook({ url: silent.url, secret: '' });
    const [late] = await world.github.deliver('push', {});
    expect(late!.outcome).toMatchObject({ status: 'timed out', statusCode: 0 });
    await silent.stop();
    const [lost] = await world.github.deliver('push', {});
    expect(lost!.outcome).toMatchObject({ status: 'failed to connect to host', statusCode: 0 });
    await world.github.configureWebhook({ url: world.hookUrl, secret: 'sesame' });
  });

  it('are listed newest first in pages by cursor', async () => {
    for (let index = 0; index < 5; index += 1) await world.github.deliver('push', { index });
    const ids: number[] = [];
    let route = 'GET /app/hook/deliveries?per_page=2';
    for (let page = 0; page < 2; page += 1) {
      const { data, headers } = await world.appOctokit.request(route);
      ids.push(...(data as { id: number }[]).map(({ id }) => id));
      const next = /<([^>]+)>; rel="next"/.exec(headers.link ?? '')![1]!;
      expect(next).toContain('cursor=v1_');
      route = `GET ${new URL(next).pathname}${new URL(next).search}`;
    }
    expect(ids).toEqual([...ids].sort((one, other) => other - one));
    expect(new Set(ids).size).toBe(4);
  });

  it('of a repository hook are its own, beginning with a ping', async () => {
    const { data: hook } = await world.octokit.request('POST /repos/{owner}/{repo}/hooks', {
      ...shop,
      config: { url: world.hookUrl.replace('/webhooks', '/repository'), content_type: 'form', secret: 'other' },
      events: ['issues'],
    });
    await world.octokit.request('POST /repos/{owner}/{repo}/issues', { ...shop, title: 'Broken' });
    await world.github.pushCommit({ repo: 'shop', branch: 'develop', files: { h: 'h' }, message: 'h' });
    await world.github.settle();
    const { data } = await world.octokit.request('GET /repos/{owner}/{repo}/hooks/{hook_id}/deliveries', {
      ...shop,
      hook_id: hook.id,
    });
    expect(data.map(({ event, action }) => [event, action])).toEqual([
      ['issues', 'opened'],
      ['ping', null],
    ]);
    const request = world.received.findLast(({ path }) => path.startsWith('/repository'))!;
    expect(JSON.parse(new URLSearchParams(request.body.toString()).get('payload')!)).toMatchObject({
      action: 'opened',
      issue: { title: 'Broken' },
    });
    expect(await verify('other', request.body.toString(), String(request.headers['x-hub-signature-256']))).toBe(true);
    await world.octokit.request('DELETE /repos/{owner}/{repo}/hooks/{hook_id}', { ...shop, hook_id: hook.id });
  });

  it('of the app are nothing that a person may read', async () => {
    const refusal = await catchRefusal(world.octokit.request('GET /app/hook/deliveries'));
    expect(refusal).toMatchObject({ status: 401, data: { message: 'A JSON web token could not be decoded' } });
  });
});

it('signs as the documentation shows', () => {
  // The vector of https://docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries
  const headers = buildSignatureHeaders("It's a Secret to Everybody", 'Hello, World!');
  expect(headers['X-Hub-Signature-256']).toBe(
    'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17',
  );
});

/** A server that takes requests and never answers. */
async function startTestWorldReceiver() {
  const { startHttpServer } = await import('../../../../local/world/http-server.ts');
  return startHttpServer({ handle: () => new Promise(() => undefined) });
}
