// The Alertmanager ingress after verification: every alert's state becomes one event, once, and only then the answer.
import {
  type AlertDetail,
  type AlertEventType,
  alertEventId,
  alertSource,
  type TruncatedAlertsDetail,
} from '../../contracts/events/alert.ts';
import { formatTime } from '../clock.ts';
import type { BusEvent } from './build-github-event.ts';
import type { AlertNotification } from './parse-alert-notification.ts';
import { type BatchPublishingPorts, type IdentifiedEvent, publishAllOnce } from './publish-all-once.ts';

/**
 * Publishes what has not been published before.
 * @returns how many events are new, and how many were known.
 * @throws whatever the ports throw; what was published stays claimed, so that a repeated notification brings the rest.
 */
export async function receiveAlerts(
  ports: BatchPublishingPorts,
  notification: AlertNotification,
  bodySha256: string,
  holder: string,
): Promise<{ readonly published: number; readonly known: number }> {
  const events = listEvents(notification, bodySha256, formatTime(ports.clock.now()));
  const published = await publishAllOnce(ports, events, holder);
  return { published, known: events.length - published };
}

/** The same alert twice in one notification is one event. */
function listEvents(
  { alerts, groupKey, receiver, truncatedAlerts }: AlertNotification,
  bodySha256: string,
  occurredAt: string,
): IdentifiedEvent[] {
  const group = { key: groupKey, receiver };
  const byId = new Map<string, BusEvent>();
  const add = (type: AlertEventType, detail: AlertDetail | TruncatedAlertsDetail): unknown =>
    byId.set(detail.metadata.eventId, { source: alertSource, detailType: type, detail });
  for (const alert of alerts) {
    const eventId = alertEventId(alert, alert.status);
    const correlationId = eventId.replace(/-[a-z]+$/, '');
    const name = alert.labels.alertname ?? 'an alert without a name';
    const words =
      alert.status === 'firing' ? `fires since ${alert.startsAt}` : `is resolved since ${alert.endsAt ?? occurredAt}`;
    add(`alert.${alert.status}`, {
      metadata: { eventId, correlationId, occurredAt, actor: alertSource },
      alert,
      group,
      reason: `${name} ${words}`,
    });
  }
  if (truncatedAlerts > 0) {
    const eventId = `alerts-truncated-${bodySha256}`;
    add('alert.truncated', {
      metadata: { eventId, correlationId: eventId, occurredAt, actor: alertSource },
      group,
      truncatedAlerts,
      reason: `${truncatedAlerts} alerts of the group were left out by Alertmanager: raise max_alerts or look there`,
    });
  }
  return [...byId].map(([eventId, event]) => ({ eventId, event }));
}
