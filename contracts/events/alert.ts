// What Alertmanager says, one event for each alert and change of its state: source `alertmanager`.
import * as z from 'zod/mini';
import { metadataSchema } from './metadata.ts';

export const alertSource = 'alertmanager';

/** `alert.truncated`: Alertmanager left alerts out of a notification; they are known to it alone. */
export const alertEventTypes = ['alert.firing', 'alert.resolved', 'alert.truncated'] as const;
export type AlertEventType = (typeof alertEventTypes)[number];

const text = z.record(z.string(), z.string());

export const alertSchema = z.object({
  /** Of its labels, by Alertmanager: the same alert has the same one for ever. */
  fingerprint: z.string(),
  status: z.enum(['firing', 'resolved']),
  /** ISO 8601 in UTC, by the clock of Prometheus. With the fingerprint it names one episode. */
  startsAt: z.string(),
  /** When it was resolved; absent while it fires. */
  endsAt: z.optional(z.string()),
  labels: text,
  annotations: text,
});
export type Alert = z.infer<typeof alertSchema>;

const groupSchema = z.object({ key: z.string(), receiver: z.string() });

/** Of `alert.firing` and `alert.resolved`. */
export const alertDetailSchema = z.object({
  metadata: metadataSchema,
  alert: alertSchema,
  group: groupSchema,
  /** For a person. */
  reason: z.string(),
});
export type AlertDetail = z.infer<typeof alertDetailSchema>;

/** What Alertmanager kept to itself is told to people: nothing else would. */
export const truncatedAlertsPattern = { source: [alertSource], detailType: ['alert.truncated'] };

/** Of `alert.truncated`. */
export const truncatedAlertsDetailSchema = z.object({
  metadata: metadataSchema,
  group: groupSchema,
  truncatedAlerts: z.number(),
  reason: z.string(),
});
export type TruncatedAlertsDetail = z.infer<typeof truncatedAlertsDetailSchema>;

/** Id of the event, and of the claim, by which each state of an episode counts once. */
export function alertEventId(alert: Pick<Alert, 'fingerprint' | 'startsAt'>, status: Alert['status']): string {
  return `alert-${alert.fingerprint}-${alert.startsAt}-${status}`;
}

export const alertFiringExample: AlertDetail = {
  metadata: {
    eventId: 'alert-9f2c1d0e7a6b5c43-2026-11-23T20:05:10.000Z-firing',
    correlationId: 'alert-9f2c1d0e7a6b5c43-2026-11-23T20:05:10.000Z',
    occurredAt: '2026-11-23T20:05:12.000Z',
    actor: 'alertmanager',
  },
  alert: {
    fingerprint: '9f2c1d0e7a6b5c43',
    status: 'firing',
    startsAt: '2026-11-23T20:05:10.000Z',
    labels: { alertname: 'HighErrorRate', service: 'api-gateway', environment: 'dev', severity: 'critical' },
    annotations: { summary: 'more than 1 % of the requests to api-gateway fail' },
  },
  group: { key: '{}:{service="api-gateway"}', receiver: 'deployment-automation' },
  reason: 'HighErrorRate fires since 2026-11-23T20:05:10.000Z',
};

/** A critical alert has begun to fire, or has stopped; its severity is one of the labels that make its fingerprint, so it never changes. */
export const criticalAlertChangedPattern = {
  source: [alertSource],
  detailType: ['alert.firing', 'alert.resolved'],
  detail: { alert: { labels: { severity: ['critical'] } } },
};
