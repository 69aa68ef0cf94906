// Tests of what we make of GitHub's answers: comparisons, Git objects, progress, deliveries.
import { describe, expect, it } from '@jest/globals';
import { createGitHubBuilds } from '../../../lambdas/adapters/github-builds.ts';
import type { GitHubAnswer, GitHubClient } from '../../../lambdas/adapters/github-client.ts';
import { createAppDeliveries, findRepositoryDeliveries } from '../../../lambdas/adapters/github-deliveries.ts';
import { createGitHubGitOpsRepository } from '../../../lambdas/adapters/github-gitops-repository.ts';
import { showProgress } from '../../../lambdas/adapters/github-progress.ts';
import { createProtectionAnswers } from '../../../lambdas/adapters/github-protection-answers.ts';
import { createGitHubSourceRepository } from '../../../lambdas/adapters/github-source-repository.ts';
import { buildWebUrl } from '../../../lambdas/adapters/github-web-url.ts';
import { buildPromotion } from '../../core/promotion/promotion-builder.ts';

type Reply = Partial<GitHubAnswer> | Error;

/** Replies by route. */
function createClient(replies: Record<string, Reply | ((parameters: Record<string, unknown>) => Reply)>) {
  const calls: { route: string; parameters: Record<string, unknown> }[] = [];
  const client: GitHubClient = async (route, parameters = {}) => {
    calls.push({ route, parameters: { ...parameters } });
    const reply = replies[route];
    const answer = typeof reply === 'function' ? reply({ ...parameters }) : reply;
    if (answer instanceof Error) throw answer;
    return { status: 200, data: undefined, headers: {}, ...answer };
  };
  return { client, calls };
}
const compare = 'GET /repos/{owner}/{repo}/compare/{basehead}';

describe('the source repository', () => {
  const files = (count: number) => Array.from({ length: count }, (_, index) => ({ filename: `f${index}` }));

  it('lists changed files, of a renamed one both names', async () => {
    const data = { status: 'ahead', files: [{ filename: 'new', previous_filename: 'old' }] };
    const { client, calls } = createClient({ [compare]: { data } });
    expect(await createGitHubSourceRepository(client).findChangedFiles('o/r', 'a', 'b')).toEqual(['new', 'old']);
    expect(calls[0]?.parameters).toEqual({ owner: 'o', repo: 'r', basehead: 'a...b' });
  });

  it.each([
    ['GitHub does not know a commit', { status: 404 }],
    ['the list is cut off at 300 files', { data: { status: 'ahead', files: files(300) } }],
  ])('does not know the files when %s', async (_, reply) => {
    const { client } = createClient({ [compare]: reply });
    expect(await createGitHubSourceRepository(client).findChangedFiles('o/r', 'a', 'b')).toBeUndefined();
  });

  it.each([
    ['ahead', true],
    ['identical', true],
    ['behind', false],
    ['diverged', false],
  ])('a head that is %s of a commit contains it: %s', async (status, expected) => {
    const { client, calls } = createClient({ [compare]: { data: { status } } });
    expect(await createGitHubSourceRepository(client).contains('o/r', 'head', 'commit')).toBe(expected);
    expect(calls[0]?.parameters.basehead).toBe('commit...head');
  });
});

describe('the answer to a job that waits', () => {
  const callback = 'POST /repos/{owner}/{repo}/actions/runs/{run_id}/deployment_protection_rule';
  const send = async (reply: Reply) => {
    const { client, calls } = createClient({ [callback]: reply });
    const taken = await createProtectionAnswers(client)(
      { repository: 'o/r', runId: 42, environment: 'Prod' },
      { state: 'rejected', comment: 'c'.repeat(2_000) },
    );
    return { taken, parameters: calls[0]?.parameters };
  };

  it('goes to the run that asks, in the form that GitHub documents', async () => {
    expect(await send({ status: 204 })).toEqual({
      taken: true,
      parameters: {
        owner: 'o',
        repo: 'r',
        run_id: 42,
        environment_name: 'Prod',
        state: 'rejected',
        comment: 'c'.repeat(1_000),
      },
    });
  });

  it('is not wanted any more where the run is gone, and is tried again where GitHub has other reasons', async () => {
    expect((await send({ status: 404 })).taken).toBe(false);
    expect((await send({ status: 422 })).taken).toBe(false);
    await expect(send({ status: 409, data: { message: 'Conflict' } })).rejects.toThrow('409 Conflict');
  });
});

describe('the builds', () => {
  const runs = 'GET /repos/{owner}/{repo}/actions/runs';
  const run = (id: number, change: object = {}) => ({
    id,
    name: 'build',
    event: 'push',
    conclusion: 'success',
    head_sha: 'abc',
    head_repository: { full_name: 'o/r' },
    ...change,
  });

  it.each([
    ['the latest run, whatever the order', [run(1, { conclusion: 'failure' }), run(2)], 'success'],
    ['nothing while the latest run goes on', [run(2, { conclusion: null }), run(1)], undefined],
    ['nothing when there is no run', [], undefined],
    ['no run of another workflow', [run(3, { name: 'lint' })], undefined],
    ['no run for a pull request', [run(3, { event: 'pull_request' }), run(1)], 'success'],
    ['no run from a fork', [run(3, { head_repository: { full_name: 'mallory/r' } })], undefined],
  ])('say how a build ended by %s', async (_, found, expected) => {
    const { client, calls } = createClient({ [runs]: { data: { workflow_runs: found } } });
    expect((await createGitHubBuilds(client, 'build')('o/r', 'abc'))?.conclusion).toBe(expected);
    expect(calls[0]?.parameters).toMatchObject({ owner: 'o', repo: 'r', head_sha: 'abc' });
  });
});

describe('the GitOps repository', () => {
  const location = { owner: 'o', repository: 'gitops', branch: 'main', webUrl: 'https://github.com/o/gitops' };
  const created = {
    'GET /repos/{owner}/{repo}/git/commits/{commit_sha}': { data: { sha: 'parent', tree: { sha: 'tree' } } },
    'POST /repos/{owner}/{repo}/git/blobs': { data: { sha: 'blob' } },
    'POST /repos/{owner}/{repo}/git/trees': { data: { sha: 'new-tree' } },
    'POST /repos/{owner}/{repo}/git/commits': { data: { sha: 'commit' } },
  };

  it('reads the file in the very commit that the branch points to', async () => {
    const { client, calls } = createClient({
      'GET /repos/{owner}/{repo}/git/ref/{ref}': { data: { object: { sha: 'tip' } } },
      'GET /repos/{owner}/{repo}/contents/{path}': {
        data: { content: Buffer.from('ünï').toString('base64'), encoding: 'base64' },
      },
    });
    const repository = createGitHubGitOpsRepository(client, location);
    expect(await repository.read('overlays/dev/kustomization.yaml')).toEqual({ revision: 'tip', content: 'ünï' });
    expect(calls[1]?.parameters).toMatchObject({ ref: 'tip' });
  });

  it('builds a commit of one file on its parent', async () => {
    const { client, calls } = createClient(created);
    expect(await createGitHubGitOpsRepository(client, location).createCommit('parent', 'k.yaml', 'x', 'm')).toBe(
      'commit',
    );
    expect(calls.at(-2)?.parameters).toMatchObject({
      base_tree: 'tree',
      tree: [{ path: 'k.yaml', mode: '100644', sha: 'blob' }],
    });
    expect(calls.at(-1)?.parameters).toMatchObject({ message: 'm', tree: 'new-tree', parents: ['parent'] });
  });

  it.each([
    [200, 'advanced'],
    [409, 'moved'],
    [422, 'moved'],
  ])('a branch that answers %s has %s, and is never forced', async (status, expected) => {
    const { client, calls } = createClient({ 'PATCH /repos/{owner}/{repo}/git/refs/{ref}': { status } });
    expect(await createGitHubGitOpsRepository(client, location).advance('commit')).toBe(expected);
    expect(calls[0]?.parameters).toMatchObject({ ref: 'heads/main', force: false });
  });
});

describe('progress in GitHub', () => {
  const replies = {
    'POST /repos/{owner}/{repo}/deployments': { status: 201, data: { id: 7 } },
    'POST /repos/{owner}/{repo}/deployments/{deployment_id}/statuses': { status: 201 },
    'POST /repos/{owner}/{repo}/statuses/{sha}': { status: 201 },
  };
  const progress = {
    state: 'in_progress',
    description: 'x'.repeat(200),
    deploymentId: undefined,
    url: undefined,
  } as const;

  it('is a deployment, its status, and the status of the commit', async () => {
    const { client, calls } = createClient(replies);
    expect(await showProgress(client, buildPromotion(), progress)).toEqual({ deploymentId: 7, problems: [] });
    expect(calls[2]?.parameters).toMatchObject({ deployment_id: 7, state: 'in_progress', environment: 'dev' });
    expect(calls[3]?.parameters).toMatchObject({ state: 'pending', context: 'deployment/dev' });
    expect(String(calls[3]?.parameters.description)).toHaveLength(140);
  });

  it('finds its own deployment when the answer to the creation was lost', async () => {
    const { promotionId } = buildPromotion();
    const { client, calls } = createClient({
      ...replies,
      'GET /repos/{owner}/{repo}/deployments': {
        data: [
          { id: 4, payload: 'of somebody else' },
          { id: 5, payload: { promotionId: 'another' } },
          { id: 6, payload: { promotionId } },
        ],
      },
    });
    expect((await showProgress(client, buildPromotion(), progress)).deploymentId).toBe(6);
    expect(calls.map(({ route }) => route)).not.toContain('POST /repos/{owner}/{repo}/deployments');
  });

  it('goes on with the deployment that was made before', async () => {
    const { client, calls } = createClient(replies);
    await showProgress(client, buildPromotion(), { ...progress, state: 'success', deploymentId: 7 });
    expect(calls).toHaveLength(2);
  });

  it('reports what GitHub did not take, and does the rest', async () => {
    const { client } = createClient({
      ...replies,
      'POST /repos/{owner}/{repo}/deployments': { status: 409, data: { message: 'conflict' } },
      'POST /repos/{owner}/{repo}/statuses/{sha}': new Error('gone'),
    });
    const { deploymentId, problems } = await showProgress(client, buildPromotion(), progress);
    expect(deploymentId).toBeUndefined();
    expect(problems).toEqual([
      'GitHub took not the deployment: 409 conflict',
      'GitHub took not the commit status: gone',
    ]);
  });

  it('shows nothing of a promotion whose commit is unknown', async () => {
    const { client, calls } = createClient(replies);
    await showProgress(client, buildPromotion({ commit: 'unknown' }), progress);
    expect(calls).toEqual([]);
  });
});

describe('webhook deliveries', () => {
  const attempt = (id: number, deliveredAt: string) => ({
    id,
    guid: `g${id}`,
    delivered_at: deliveredAt,
    status_code: 502,
  });

  it('are listed page by page until they are too old', async () => {
    const pages: Record<string, Partial<GitHubAnswer>> = {
      none: {
        data: [attempt(3, '2026-11-23T00:00:00Z')],
        headers: { link: '<https://api.github.com/app/hook/deliveries?cursor=two>; rel="next"' },
      },
      two: {
        data: [attempt(2, '2026-11-20T00:00:00Z')],
        headers: { link: '<https://api.github.com/app/hook/deliveries?cursor=three>; rel="next"' },
      },
      three: { data: [attempt(1, '2026-11-01T00:00:00Z')] },
    };
    const { client } = createClient({
      'GET /app/hook/deliveries': ({ cursor = 'none' }) => pages[String(cursor)] ?? {},
    });
    const attempts = await createAppDeliveries(client).list(Date.parse('2026-11-21T00:00:00Z'));
    expect(attempts.map(({ id }) => id)).toEqual([3, 2]);
  });

  it('of a repository are those of the webhook that leads to us', async () => {
    const { client, calls } = createClient({
      'GET /repos/{owner}/{repo}/hooks': {
        data: [
          { id: 1, config: { url: 'https://ci.example/hook' } },
          { id: 2, config: { url: 'https://automation.example/webhooks/github' } },
        ],
      },
      'POST /repos/{owner}/{repo}/hooks/{hook_id}/deliveries/{delivery_id}/attempts': { status: 202 },
    });
    const [found, ...others] = await findRepositoryDeliveries(client, 'o', 'r');
    expect(others).toEqual([]);
    await found?.redeliver({ id: 9, guid: 'g', deliveredAt: '', statusCode: 502 });
    expect(calls.at(-1)?.parameters).toEqual({ owner: 'o', repo: 'r', hook_id: 2, delivery_id: 9 });
  });
});

describe('buildWebUrl', () => {
  it.each([
    ['https://api.github.com', 'https://github.com/o/r'],
    ['https://github.example.com/api/v3', 'https://github.example.com/o/r'],
  ])('of %s is %s', (api, expected) => {
    expect(buildWebUrl(api, 'o', 'r')).toBe(expected);
  });
});
