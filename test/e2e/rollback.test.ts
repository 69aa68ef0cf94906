// Releases that are taken back: by an alert, by their own failure, by a person, past Git, and not at all in a storm.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { circuitRecord } from '../../contracts/ledger/circuits.ts';
import { decisionRecord } from '../../contracts/ledger/decisions.ts';
import { promotionRecord } from '../../contracts/ledger/promotions.ts';
import { incidentRecord, quarantineRecord } from '../../contracts/ledger/rollbacks.ts';
import { ledgerKey } from '../../contracts/ledger.ts';
import { readLedgerItem } from '../../tour/read-ledger-item.ts';
import { type ClusterFront, startClusterFront } from './cluster-front.ts';
import { releaseService, silenceGitHub } from './commit-service.ts';
import { type AlertToPost, eventIdOf, postAlerts } from './post-alerts.ts';
import {
  findCurrent,
  listGitOpsCommits,
  readImages,
  startPromotion,
  waitForExecution,
  waitForPromotion,
} from './promotions.ts';
import { type CliResult, runCli } from './run-cli.ts';
import { sendWebhook } from './send-webhook.ts';
import { letTimePass, startTestSystem, type TestSystem } from './start-test-system.ts';

let system: TestSystem;
let front: ClusterFront;
beforeAll(async () => {
  system = await startTestSystem();
  await silenceGitHub(system);
  front = await startClusterFront(system, 'pyairtable-dev');
  for (const service of ['api-gateway', 'mcp-server', 'platform-services']) await releaseGood(service);
}, 180_000);
afterAll(async () => {
  await front.stop();
  await system.stop();
});

const digests = new Map<string, string>();
async function releaseGood(service: string): Promise<{ sha: string }> {
  const { promotionId, sha } = await releaseService(system, service);
  const { record } = await waitForPromotion(system, promotionId);
  expect(record).toMatchObject({ outcome: 'succeeded' });
  digests.set(service, record.services[0]?.digest ?? '');
  return { sha };
}

const imageOf = (service: string) => readImages(system, 'dev')[`ghcr.io/pyairtable/${service}`];
const now = () => new Date(system.runtime.context.clock.now()).toISOString();
const labelsOf = (service: string, alertname = 'HighErrorRate') => ({
  alertname,
  service,
  environment: 'dev',
  severity: 'critical',
});
/** What people read, each text once: an end is also shown to those who follow the thread. */
const tell = (text: string) => [
  ...new Set(system.world.slack.messages().flatMap((message) => (message.text.includes(text) ? [message.text] : []))),
];
/** Runs the command line while virtual time goes on, and expects it to end as told. */
async function cli(exitCode: number, ...args: string[]): Promise<string> {
  let result: CliResult | undefined;
  runCli(system, ...args).then((ended) => {
    result = ended;
  });
  const { stdout, stderr, ...ended } = await letTimePass(system, `the end of ${args.join(' ')}`, () => result);
  expect([ended.exitCode, stderr]).toEqual([
    exitCode,
    exitCode === 0 ? expect.not.stringContaining('automation:') : stderr,
  ]);
  return stdout;
}

interface Execution {
  readonly executionArn: string;
  readonly status: string;
}
async function listRollbacks(): Promise<Execution[]> {
  const { executions } = await system.call<{ executions: Execution[] }>('sfn', 'ListExecutions', {
    stateMachineArn: system.deployment.workflowArns['rollback-release'],
    maxResults: 1000,
  });
  return executions;
}
async function settleRollbacks(count: number): Promise<Execution[]> {
  return await letTimePass(
    system,
    `the end of ${count} executions of rollback-release`,
    async () => {
      const executions = await listRollbacks();
      return executions.length >= count && executions.every(({ status }) => status !== 'RUNNING')
        ? executions
        : undefined;
    },
    2_000,
  );
}
/** Ends the alert as soon as the rollback has written, as a good rollback does. */
async function endAlert(alert: AlertToPost): Promise<void> {
  const { record } = await waitForRecord(eventIdOf(alert));
  expect(await postAlerts(system, [{ ...alert, endsAt: now() }])).toBe(202);
  expect(await waitForExecution(system, record.executionArn)).toBe('SUCCEEDED');
}
const waitForRecord = async (rollbackId: string) => ({
  record: await letTimePass(system, `the record of ${rollbackId}`, () =>
    readLedgerItem(system, ledgerKey.promotion(rollbackId), promotionRecord),
  ),
});

describe('a promotion that does not become healthy', () => {
  it('is taken back by itself, and its digest comes back on no path', async () => {
    const good = imageOf('api-gateway');
    system.world.builds.plan('Be unready', { behaviour: 'unready' });
    const { promotionId, sha, push } = await releaseService(system, 'api-gateway', 'Be unready');
    const { record } = await waitForPromotion(system, promotionId);
    const bad = record.services[0]?.digest ?? '';
    expect(record.outcome).toBe('failed');
    await settleRollbacks(1);
    expect(imageOf('api-gateway')).toBe(good);
    expect((await findCurrent(system, 'dev', 'api-gateway'))?.digest).toBe(good);
    expect(await readLedgerItem(system, ledgerKey.quarantine('api-gateway', bad), quarantineRecord)).toBeDefined();
    const rollbackId = `${record.executionArn.split(':').at(-1)}-PromotionFailed`;
    expect(await readLedgerItem(system, ledgerKey.incident(rollbackId), incidentRecord)).toMatchObject({
      status: 'mitigated',
      issueUrl: expect.stringContaining('/issues/'),
    });

    // Redelivered, replayed under a fresh id, synced anew, and asked for by a person.
    expect((await sendWebhook(system, { ...push, id: promotionId })).status).toBe(202);
    expect((await sendWebhook(system, push)).status).toBe(202);
    const ask = { services: ['api-gateway'], version: sha, environment: 'dev', actor: 'ada-release', reason: 'again' };
    await waitForExecution(system, await startPromotion(system, ask));
    await system.runtime.context.clock.advance(10 * 60_000);
    expect(imageOf('api-gateway')).toBe(good);
    const lift = ['quarantine', 'lift', 'api-gateway', '--digest', bad];
    await cli(2, ...lift);
    await cli(0, ...lift, '--reason', 'the probe was wrong');
  }, 120_000);
});

describe('a person', () => {
  it('rolls back from the command line, not to what runs already, and waits for nobody, not even for Slack, which hears of it later', async () => {
    const first = imageOf('mcp-server');
    const { sha } = await releaseGood('mcp-server');
    const ask = ['rollback', 'mcp-server', '--env', 'dev', '--actor', 'ada-release', '--reason', 'It hurts'];
    expect(await cli(1, ...ask, '--to', sha)).toContain('it is what is being taken back');

    const { trace, clock } = system.runtime.context;
    const since = clock.now();
    system.world.slack.inject({ reset: true, times: 2 });
    system.world.slack.inject({ status: 500, times: 10_000 });
    await cli(0, ...ask);
    const current = await findCurrent(system, 'dev', 'mcp-server');
    expect([imageOf('mcp-server'), current?.digest]).toEqual([first, first]);
    expect(tell('mcp-server is being rolled back')).toEqual([]);
    expect(tell('mcp-server was rolled back')).toEqual([]);

    system.world.slack.clearFaults();
    // On a slow machine its retries may be over by now.
    await cli(0, 'redrive');
    await letTimePass(system, 'the message', () => tell('mcp-server was rolled back').at(0), 10_000);
    await clock.advance(5 * 60_000);
    // Once, in the state that holds by now: its beginning is told no more.
    const messages = system.world.slack
      .messages()
      .filter(({ text }) => /mcp-server (is being|was) rolled back/.test(text));
    expect(messages.map(({ text }) => text)).toEqual([expect.stringContaining('mcp-server was rolled back in dev')]);
    const shown = trace
      .recent()
      .filter(({ at, service }) => at >= since && service === 'slack')
      .filter(({ details }) => /mcp-server is being rolled back/.test(String(details.text)));
    expect(shown).toEqual([]);
  }, 120_000);
});

describe('while Git cannot be reached', () => {
  it('goes past it, loudly, and Git is told when it returns, and the cluster may fail for a while too', async () => {
    const good = imageOf('platform-services');
    await releaseGood('platform-services');
    const bad = imageOf('platform-services');
    const alert = { labels: labelsOf('platform-services'), startsAt: now() };
    system.world.github.inject({ path: /pyairtable-gitops/, status: 503, times: 10_000 });
    let failures = 0;
    front.bend = ({ method }) => {
      failures += method === 'PATCH' ? 1 : 0;
      return method === 'PATCH' && failures <= 2 ? { status: failures === 1 ? 500 : 429, body: '{}' } : undefined;
    };
    expect(await postAlerts(system, [alert])).toBe(202);
    const current = await letTimePass(system, 'the rollback past Git', async () => {
      const record = await findCurrent(system, 'dev', 'platform-services');
      return record?.digest === good ? record : undefined;
    });
    expect(current.promotionId).toBe(eventIdOf(alert));
    expect(failures).toBeGreaterThan(2);
    expect(imageOf('platform-services')).toBe(bad);
    expect(tell('pinned past Git')).toHaveLength(1);
    // Argo CD compares anew and heals what it finds, for some minutes: what it heals to is the pin.
    await system.runtime.context.clock.advance(5 * 60_000);
    const cluster = system.world.clusters.get('pyairtable-dev');
    const url = await cluster?.serviceUrl('pyairtable-dev', 'platform-services');
    expect(url).toBeDefined();

    system.world.github.clearFaults();
    await letTimePass(
      system,
      'the pin in Git',
      () => (imageOf('platform-services') === good ? true : undefined),
      10_000,
    );
    await letTimePass(
      system,
      'the end of reconcile-git',
      () => (tell('is in Git as it runs').length > 0 ? true : undefined),
      2_000,
    );
    await endAlert(alert);
    expect(await cli(0, 'incident', '--json')).not.toMatch(/"status": ?"open"/);
  }, 120_000);
});

describe('an alert that flaps and a storm', () => {
  it('are one rollback, one circuit, one message, and a decision for each episode', async () => {
    const good = imageOf('api-gateway');
    await releaseGood('api-gateway');
    const labels = labelsOf('api-gateway');
    const alert = { labels, startsAt: now() };
    // The end of an alert that comes before its beginning is honoured.
    const early = { labels: labelsOf('api-gateway', 'Early'), startsAt: now() };
    expect(await postAlerts(system, [{ ...early, endsAt: now() }])).toBe(202);
    expect(await postAlerts(system, [early])).toBe(202);
    expect(await postAlerts(system, [alert])).toBe(202);
    await endAlert(alert);
    expect(imageOf('api-gateway')).toBe(good);
    const commits = listGitOpsCommits(system).length;
    const before = (await listRollbacks()).length;

    // Fifty times within five minutes.
    for (let round = 0; round < 10; round += 1) {
      const flaps = [1, 2, 3, 4, 5].map((index) => ({
        labels,
        startsAt: new Date(system.runtime.context.clock.now() + index).toISOString(),
      }));
      expect(await postAlerts(system, flaps)).toBe(202);
      await system.runtime.context.clock.advance(30_000);
    }
    // A thousand alerts within a minute: thirty episodes, each told again and again, some without the labels that say whose they are.
    const startsAt = now();
    const storm = Array.from({ length: 30 }, (_, index) => ({
      labels: index % 3 === 0 ? { alertname: `Unknown${index}` } : { ...labelsOf('frontend'), pod: `p${index}` },
      startsAt,
    }));
    for (let round = 0; round < 34; round += 1) {
      expect(await postAlerts(system, storm)).toBe(202);
      await system.runtime.context.clock.advance(1_700);
    }
    const executions = await settleRollbacks(before + 50 + 30);
    expect(executions).toHaveLength(before + 50 + 30);
    expect(executions.filter(({ status }) => status !== 'SUCCEEDED')).toEqual([]);
    expect(listGitOpsCommits(system)).toHaveLength(commits);
    for (const each of storm) {
      expect(
        await readLedgerItem(system, ledgerKey.decision(eventIdOf(each), 'rollback-release'), decisionRecord),
      ).toMatchObject({
        outcome: 'suppressed',
      });
    }
    expect(
      await readLedgerItem(system, ledgerKey.decision(eventIdOf(early), 'rollback-release'), decisionRecord),
    ).toMatchObject({
      rule: 'rollback-release/still-firing',
    });
    expect(await readLedgerItem(system, ledgerKey.circuit('dev#api-gateway'), circuitRecord)).toMatchObject({
      status: 'open',
    });
    await system.runtime.context.clock.advance(5_000);
    expect(tell('is not taken back by itself any more in dev')).toHaveLength(1);

    // It stops no person, and a person closes it.
    await cli(0, 'rollback', 'api-gateway', '--env', 'dev', '--plan');
    expect(await cli(0, 'circuit')).toContain('dev#api-gateway');
    await cli(0, 'circuit', 'close', 'dev#api-gateway', '--reason', 'the alert was too eager');
    expect(await cli(0, 'circuit')).toContain('no circuit is open');
    expect(await cli(0, 'budget', 'api-gateway', '--env', 'dev')).toMatch(/alert to commit +\d+\.\d s.*is back after/s);
  }, 240_000);
});
