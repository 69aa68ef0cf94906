// Posts notifications as Alertmanager does, with the token that the operator has set.
import { createHash } from 'node:crypto';
import type { TestSystem } from './start-test-system.ts';

export interface AlertToPost {
  readonly labels: Readonly<Record<string, string>>;
  readonly startsAt: string;
  /** Resolved when there is one. */
  readonly endsAt?: string;
}

/** As Alertmanager makes it: of the labels alone. */
export function fingerprintOf(labels: AlertToPost['labels']): string {
  return createHash('sha256').update(JSON.stringify(labels)).digest('hex').slice(0, 16);
}

/** The id of the event that the ingress makes of it. */
export function eventIdOf({ labels, startsAt, endsAt }: AlertToPost): string {
  return `alert-${fingerprintOf(labels)}-${startsAt}-${endsAt === undefined ? 'firing' : 'resolved'}`;
}

/** One notification of all the alerts; returns the status of the answer. */
export async function postAlerts(system: TestSystem, alerts: readonly AlertToPost[]): Promise<number> {
  const { SecretString } = await system.call<{ SecretString: string }>('secretsmanager', 'GetSecretValue', {
    SecretId: `${system.configuration.application}/automation/alertmanager`,
  });
  const token = String((JSON.parse(SecretString) as { current: string }).current);
  const notification = {
    version: '4',
    groupKey: '{}:{}',
    truncatedAlerts: 0,
    receiver: 'deployment-automation',
    status: 'firing',
    groupLabels: {},
    commonLabels: {},
    commonAnnotations: {},
    externalURL: 'http://alertmanager.invalid',
    alerts: alerts.map(({ labels, startsAt, endsAt }) => ({
      status: endsAt === undefined ? 'firing' : 'resolved',
      labels,
      annotations: {},
      startsAt,
      endsAt: endsAt ?? '0001-01-01T00:00:00Z',
      generatorURL: '',
      fingerprint: fingerprintOf(labels),
    })),
  };
  const answer = await fetch(`${system.deployment.apiUrl}/webhooks/alertmanager`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify(notification),
  });
  await answer.arrayBuffer();
  return answer.status;
}
