// Promotions that meet: of two wishes for one service the newer one wins, in whatever order they come.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { leaseRecord } from '../../contracts/ledger/leases.ts';
import { ledgerKey } from '../../contracts/ledger.ts';
import { readLedgerItem } from '../../tour/read-ledger-item.ts';
import { commitService, type ServiceCommit, silenceGitHub } from './commit-service.ts';
import {
  findCurrent,
  listGitOpsCommits,
  promotionIdOf,
  readImages,
  startPromotion,
  waitForPromotion,
} from './promotions.ts';
import { sendWebhook } from './send-webhook.ts';
import { letTimePass, startTestSystem, type TestSystem } from './start-test-system.ts';

let system: TestSystem;
beforeAll(async () => {
  system = await startTestSystem();
  await silenceGitHub(system);
}, 120_000);
afterAll(async () => await system.stop());

/** A rollout that is still under way when the next promotion comes, however busy the machine is. */
const slowStart = 'Improve it\n\nSimulate-Image: slow-start';

/** Two commits to a service, the second one on top of the first and pushed later. */
async function commitTwice(
  service: string,
  { older: olderMessage = 'Improve it', newer: newerMessage = 'Improve it' } = {},
): Promise<[older: ServiceCommit, newer: ServiceCommit]> {
  const older = await commitService(system, service, { message: olderMessage });
  await system.runtime.context.clock.advance(2_000);
  return [older, await commitService(system, service, { message: newerMessage })];
}

async function send(webhook: Parameters<typeof sendWebhook>[1]): Promise<string> {
  const { id, status } = await sendWebhook(system, webhook);
  expect(status).toBe(202);
  return id;
}

const outcomeOf = async (promotionId: string) => (await waitForPromotion(system, promotionId)).record.outcome;

/** Waits until an execution that began after `since` enters the state. */
function waitForState(state: string, since: number): Promise<string> {
  const { trace } = system.runtime.context;
  return letTimePass(
    system,
    `entering ${state}`,
    () => {
      const found = trace
        .recent()
        .find(({ subject, at }) => at >= since && subject === `pyairtable-promote-release/${state}`);
      return found && String(found.details.executionArn);
    },
    20,
  );
}

async function expectNewest(service: string, newer: ServiceCommit): Promise<void> {
  const current = await findCurrent(system, 'dev', service);
  expect(current?.commit).toBe(newer.sha);
  expect(readImages(system, 'dev')[`ghcr.io/pyairtable/${service}`]).toBe(current?.digest);
  const lease = await readLedgerItem(system, ledgerKey.lease('dev', service), leaseRecord);
  expect(lease?.holder).toBeUndefined();
}

describe('two pushes to one service', () => {
  it('in quick succession end with the newer one, and the older one never comes back', async () => {
    const [older, newer] = await commitTwice('api-gateway');
    const ids = await Promise.all([send(older.push), send(newer.push)]);
    await Promise.all([send(older.run('success')), send(newer.run('success'))]);
    const outcomes = await Promise.all(ids.map(outcomeOf));
    expect(outcomes[1]).toBe('succeeded');
    expect(['succeeded', 'superseded']).toContain(outcomes[0]);
    await expectNewest('api-gateway', newer);
  }, 60_000);

  it('leave the older one out that waits while the newer one is through', async () => {
    // Its build is heard of only from us: a promotion that waits asks GitHub too.
    const [older, newer] = await commitTwice('mcp-server', { older: 'Improve it\n\nSimulate-Build: hang' });
    const first = await send(older.push);
    const second = await send(newer.push);
    await send(newer.run('success'));
    expect(await outcomeOf(second)).toBe('succeeded');
    await send(older.run('success'));
    const { record } = await waitForPromotion(system, first);
    expect(record.outcome).toBe('superseded');
    expect(record.reason).toContain(newer.sha.slice(0, 7));
    expect(listGitOpsCommits(system).filter(({ message }) => message.includes(first))).toEqual([]);
    await expectNewest('mcp-server', newer);
  }, 60_000);

  it('never downgrade when the older one is heard of last', async () => {
    const [older, newer] = await commitTwice('airtable-gateway');
    const second = await send(newer.push);
    await send(newer.run('success'));
    expect(await outcomeOf(second)).toBe('succeeded');
    const first = await send(older.push);
    await send(older.run('success'));
    expect(await outcomeOf(first)).toBe('superseded');
    await expectNewest('airtable-gateway', newer);
  }, 60_000);

  it('queue up when the first one is in the middle of its rollout: both arrive, the newer one last', async () => {
    const [older, newer] = await commitTwice('llm-orchestrator', { older: slowStart });
    await send(older.run('success'));
    await send(newer.run('success'));
    const since = system.runtime.context.clock.now();
    const first = await send(older.push);
    await waitForState('AwaitRollout', since);
    const second = await send(newer.push);
    await waitForState('WaitForLease', since);
    expect([await outcomeOf(first), await outcomeOf(second)]).toEqual(['succeeded', 'succeeded']);
    const own = listGitOpsCommits(system).filter(({ message }) => message.includes(first) || message.includes(second));
    expect(own.map(({ message }) => (message.includes(first) ? 'older' : 'newer'))).toEqual(['older', 'newer']);
    await expectNewest('llm-orchestrator', newer);
  }, 60_000);

  it('that touch different services do not wait for each other', async () => {
    const one = await commitService(system, 'platform-services');
    const other = await commitService(system, 'automation-services');
    await send(one.run('success'));
    await send(other.run('success'));
    const ids = await Promise.all([send(one.push), send(other.push)]);
    expect(await Promise.all(ids.map(outcomeOf))).toEqual(['succeeded', 'succeeded']);
    await expectNewest('platform-services', one);
    await expectNewest('automation-services', other);
  }, 60_000);
});

describe('a person who promotes', () => {
  it('while a push is rolled out waits for it and then gets what was asked for', async () => {
    const [older, newer] = await commitTwice('api-gateway', { newer: slowStart });
    await send(older.run('success'));
    expect(await outcomeOf(await send(older.push))).toBe('succeeded');
    await send(newer.run('success'));
    const since = system.runtime.context.clock.now();
    const pushed = await send(newer.push);
    await waitForState('AwaitRollout', since);
    const executionArn = await startPromotion(system, {
      services: ['api-gateway'],
      version: older.sha,
      environment: 'dev',
      actor: 'grace-platform',
      reason: 'the newer one is slow',
    });
    expect(await outcomeOf(pushed)).toBe('succeeded');
    expect(await outcomeOf(promotionIdOf(executionArn))).toBe('succeeded');
    await expectNewest('api-gateway', older);
  }, 60_000);
});

describe('a lease whose holder is dead', () => {
  it('is taken over at once by the next promotion under a higher token', async () => {
    const [older, newer] = await commitTwice('mcp-server', { older: slowStart });
    await send(older.run('success'));
    const since = system.runtime.context.clock.now();
    await send(older.push);
    const executionArn = await waitForState('AwaitRollout', since);
    const held = await readLedgerItem(system, ledgerKey.lease('dev', 'mcp-server'), leaseRecord);
    expect(held?.holder).toBe(executionArn);
    await system.call('sfn', 'StopExecution', { executionArn, error: 'Killed', cause: 'by a person' });

    await send(newer.run('success'));
    const next = await send(newer.push);
    const { record } = await waitForPromotion(system, next);
    expect(record.outcome).toBe('succeeded');
    const current = await findCurrent(system, 'dev', 'mcp-server');
    expect(current?.fencingToken).toBeGreaterThan(held?.fencingToken ?? 0);
    const waitedMilliseconds = Date.parse(record.finishedAt) - Date.parse(record.startedAt);
    expect(waitedMilliseconds).toBeLessThan(60_000);
    await expectNewest('mcp-server', newer);
  }, 60_000);
});
