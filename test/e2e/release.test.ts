// A release from the signed push to what runs, on the synthesized assembly, with payloads that GitHub recorded.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { approvalRecord } from '../../contracts/ledger/approvals.ts';
import { ledgerKey } from '../../contracts/ledger.ts';
import { checkRelease } from '../../tour/check-release.ts';
import { readLedgerItem } from '../../tour/read-ledger-item.ts';
import { commitService, repository, silenceGitHub } from './commit-service.ts';
import {
  decideApproval,
  findCurrent,
  listExecutions,
  listGitOpsCommits,
  promotionIdOf,
  readImages,
  startPromotion,
  waitForPromotion,
} from './promotions.ts';
import { buildRelease } from './recorded-payloads.ts';
import { sendWebhook } from './send-webhook.ts';
import { letTimePass, startTestSystem, type TestSystem } from './start-test-system.ts';

let system: TestSystem;

beforeAll(async () => {
  system = await startTestSystem();
  await silenceGitHub(system);
}, 120_000);
afterAll(async () => await system.stop());

const commit = (service: string, options?: Parameters<typeof commitService>[2]) =>
  commitService(system, service, options);

async function send(webhook: Parameters<typeof sendWebhook>[1]): Promise<string> {
  const { status, id } = await sendWebhook(system, webhook);
  expect(status).toBe(202);
  return id;
}

async function askGitHub<T>(path: string): Promise<T> {
  const token = await system.world.github.createToken('ada-release');
  const response = await fetch(`${system.world.github.url}${path}`, { headers: { authorization: `Bearer ${token}` } });
  expect(response.status).toBe(200);
  return (await response.json()) as T;
}

interface Status {
  readonly state: string;
  readonly description: string;
  readonly context?: string;
}

/** Messages as they read now, without what was said in their threads. */
function messagesOf(part: string): string[] {
  return system.world.slack
    .messages()
    .filter(({ threadTs }) => threadTs === undefined)
    .map(({ text }) => text)
    .filter((text) => text.includes(part));
}

const findRequest = async (approvalId: string) =>
  await letTimePass(system, `the request for approval ${approvalId}`, () =>
    readLedgerItem(system, ledgerKey.approval(approvalId), approvalRecord),
  );

/** Sends the push and returns once its promotion waits for the build. */
async function sendAndAwaitBuild(push: Parameters<typeof sendWebhook>[1]): Promise<string> {
  const { clock, trace } = system.runtime.context;
  const since = clock.now();
  const promotionId = await send(push);
  await letTimePass(system, `the wait of ${promotionId}`, () =>
    trace.recent().find(({ subject, at }) => subject === 'pyairtable-promote-release/AwaitBuild' && at >= since),
  );
  return promotionId;
}

describe('a push and the success of its build', () => {
  it('put one commit into the GitOps repository that runs the touched service by digest, and everybody is told', async () => {
    const before = readImages(system, 'dev');
    const { sha, push, run } = await commit('api-gateway');
    const promotionId = await send(push);
    await send(run('success'));
    const { record, executionStatus } = await waitForPromotion(system, promotionId);

    expect(executionStatus).toBe('SUCCEEDED');
    expect(record).toMatchObject({ outcome: 'succeeded', environment: 'dev', commit: sha, warnings: [] });
    const commits = listGitOpsCommits(system);
    expect(commits).toHaveLength(1);
    expect(commits[0]).toMatchObject({ revision: record.revision, files: ['overlays/dev/kustomization.yaml'] });
    expect(commits[0]?.message).toContain(promotionId);
    const after = readImages(system, 'dev', record.revision);
    const changed = Object.keys(after).filter((name) => after[name] !== before[name]);
    expect(changed).toEqual(['ghcr.io/pyairtable/api-gateway']);
    expect(after['ghcr.io/pyairtable/api-gateway']).toBe(
      system.world.registry.describeImage(`ghcr.io/pyairtable/api-gateway:sha-${sha}`)?.digest,
    );
    expect(
      await checkRelease(system, {
        service: 'api-gateway',
        environment: 'dev',
        commit: sha,
        executionArn: record.executionArn,
      }),
    ).toMatchObject({ missing: [] });

    const cluster = system.world.clusters.get('pyairtable-dev');
    const type = cluster?.registry.types.findKind('argoproj.io/v1alpha1', 'Application');
    const application = type && cluster?.registry.find(type, 'argocd', 'pyairtable-dev');
    expect(application).toMatchObject({
      status: { sync: { status: 'Synced', revision: record.revision }, health: { status: 'Healthy' } },
    });

    const [deployment, ...others] = await askGitHub<{ id: number; environment: string; sha: string }[]>(
      `/repos/${repository}/deployments?sha=${sha}`,
    );
    expect(deployment).toMatchObject({ environment: 'dev', sha });
    expect(others).toEqual([]);
    const statuses = await askGitHub<Status[]>(`/repos/${repository}/deployments/${deployment?.id}/statuses`);
    expect(statuses.map(({ state }) => state)).toEqual(['success', 'in_progress']);
    const commitStatuses = await askGitHub<Status[]>(`/repos/${repository}/commits/${sha}/statuses`);
    expect(commitStatuses.map(({ state, context }) => [context, state])).toEqual([
      ['deployment/dev', 'success'],
      ['deployment/dev', 'pending'],
    ]);
    expect(messagesOf('api-gateway')).toEqual([expect.stringContaining('api-gateway now runs in dev')]);
  }, 120_000);

  it('promote alike when the build ended before the push was heard of', async () => {
    const { sha, push, run } = await commit('mcp-server');
    await send(run('success'));
    await system.runtime.context.clock.advance(5_000);
    const { record } = await waitForPromotion(system, await send(push));
    expect(record).toMatchObject({ outcome: 'succeeded', commit: sha });
    expect((await findCurrent(system, 'dev', 'mcp-server'))?.commit).toBe(sha);
  }, 60_000);

  it('promote alike when the build ends long into the wait', async () => {
    const { push, run } = await commit('llm-orchestrator', { message: 'Take long\n\nSimulate-Build: hang' });
    const promotionId = await sendAndAwaitBuild(push);
    await system.runtime.context.clock.advance(50 * 60_000);
    await send(run('success'));
    expect((await waitForPromotion(system, promotionId)).record.outcome).toBe('succeeded');
  }, 60_000);

  it('promote alike when nobody tells of the build: GitHub is asked every few minutes', async () => {
    const { sha, push } = await commit('platform-services', { isBuilt: false });
    const promotionId = await sendAndAwaitBuild(push);
    await system.runtime.context.clock.advance(6 * 60_000);
    const { record } = await waitForPromotion(system, promotionId);
    expect(record).toMatchObject({ outcome: 'succeeded', commit: sha });
  }, 60_000);

  it('promote alike when both come at the same moment, and a second report of the build changes nothing', async () => {
    const { push, run } = await commit('airtable-gateway');
    const report = run('success');
    const [promotionId = ''] = await Promise.all([send(push), send(report), send(run('success'))]);
    const { record } = await waitForPromotion(system, promotionId);
    expect(record.outcome).toBe('succeeded');
    expect(listGitOpsCommits(system).filter(({ message }) => message.includes(promotionId))).toHaveLength(1);
  }, 60_000);
});

describe('a build that brings no image', () => {
  it.each(['failure', 'cancelled'])(
    'ends as %s: nothing is committed and people see why',
    async (conclusion) => {
      const commits = listGitOpsCommits(system).length;
      const { sha, push, run } = await commit('platform-services', { isBuilt: false });
      const promotionId = await send(push);
      const report = run(conclusion);
      await send(report);
      const { record, executionStatus } = await waitForPromotion(system, promotionId);
      expect(executionStatus).toBe('SUCCEEDED');
      expect(record.outcome).toBe('refused');
      expect(record.reason).toContain(`the build of ${sha.slice(0, 7)} ended as ${conclusion}`);
      expect(record.reason).toContain((report.body.workflow_run as { html_url: string }).html_url);
      expect(listGitOpsCommits(system)).toHaveLength(commits);
      const [status] = await askGitHub<Status[]>(`/repos/${repository}/commits/${sha}/statuses`);
      expect(status).toMatchObject({ state: 'failure', context: 'deployment/dev' });
      expect(messagesOf(`ended as ${conclusion}`)).toHaveLength(1);
    },
    60_000,
  );

  it('never ends: the wait does, after the configured time', async () => {
    const hanging = { isBuilt: false, message: 'Hang\n\nSimulate-Build: hang' };
    const { sha, push } = await commit('automation-services', hanging);
    const promotionId = await sendAndAwaitBuild(push);
    const before = system.runtime.context.clock.now();
    await system.runtime.context.clock.advance(61 * 60_000);
    const { record } = await waitForPromotion(system, promotionId);
    expect(record.outcome).toBe('refused');
    expect(record.reason).toContain(`no build of ${sha.slice(0, 7)} ended within 60 minutes`);
    expect(Date.parse(record.finishedAt) - before).toBeGreaterThan(59 * 60_000);
  }, 60_000);

  it('is not taken for built by the run of another workflow, of a pull request or of a fork', async () => {
    const { push, run } = await commit('automation-services', { isBuilt: false });
    const promotionId = await sendAndAwaitBuild(push);
    const report = run('success').body;
    const told = report.workflow_run as object;
    for (const change of [
      { name: 'lint' },
      { event: 'pull_request' },
      { head_repository: { full_name: 'mallory/pyairtable' } },
    ]) {
      await send({ event: 'workflow_run', body: { ...report, workflow_run: { ...told, ...change } } });
    }
    await send(run('failure'));
    expect((await waitForPromotion(system, promotionId)).record.reason).toContain('ended as failure');
  }, 60_000);
});

describe('a push that concerns no service', () => {
  it.each([
    ['touches other files', { commits: [{ added: ['README.md'], removed: [], modified: [] }] }],
    ['is to a branch of nobody', { ref: 'refs/heads/feature' }],
    ['deletes its branch', { deleted: true, after: '0'.repeat(40) }],
  ])(
    'starts nothing that changes anything when it %s',
    async (_, change) => {
      const commits = listGitOpsCommits(system).length;
      const { push } = await commit('api-gateway', { isBuilt: false });
      const started = (await listExecutions(system)).length;
      await send({ ...push, body: { ...push.body, ...change } });
      const executions = await letTimePass(system, 'the end of the execution', async () => {
        const all = await listExecutions(system);
        return all.length > started && all.every(({ status }) => status !== 'RUNNING') ? all : undefined;
      });
      const { output } = await system.call<{ output: string }>('sfn', 'DescribeExecution', {
        executionArn: executions[0]?.executionArn,
      });
      expect(JSON.parse(output)).toMatchObject({ outcome: 'nothing' });
      expect(listGitOpsCommits(system)).toHaveLength(commits);
    },
    60_000,
  );
});

describe('what runs in one environment', () => {
  it('travels on by the same digest: to staging by hand, and to prod by itself once people agree', async () => {
    const inDev = await findCurrent(system, 'dev', 'api-gateway');
    const staging = await startPromotion(system, {
      services: ['api-gateway'],
      version: inDev?.commit.slice(0, 10),
      environment: 'staging',
      actor: 'grace-platform',
      reason: 'it looks good in dev',
    });
    expect((await waitForPromotion(system, promotionIdOf(staging))).record).toMatchObject({
      outcome: 'succeeded',
      environment: 'staging',
    });
    const inStaging = await findCurrent(system, 'staging', 'api-gateway');
    expect(inStaging?.digest).toBe(inDev?.digest);
    expect(readImages(system, 'staging')['api-gateway-green']).toBe(inDev?.digest);

    const travelled = `${promotionIdOf(staging)}-PromotionSucceeded`;
    const request = await findRequest(travelled);
    expect(request).toMatchObject({
      status: 'pending',
      requestedBy: 'grace-platform',
      subject: { environment: 'prod' },
    });
    const ofProd = () => system.world.slack.messages().filter(({ channel }) => channel === '#deployments-prod');
    const message = await letTimePass(system, 'the message with the buttons', () =>
      ofProd().find(({ text }) => text.startsWith('Please decide: promote api-gateway to prod')),
    );
    const press = async (userId: string) =>
      await system.world.slack.pressButton({ messageTs: message.ts, actionId: 'approval.approve', userId });
    expect((await press('U0GRACE01')).status).toBe(200);
    await letTimePass(system, 'the word that whoever asks does not count', () =>
      ofProd().find(({ blocks }) => JSON.stringify(blocks).includes('somebody else must approve it')),
    );
    expect((await findRequest(travelled)).status).toBe('pending');
    expect((await press('U0ADA0001')).status).toBe(200);
    const { record } = await waitForPromotion(system, travelled);
    expect(record).toMatchObject({ outcome: 'succeeded', environment: 'prod' });
    expect(record.services).toEqual([expect.objectContaining({ name: 'api-gateway', digest: inDev?.digest })]);
    expect((await findRequest(travelled)).votes).toMatchObject([{ approver: 'ada-release', via: 'slack' }]);
    expect(listGitOpsCommits(system).at(-1)?.files).toEqual(['overlays/prod/kustomization.yaml']);
    const begins = (words: string) => ofProd().filter(({ text }) => text.startsWith(words));
    expect(begins('api-gateway now runs in prod')).toHaveLength(1);
    expect(begins('Approved: promote api-gateway to prod')).toHaveLength(1);
    expect([...begins('Please decide'), ...begins('api-gateway is being promoted')]).toEqual([]);
  }, 120_000);

  it('goes to prod by a release as well, and nowhere when somebody refuses', async () => {
    const inDev = await findCurrent(system, 'dev', 'llm-orchestrator');
    const request = { services: ['llm-orchestrator'], version: inDev?.version, environment: 'staging' };
    const staging = await startPromotion(system, { ...request, actor: 'grace-platform', reason: 'next' });
    await waitForPromotion(system, promotionIdOf(staging));
    const travelled = `${promotionIdOf(staging)}-PromotionSucceeded`;
    const { planHash } = await findRequest(travelled);
    const answer = { approvalId: travelled, planHash, verdict: 'refuse', approver: 'ada-release', comment: 'not now' };
    const commits = listGitOpsCommits(system).length;
    expect(await decideApproval(system, answer)).toMatchObject({ status: 'refused' });
    expect((await waitForPromotion(system, travelled)).record).toMatchObject({
      outcome: 'refused',
      reason: 'refused by ada-release: not now',
    });
    expect(listGitOpsCommits(system)).toHaveLength(commits);

    await system.world.github.publishRelease({ repo: 'pyairtable', tag: 'v1.0.0', target: 'develop' });
    const promotionId = await send({ event: 'release', body: buildRelease({ repository, tag: 'v1.0.0' }) });
    // The same change: people see the same plan again.
    const asked = await findRequest(promotionId);
    expect(asked).toMatchObject({ planHash, subject: { title: 'promote llm-orchestrator to prod' } });

    // Somebody aborts the execution that waits: nobody is left with buttons that do nothing.
    await system.call('sfn', 'StopExecution', { executionArn: asked.executionArn });
    const withdrawn = await letTimePass(system, 'the word that it is withdrawn', () =>
      system.world.slack.messages().find(({ text }) => text.startsWith('Withdrawn: promote llm-orchestrator to prod')),
    );
    expect(JSON.stringify(withdrawn.blocks)).not.toContain('approval.approve');
    await letTimePass(system, 'the end of the request', async () =>
      (await findRequest(promotionId)).status === 'withdrawn' ? true : undefined,
    );
  }, 120_000);

  it('does not travel past an environment, nor by a person who may not', async () => {
    const inDev = await findCurrent(system, 'dev', 'mcp-server');
    const ask = async (actor: string) => {
      const executionArn = await startPromotion(system, {
        services: ['mcp-server'],
        version: inDev?.version,
        environment: 'prod',
        actor,
        reason: 'urgent',
      });
      return (await waitForPromotion(system, promotionIdOf(executionArn))).record;
    };
    expect(await ask('mallory')).toMatchObject({
      outcome: 'refused',
      reason: 'mallory may not promote to prod, these may: ada-release, grace-platform',
    });
  }, 60_000);
});
