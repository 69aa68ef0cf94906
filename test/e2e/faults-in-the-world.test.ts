// Releases while GitHub, the registry, Slack or the cluster fail: nothing is lost, nothing is done twice.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { leaseRecord } from '../../contracts/ledger/leases.ts';
import type { PromotionRecord } from '../../contracts/ledger/promotions.ts';
import { ledgerKey } from '../../contracts/ledger.ts';
import type { HttpFault } from '../../local/world/fault-rules.ts';
import { readLedgerItem } from '../../tour/read-ledger-item.ts';
import { type ClusterFront, startClusterFront } from './cluster-front.ts';
import { commitService, silenceGitHub } from './commit-service.ts';
import { findCurrent, listGitOpsCommits, readImages, waitForPromotion } from './promotions.ts';
import { runCli } from './run-cli.ts';
import { sendWebhook } from './send-webhook.ts';
import { letTimePass, startTestSystem, type TestSystem } from './start-test-system.ts';

let system: TestSystem;
let front: ClusterFront;

beforeAll(async () => {
  system = await startTestSystem();
  await silenceGitHub(system);
  front = await startClusterFront(system, 'pyairtable-dev');
}, 120_000);
afterAll(async () => {
  await front.stop();
  await system.stop();
});

/** Pushes a change of the service and tells of its good build. */
async function release(service: string, message?: string): Promise<{ promotionId: string; sha: string }> {
  const { sha, push, run } = await commitService(system, service, message === undefined ? {} : { message });
  const { id, status } = await sendWebhook(system, push);
  expect(status).toBe(202);
  await sendWebhook(system, run('success'));
  return { promotionId: id, sha };
}

async function expectOneCommit(service: string, promotionId: string, record: PromotionRecord): Promise<void> {
  expect(record).toMatchObject({ outcome: 'succeeded', services: [{ name: service }] });
  const commits = listGitOpsCommits(system).filter(({ message }) => message.includes(`Promotion-Id: ${promotionId}`));
  expect(commits.map(({ revision }) => revision)).toEqual([record.revision]);
  expect(readImages(system, 'dev')[`ghcr.io/pyairtable/${service}`]).toBe(record.services[0]?.digest);
  expect((await findCurrent(system, 'dev', service))?.promotionId).toBe(promotionId);
}

async function expectFreeLease(service: string): Promise<void> {
  const lease = await readLedgerItem(system, ledgerKey.lease('dev', service), leaseRecord);
  expect([lease?.holder, lease?.fencingToken]).toEqual([undefined, expect.any(Number)]);
}

const gitOps = '/repos/pyairtable/pyairtable-gitops';
const move = { method: 'PATCH', path: `${gitOps}/git/refs/{ref...}` };

describe('a promotion makes exactly one commit', () => {
  it.each<[string, HttpFault]>([
    ['GitHub answers 500 to the move of the branch', { ...move, status: 500, times: 2 }],
    ['GitHub answers 409 to the move of the branch', { ...move, status: 409 }],
    ['GitHub answers 422 to the move of the branch', { ...move, status: 422 }],
    ['the connection breaks before the branch moves', { ...move, reset: true }],
    ['the branch moves and the answer is a 502', { ...move, status: 502, afterEffect: true }],
    ['the branch moves and the answer is lost', { ...move, reset: true, afterEffect: true, times: 2 }],
    ['the branch moves and no answer comes', { ...move, timeout: true, afterEffect: true }],
    [
      'objects cannot be written at first',
      { method: 'POST', path: /pyairtable-gitops\/git\/(blobs|trees|commits)$/, status: 503, times: 5 },
    ],
    [
      'answers to written objects are lost',
      { method: 'POST', path: /pyairtable-gitops\/git\//, reset: true, afterEffect: true, times: 4 },
    ],
    [
      'nothing of the repository can be read at first',
      { method: 'GET', path: /pyairtable-gitops/, status: 500, times: 7 },
    ],
    ['the token has expired', { path: /pyairtable-gitops/, status: 401 }],
    ['the token expires before the branch moves', { ...move, status: 401 }],
    ['GitHub asks to slow down', { path: /pyairtable-gitops/, status: 429, headers: { 'retry-after': '40' } }],
    [
      'the rate limit is used up for a while',
      { path: /pyairtable-gitops/, status: 403, headers: { 'retry-after': '120' } },
    ],
  ])(
    'although %s',
    async (_, fault) => {
      system.world.github.inject(fault);
      const { promotionId } = await release('api-gateway');
      const { record } = await waitForPromotion(system, promotionId);
      system.world.github.clearFaults();
      await expectOneCommit('api-gateway', promotionId, record);
    },
    60_000,
  );

  it('although somebody else commits at the same moment, whose change stays', async () => {
    const { trace } = system.runtime.context;
    const pushes: Promise<unknown>[] = [];
    const unsubscribe = trace.subscribe(({ name, subject }) => {
      if (name !== 'invocation-started' || !subject.endsWith('commit-promotion') || pushes.length > 2) return;
      const files = { 'README.md': `edited ${pushes.length}\n` };
      pushes.push(
        system.world.github.pushCommit({ repo: 'pyairtable-gitops', branch: 'main', files, message: 'Edit' }),
      );
    });
    const { promotionId } = await release('api-gateway');
    const { record } = await waitForPromotion(system, promotionId);
    unsubscribe();
    await Promise.all(pushes);
    await expectOneCommit('api-gateway', promotionId, record);
    expect(pushes.length).toBeGreaterThan(0);
    expect(listGitOpsCommits(system).filter(({ message }) => message.trim() === 'Edit')).toHaveLength(pushes.length);
  }, 60_000);

  it('although its installation token and the token for the cluster ran out since the last one', async () => {
    await system.runtime.context.clock.advance(2 * 3_600_000);
    const { promotionId } = await release('mcp-server');
    await expectOneCommit('mcp-server', promotionId, (await waitForPromotion(system, promotionId)).record);
  }, 60_000);
});

describe('a registry that is down', () => {
  it('is asked again until it is up', async () => {
    system.world.registry.inject({ path: /.*/, status: 503, times: 5 });
    const { promotionId } = await release('mcp-server');
    expect((await waitForPromotion(system, promotionId)).record.outcome).toBe('succeeded');
    system.world.registry.clearFaults();
  }, 60_000);

  it('ends the promotion as failed when it stays down, with a reason for a person and no lease held', async () => {
    system.world.registry.inject({ path: /.*/, status: 503, times: 1_000 });
    const commits = listGitOpsCommits(system).length;
    const { promotionId } = await release('mcp-server');
    const { record, executionStatus } = await waitForPromotion(system, promotionId);
    system.world.registry.clearFaults();
    expect(executionStatus).toBe('FAILED');
    expect(record.outcome).toBe('failed');
    expect(record.reason).toMatch(/registry/);
    expect(listGitOpsCommits(system)).toHaveLength(commits);
    await expectFreeLease('mcp-server');
  }, 60_000);
});

describe('Slack', () => {
  const told = (sha: string) =>
    system.world.slack
      .messages()
      .filter(({ blocks, threadTs }) => threadTs === undefined && JSON.stringify(blocks).includes(sha))
      .map(({ text }) => text);

  it('is told later when it was down for a moment', async () => {
    system.world.slack.inject({ status: 503, times: 2 });
    const { promotionId, sha } = await release('mcp-server');
    await waitForPromotion(system, promotionId);
    await letTimePass(system, 'the end', () => told(sha).find((text) => text.includes('now runs')), 10_000);
    expect(told(sha)).toHaveLength(1);
  }, 60_000);

  it('is told by a redrive when it was down for long', async () => {
    system.world.slack.inject({ status: 503, times: 6 });
    const { promotionId, sha } = await release('mcp-server');
    await waitForPromotion(system, promotionId);
    await system.runtime.context.clock.advance(10 * 60_000);
    expect(told(sha)).toEqual([]);

    const listed = await runCli(system, 'redrive', '--list', '--json');
    expect(JSON.parse(listed.stdout)).toEqual(
      [1, 2].map(() =>
        expect.objectContaining({
          concern: 'notification',
          outcome: 'waiting',
          reason: expect.stringContaining('503'),
        }),
      ),
    );
    const redriven = await runCli(system, 'redrive', '--concern', 'notification');
    expect([redriven.exitCode, redriven.stderr]).toEqual([0, '']);
    await system.runtime.context.clock.advance(5_000);
    expect(told(sha)).toEqual([expect.stringContaining('now runs in dev')]);
    expect((await runCli(system, 'redrive')).stdout).toContain('nothing lies in the dead-letter queues');
  }, 60_000);
});

describe('a cluster', () => {
  it('that answers 500 for a while is asked again', async () => {
    let failures = 0;
    front.bend = () => {
      failures += 1;
      return failures <= 6 ? { status: 500, body: '{"kind":"Status","code":500}' } : undefined;
    };
    const { promotionId } = await release('airtable-gateway');
    await expectOneCommit('airtable-gateway', promotionId, (await waitForPromotion(system, promotionId)).record);
    expect(failures).toBeGreaterThan(6);
    front.bend = () => undefined;
  }, 60_000);

  it('that refuses a token is asked with a new one', async () => {
    const refused = new Set<string>();
    front.bend = ({ headers: { authorization = '' } }) => {
      if (refused.size > 0 && !refused.has(authorization)) return undefined;
      refused.add(authorization);
      return { status: 401, body: '{"kind":"Status","code":401}' };
    };
    await system.runtime.context.clock.advance(3_000);
    const { promotionId } = await release('airtable-gateway');
    expect((await waitForPromotion(system, promotionId)).record.outcome).toBe('succeeded');
    expect(refused.size).toBe(1);
    front.bend = () => undefined;
  }, 60_000);

  it('whose Argo CD says Synced and Healthy of an older revision is not believed', async () => {
    const stale = listGitOpsCommits(system).at(-1)?.revision;
    let staleAnswers = 0;
    front.bend = ({ method, path }, answer) => {
      if (method !== 'GET' || !/\/applications\/pyairtable-dev$/.test(path) || staleAnswers >= 5) return undefined;
      staleAnswers += 1;
      const application = JSON.parse(String(answer.body)) as { status: object };
      const status = {
        ...application.status,
        sync: { status: 'Synced', revision: stale },
        health: { status: 'Healthy' },
      };
      return { ...answer, body: JSON.stringify({ ...application, status }) };
    };
    const { promotionId } = await release('airtable-gateway');
    const { record } = await waitForPromotion(system, promotionId);
    expect(record.outcome).toBe('succeeded');
    expect(staleAnswers).toBe(5);
    const entered = system.runtime.context.trace
      .recent()
      .filter(({ subject, details }) => /\/ReadRollout$/.test(subject) && details.executionArn === record.executionArn);
    expect(entered.length).toBeGreaterThan(5);
    front.bend = () => undefined;
  }, 60_000);
});

describe('an image that does not work', () => {
  it.each([
    ['crash', /llm-orchestrator.*CrashLoopBackOff/],
    ['unready', /llm-orchestrator.*unready status/],
    ['pull-error', /llm-orchestrator.*(ImagePullBackOff|ErrImagePull)/],
  ])(
    '(%s) fails the promotion with the reason that a person needs, and leaves no lease',
    async (behaviour, reason) => {
      system.world.builds.plan(`Be ${behaviour}`, { behaviour });
      const { promotionId, sha } = await release('llm-orchestrator', `Be ${behaviour}`);
      const { record, executionStatus } = await waitForPromotion(system, promotionId);
      expect(executionStatus).toBe('FAILED');
      expect(record.outcome).toBe('failed');
      expect(record.reason).toMatch(reason);
      expect((await findCurrent(system, 'dev', 'llm-orchestrator'))?.commit).not.toBe(sha);
      const told = system.world.slack
        .messages()
        .find(({ text }) => text.includes('could not be promoted to dev') && text.includes(record.reason.slice(0, 40)));
      expect(told).toBeDefined();
      await expectFreeLease('llm-orchestrator');
    },
    60_000,
  );

  it('gives way to the next one that does', async () => {
    const { promotionId } = await release('llm-orchestrator');
    await expectOneCommit('llm-orchestrator', promotionId, (await waitForPromotion(system, promotionId)).record);
  }, 60_000);
});
