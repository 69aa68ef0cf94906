// Blue/green and canary releases and their ways back, on the synthesized assembly, in one system.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { coloursRecord } from '../../contracts/ledger/colours.ts';
import { ledgerKey } from '../../contracts/ledger.ts';
import { readColours } from '../../core/promotion/strategies/blue-green-strategy.ts';
import { readLedgerItem } from '../../tour/read-ledger-item.ts';
import { commitService, silenceGitHub } from './commit-service.ts';
import { findCurrent, listGitOpsCommits, waitForExecution, waitForPromotion } from './promotions.ts';
import { sendWebhook } from './send-webhook.ts';
import { startTestSystem, type TestSystem } from './start-test-system.ts';

let system: TestSystem;

beforeAll(async () => {
  system = await startTestSystem();
  await silenceGitHub(system);
}, 120_000);
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

async function releaseToStaging() {
  const { sha, push, run } = await commitService(system, service, { branch: 'main' });
  const sent = await sendWebhook(system, push);
  await sendWebhook(system, run('success'));
  return { sha, ...(await waitForPromotion(system, sent.id)) };
}

async function rollBack(environment: string) {
  const { executionArn } = await system.call<{ executionArn: string }>('sfn', 'StartExecution', {
    stateMachineArn: system.deployment.workflowArns['rollback-release'],
    input: JSON.stringify({ request: { service, environment, actor: 'ada-release', reason: 'it hurts' } }),
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
    expect((await ask('staging', 'api-gateway-green')).version).toContain(first.sha);
    const colours = await readLedgerItem(system, ledgerKey.colours('staging', service), coloursRecord);
    expect(colours).toMatchObject({ active: 'blue', green: { replicas: 2 } });

    expect(await rollBack('staging')).toBe('SUCCEEDED');
    expect((await ask('staging')).version).toContain(first.sha);
    expect(subjects().slice(4)).toEqual(['Switch traffic back: api-gateway in staging']);
    expect((await findCurrent(system, 'staging', service))?.commit).toBe(first.sha);
  }, 180_000);
});
