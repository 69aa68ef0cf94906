// Real Prometheus and Alertmanager watch the simulated pods with the platform's own rules and routes, ten times as fast.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { MonitoringTools } from '../local/world/monitoring/find-monitoring-tools.ts';
import { startMonitoring } from '../local/world/monitoring/start-monitoring.ts';
import { startTraffic, type Traffic } from '../local/world/traffic.ts';
import type { Alerting } from './alerting.ts';
import type { Stage } from './play-release-tour.ts';
import { readAlertmanagerToken } from './read-alertmanager-token.ts';
import type { System } from './start-system.ts';

const sources = fileURLToPath(new URL('../gitops/monitoring', import.meta.url));
/** Scrapes each second, and a minute of a rule takes six seconds. */
const speed = 10;
const requestsPerSecond = 20;
const patienceMilliseconds = 120_000;

/** An alert counts when it is an event of the automation's. */
export async function startRealAlerting(system: System, tools: MonitoringTools): Promise<Alerting> {
  const { world, deployment, configuration, runtime } = system;
  const { clock, trace } = runtime.context;
  const directory = mkdtempSync(join(tmpdir(), 'monitoring-'));
  const monitoring = await startMonitoring(tools, {
    sources,
    directory,
    targetUrls: [...world.clusters.values()].map(({ metricsUrl }) => `${metricsUrl}/targets`),
    webhookUrl: `${deployment.apiUrl}/webhooks/alertmanager`,
    webhookToken: await readAlertmanagerToken(system),
    speed,
  });
  let traffic: Traffic | undefined;
  let usersCameAt = clock.now();

  const isFiring = async ({ service, environment }: Stage): Promise<boolean> =>
    (await monitoring.firing()).some(
      (alert) => alert.name === 'HighErrorRate' && alert.service === service && alert.environment === environment,
    );
  async function waitUntil(what: string, holds: () => Promise<boolean>): Promise<void> {
    const deadline = performance.now() + patienceMilliseconds;
    while (!(await holds())) {
      if (performance.now() > deadline) throw new Error(`${what} did not happen in ${patienceMilliseconds / 1000} s`);
      await delay(200);
    }
  }
  const isTold = (type: string) =>
    trace.waitFor(
      ({ name, at, details }) => name === 'rule-matched' && at >= usersCameAt && details.detailType === type,
      patienceMilliseconds,
    );

  return {
    name: 'Prometheus',
    words: `Prometheus and Alertmanager are real here; their rules and routes are those of gitops/monitoring, ${speed} times as fast.`,
    async fire(stage) {
      const { cluster = '', namespace = '' } = configuration.environments[stage.environment] ?? {};
      const url = await world.clusters.get(cluster)?.serviceUrl(namespace, stage.service);
      if (url === undefined) throw new Error(`${stage.service} is not reachable in ${stage.environment}`);
      usersCameAt = clock.now();
      traffic = startTraffic({ clock, url, requestsPerSecond });
      await waitUntil('HighErrorRate', async () => await isFiring(stage));
      await isTold('alert.firing');
      return `${requestsPerSecond} requests a second, some of which fail: HighErrorRate fires`;
    },
    async resolve(stage) {
      await waitUntil('the end of HighErrorRate', async () => !(await isFiring(stage)));
      await isTold('alert.resolved');
      return 'HighErrorRate is resolved';
    },
    async stop() {
      await traffic?.stop();
      await monitoring.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
