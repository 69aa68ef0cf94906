// Blue/green and canary releases and their ways back, on the synthesized assembly, in one system.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { approvalRecord } from '../../contracts/ledger/approvals.ts';
import { coloursRecord } from '../../contracts/ledger/colours.ts';
import { quarantineRecord } from '../../contracts/ledger/rollbacks.ts';
import { ledgerKey } from '../../contracts/ledger.ts';
import { readColours } from '../../core/promotion/strategies/blue-green-strategy.ts';
import { readLedgerItem } from '../../tour/read-ledger-item.ts';
import { commitService, silenceGitHub } from './commit-service.ts';
import {
  decideApproval,
  findCurrent,
  listGitOpsCommits,
  promotionIdOf,
  startPromotion,
  waitForExecution,
  waitForPromotion,
} from './promotions.ts';
import { sendWebhook } from './send-webhook.ts';
import { letTimePass, startTestSystem, type TestSystem } from './start-test-system.ts';

let system: TestSystem;

beforeAll(async () => {
  system = await startTestSystem();
  await silenceGitHub(system);
}, 600_000);
afterAll(async () => await system.stop());

const service = 'api-gateway';
const readOverlay = async (environment: string) => {
  const { repository, branch } = system.configuration.github.gitops;
  const file = `${system.configuration.environments[environment]?.overlayPath}/kustomization.yaml`;
  return String(await system.world.github.readFile(repository, file, branch));
};
const ask = async (environment: string, name = service) => {
  const { cluster = '', namespace = '' } = system.configuration.environments[environment] ?? {};
  const url = await system.world.clusters.get(cluster)?.serviceUrl(namespace, name);
  return (await (await fetch(`${url}/`)).json()) as { version: string; pod: string };
};
const subjects = () => listGitOpsCommits(system).map(({ message }) => message.split('\n')[0]);

async function releaseToStaging(trailer = '') {
  const message = `Improve it\n\n${trailer}`;
  const { sha, push, run } = await commitService(system, service, { branch: 'main', message });
  const sent = await sendWebhook(system, push);
  await sendWebhook(system, run('success'));
  return { sha, ...(await waitForPromotion(system, sent.id)) };
}

async function rollBack(environment: string, to?: string) {
  const { executionArn } = await system.call<{ executionArn: string }>('sfn', 'StartExecution', {
    stateMachineArn: system.deployment.workflowArns['rollback-release'],
    input: JSON.stringify({
      request: { service, environment, actor: 'ada-release', reason: 'it hurts', ...(to === undefined ? {} : { to }) },
    }),
  });
  return await waitForExecution(system, executionArn);
}

describe('a blue/green release', () => {
  it('fills the idle colour, tries it there, and switches; the old one stays warm and is one commit away', async () => {
    const first = await releaseToStaging();
    expect(first).toMatchObject({ executionStatus: 'SUCCEEDED', record: { outcome: 'succeeded', warnings: [] } });
    expect(subjects()).toEqual(['Preview api-gateway in staging', 'Switch traffic to api-gateway in staging']);
    expect(readColours(await readOverlay('staging'), service)).toMatchObject({
      active: 'green',
      replicas: { blue: 2, green: 2 },
    });
    expect((await ask('staging')).version).toContain(first.sha);

    const second = await releaseToStaging();
    expect(second.executionStatus).toBe('SUCCEEDED');
    expect((await ask('staging')).version).toContain(second.sha);
    const colours = await readLedgerItem(system, ledgerKey.colours('staging', service), coloursRecord);
    expect(colours).toMatchObject({ active: 'blue' });

    expect(await rollBack('staging')).toBe('SUCCEEDED');
    expect((await ask('staging')).version).toContain(first.sha);
    // Before it stands another one when the old colour had cooled down meanwhile.
    expect(subjects().at(-1)).toBe('Switch traffic back: api-gateway in staging');
    expect((await findCurrent(system, 'staging', service))?.commit).toBe(first.sha);
  }, 600_000);
});

describe('a canary', () => {
  const promoteToProd = async (version: string) => {
    const executionArn = await startPromotion(system, {
      services: [service],
      version,
      environment: 'prod',
      actor: 'ada-release',
      reason: 'it looks good in staging',
    });
    const approvalId = promotionIdOf(executionArn);
    const { planHash } = await letTimePass(system, 'the request for approval', () =>
      readLedgerItem(system, ledgerKey.approval(approvalId), approvalRecord),
    );
    await decideApproval(system, { approvalId, planHash, verdict: 'approve', approver: 'grace-platform' });
    return await waitForPromotion(system, approvalId);
  };
  const eventsOf = () =>
    system.runtime.context.trace
      .recent()
      .filter(({ service: speaker, name }) => speaker === 'flagger' && name === 'canary-advanced')
      .map(({ details }) => details.weight);
  let goodDigest: string | undefined;

  it('gets its share of the users step by step, waits at our gates, and becomes what they all get', async () => {
    const inStaging = await findCurrent(system, 'staging', service);
    goodDigest = inStaging?.digest;
    const { record, executionStatus } = await promoteToProd(String(inStaging?.version));
    expect([record.outcome, record.outcome === 'succeeded' ? '' : record.reason]).toEqual(['succeeded', '']);
    expect(executionStatus).toBe('SUCCEEDED');
    expect(eventsOf()).toEqual([10, 20, 50]);
    expect((await ask('prod')).version).toBe(inStaging?.version);
    expect(subjects().at(-1)).toBe('Shift traffic to api-gateway in prod');
  }, 600_000);

  it('that nobody used has failed without a verdict: told, and neither rolled back nor quarantined', async () => {
    const bad = await releaseToStaging('Simulate-Image: errors-30');
    const inStaging = await findCurrent(system, 'staging', service);
    system.world.canaryUsers.setAway(true);
    const { record } = await promoteToProd(String(inStaging?.version));
    system.world.canaryUsers.setAway(false);
    expect(record).toMatchObject({ outcome: 'failed', reason: expect.stringContaining('no values found') });
    const digest = String(inStaging?.digest);
    expect(await readLedgerItem(system, ledgerKey.quarantine(service, digest), quarantineRecord)).toBeUndefined();
    expect((await ask('prod')).version).not.toContain(bad.sha);
    // Git still names it: a person takes it back, or it would wait for a new version.
    expect(await rollBack('prod', (await findCurrent(system, 'prod', service))?.version)).toBe('SUCCEEDED');
  }, 600_000);

  it('whose errors its users meet is taken back by Flagger and in Git, and quarantined', async () => {
    await releaseToStaging('Simulate-Image: errors-30');
    const inStaging = await findCurrent(system, 'staging', service);
    const { record } = await promoteToProd(String(inStaging?.version));
    expect(record).toMatchObject({ outcome: 'failed', reason: expect.stringMatching(/success-rate \d+\.\d+ < 99/) });
    const current = await letTimePass(system, 'the way back', async () => {
      const found = await findCurrent(system, 'prod', service);
      return found?.change === 'rollback' && found.digest === goodDigest ? found : undefined;
    });
    expect(await waitForExecution(system, current.executionArn)).toBe('SUCCEEDED');
    const overlay = await readOverlay('prod');
    expect(overlay).toContain(goodDigest);
    expect(overlay).toContain('"/spec/skipAnalysis","value":true');
    const digest = String(inStaging?.digest);
    expect(await readLedgerItem(system, ledgerKey.quarantine(service, digest), quarantineRecord)).toBeDefined();
    for (let request = 0; request < 10; request += 1) expect(await ask('prod')).toHaveProperty('version');
  }, 600_000);
});
