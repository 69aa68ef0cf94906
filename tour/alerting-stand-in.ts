// Stands in for Prometheus and Alertmanager: measures a service by real requests and posts what Alertmanager would.
import { createHash } from 'node:crypto';
import type { Alerting } from './alerting.ts';
import type { Stage } from './play-release-tour.ts';
import { readAlertmanagerToken } from './read-alertmanager-token.ts';
import type { System } from './start-system.ts';

const requestCount = 30;

/** Needs nothing; the automation cannot tell it from the real ones. */
export function createAlertingStandIn(system: System): Alerting {
  const { clock } = system.runtime.context;
  const now = (): string => new Date(clock.now()).toISOString();
  let startsAt = now();
  return {
    name: 'Stand-in',
    words:
      'Prometheus and Alertmanager are a built-in stand-in here: it measures by real requests and posts real notifications, and Flagger ' +
      "reads the pods' own counters. Idle time is skipped. npm run monitoring installs the real ones.",
    letTimePass: async () => await clock.advance(1_000),
    async fire(stage) {
      startsAt = now();
      const errors = await measureErrors(system, stage);
      await postNotification(system, { ...stage, status: 'firing', startsAt });
      return `${errors.toFixed(0)} % of the requests fail: HighErrorRate fires`;
    },
    async resolve(stage) {
      const errors = await measureErrors(system, stage);
      if (errors > 0) return `${errors.toFixed(0)} % of the requests fail still`;
      await postNotification(system, { ...stage, status: 'resolved', startsAt, endsAt: now() });
      return '0 % of the requests fail: HighErrorRate is resolved';
    },
    async stop() {},
  };
}

/** Percent of requests that are answered with a server error. */
export async function measureErrors(
  { world, configuration }: System,
  { service, environment }: Stage,
): Promise<number> {
  const { cluster = '', namespace = '' } = configuration.environments[environment] ?? {};
  const url = await world.clusters.get(cluster)?.serviceUrl(namespace, service);
  if (url === undefined) throw new Error(`${service} is not reachable in ${environment}`);
  let errors = 0;
  for (let request = 0; request < requestCount; request += 1) {
    if ((await fetch(url)).status >= 500) errors += 1;
  }
  return (errors / requestCount) * 100;
}

interface Episode extends Stage {
  readonly status: 'firing' | 'resolved';
  /** ISO 8601. */
  readonly startsAt: string;
  readonly endsAt?: string;
}

/** @see https://prometheus.io/docs/alerting/latest/configuration/#webhook_config */
async function postNotification(
  system: System,
  { service, environment, status, startsAt, endsAt = '0001-01-01T00:00:00Z' }: Episode,
): Promise<void> {
  const labels = { alertname: 'HighErrorRate', service, environment, severity: 'critical' };
  const fingerprint = createHash('sha256').update(JSON.stringify(labels)).digest('hex').slice(0, 16);
  const notification = {
    version: '4',
    groupKey: `{}:{service="${service}"}`,
    truncatedAlerts: 0,
    status,
    receiver: 'deployment-automation',
    groupLabels: { service },
    commonLabels: labels,
    commonAnnotations: {},
    externalURL: 'http://alertmanager.invalid',
    alerts: [{ status, labels, annotations: {}, startsAt, endsAt, generatorURL: '', fingerprint }],
  };
  const answer = await fetch(`${system.deployment.apiUrl}/webhooks/alertmanager`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${await readAlertmanagerToken(system)}` },
    body: JSON.stringify(notification),
  });
  if (answer.status !== 202)
    throw new Error(`the notification was answered with ${answer.status}: ${await answer.text()}`);
}
