// Real Prometheus and Alertmanager watch the simulated pods with the platform's own rules and routes, ten times as fast; the world's time
// passes as fast as they can follow, and Flagger asks the same Prometheus.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { MonitoringTools } from '../local/world/monitoring/find-monitoring-tools.ts';
import { queryPrometheus } from '../local/world/monitoring/query-prometheus.ts';
import { startRelay } from '../local/world/monitoring/relay-notifications.ts';
import { mapDurations } from '../local/world/monitoring/render-monitoring.ts';
import { startMonitoring } from '../local/world/monitoring/start-monitoring.ts';
import { watchWorldTime } from '../local/world/monitoring/world-time.ts';
import { startTraffic, type Traffic } from '../local/world/traffic.ts';
import type { Alerting } from './alerting.ts';
import type { Stage } from './play-release-tour.ts';
import { readAlertmanagerToken } from './read-alertmanager-token.ts';
import type { System } from './start-system.ts';

const sources = fileURLToPath(new URL('../gitops/monitoring', import.meta.url));
/** Scrapes each second, and a minute of a rule takes six seconds. */
const speed = 10;
/** What the shipped configuration scrapes and judges in. */
const scrapeMilliseconds = 10_000;
const requestsPerSecond = 5;
const patienceMilliseconds = 180_000;

/** An alert counts when the automation has taken it. */
export async function startRealAlerting(system: System, tools: MonitoringTools): Promise<Alerting> {
  const { world, deployment, configuration, runtime } = system;
  const { clock } = runtime.context;
  const directory = mkdtempSync(join(tmpdir(), 'monitoring-'));
  /** What the automation was told, in this order. */
  const told: { readonly key: string; readonly status: 'firing' | 'resolved' }[] = [];
  const time = watchWorldTime(clock);
  const relay = await startRelay(time, `${deployment.apiUrl}/webhooks/alertmanager`, ({ status, labels }) => {
    told.push({ key: keyOf(labels), status });
  });
  const monitoring = await startMonitoring(tools, {
    sources,
    directory,
    targetUrls: [...world.clusters.values()].map(({ metricsUrl }) => `${metricsUrl}/targets`),
    webhookUrl: relay.url,
    webhookToken: await readAlertmanagerToken(system),
    speed,
  });
  // A minute of the world is as long as it took the machine: what was before a skip is not within it.
  const ask = async (query: string): Promise<number | undefined> =>
    await queryPrometheus(monitoring.prometheusUrl, mapDurations(query, time.measure));
  world.setPrometheus(ask);
  let traffic: Traffic | undefined;
  let toldBefore = 0;

  async function waitUntil(what: string, holds: () => Promise<boolean> | boolean): Promise<void> {
    const deadline = performance.now() + patienceMilliseconds;
    while (!(await holds())) {
      if (performance.now() > deadline) throw new Error(`${what} did not happen in ${patienceMilliseconds / 1000} s`);
      await delay(100);
    }
  }
  /** What it has noticed is not idle: from then on nothing is skipped until the automation knows of it. */
  const isSomethingUntold = async (): Promise<boolean> =>
    (await monitoring.alerts()).some(
      ({ labels }) =>
        labels.severity === 'critical' && told.findLast(({ key }) => key === keyOf(labels))?.status !== 'firing',
    );
  /** As much as one scrape may miss; then everything is scraped and judged before more passes. */
  async function letTimePass(): Promise<void> {
    if (await isSomethingUntold()) return await delay(100);
    await clock.advance(scrapeMilliseconds);
    const since = Date.now();
    await waitUntil('a look of Prometheus at every pod', async () => await monitoring.hasLookedSince(since));
  }
  /** Since users came: while a step waits for work to end, an alert can be told, act, and be over. */
  async function waitUntilTold(stage: Stage, status: 'firing' | 'resolved'): Promise<void> {
    const alert = keyOf({ ...stage, alertname: 'HighErrorRate' });
    const isTold = (): boolean =>
      told.slice(toldBefore).some(({ key, status: state }) => key === alert && state === status);
    const deadline = performance.now() + patienceMilliseconds;
    while (!isTold()) {
      if (performance.now() > deadline)
        throw new Error(`HighErrorRate was not ${status} within ${patienceMilliseconds / 1000} s`);
      await letTimePass();
    }
  }

  return {
    name: 'Prometheus',
    words:
      'Prometheus and Alertmanager are real here, with the rules and routes of gitops/monitoring; Flagger asks the same Prometheus. ' +
      `Their time and the world's pass ${speed} times as fast as yours.`,
    letTimePass,
    async fire(stage) {
      const { cluster = '', namespace = '' } = configuration.environments[stage.environment] ?? {};
      const url = await world.clusters.get(cluster)?.serviceUrl(namespace, stage.service);
      if (url === undefined) throw new Error(`${stage.service} is not reachable in ${stage.environment}`);
      toldBefore = told.length;
      traffic = startTraffic({ clock, url, requestsPerSecond });
      await waitUntilTold(stage, 'firing');
      return `${requestsPerSecond} more requests a second, some of which fail: HighErrorRate fires`;
    },
    async resolve(stage) {
      await waitUntilTold(stage, 'resolved');
      await traffic?.stop();
      return 'HighErrorRate is resolved';
    },
    async stop() {
      world.setPrometheus(undefined);
      await traffic?.stop();
      await monitoring.stop();
      await relay.stop();
      time.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** By what the automation tells alerts apart by, as far as the tours are concerned. */
function keyOf(labels: Readonly<Record<string, string>>): string {
  return [labels.alertname, labels.service, labels.environment].join('/');
}
