// From the body of an Alertmanager webhook to the alerts that we keep.
import * as z from 'zod/mini';
import type { Alert } from '../../contracts/events/alert.ts';
import { AppError } from '../app-error.ts';
import { parsePayload } from './parse-payload.ts';

export interface AlertNotification {
  readonly groupKey: string;
  readonly receiver: string;
  /** How many alerts Alertmanager left out. */
  readonly truncatedAlerts: number;
  readonly alerts: readonly Alert[];
}

const texts = z._default(z.nullish(z.record(z.string(), z.string())), {});
const time = z.string().check(z.refine((value) => !Number.isNaN(Date.parse(value)), 'must be a time by RFC 3339'));

/** @see https://prometheus.io/docs/alerting/latest/configuration/#webhook_config */
const notificationSchema = z.object({
  version: z.literal('4'),
  groupKey: z.string(),
  receiver: z._default(z.string(), ''),
  truncatedAlerts: z._default(z.number(), 0),
  alerts: z.array(
    z.object({
      status: z.enum(['firing', 'resolved']),
      labels: texts,
      annotations: texts,
      startsAt: time,
      endsAt: z.optional(time),
      fingerprint: z.string().check(z.regex(/^[0-9a-f]{1,64}$/)),
    }),
  ),
});

/** More is cut: an event must fit on the bus whatever a rule's template writes. */
const maximumTexts = 40;
const maximumTextLength = 500;

/** @throws AppError `InvalidInputError` saying what is not as Alertmanager sends it. */
export function parseAlertNotification(body: Uint8Array): AlertNotification {
  const parsed = notificationSchema.safeParse(parsePayload(body, 'application/json'));
  if (!parsed.success) {
    const problems = parsed.error.issues
      .slice(0, 5)
      .map(({ path, message }) => `${path.map(String).join('.')}: ${message}`);
    throw new AppError('InvalidInputError', `the notification is not of version 4: ${problems.join('; ')}`);
  }
  const { groupKey, receiver, truncatedAlerts, alerts } = parsed.data;
  return {
    groupKey: groupKey.slice(0, maximumTextLength),
    receiver: receiver.slice(0, maximumTextLength),
    truncatedAlerts,
    alerts: alerts.map(({ status, fingerprint, labels, annotations, startsAt, endsAt }) => ({
      fingerprint,
      status,
      startsAt: new Date(startsAt).toISOString(),
      // While it fires Alertmanager writes when it would be given up, or year 1.
      ...(status === 'resolved' && endsAt !== undefined ? { endsAt: new Date(endsAt).toISOString() } : {}),
      labels: cut(labels ?? {}),
      annotations: cut(annotations ?? {}),
    })),
  };
}

function cut(record: Readonly<Record<string, string>>): Record<string, string> {
  const entries = Object.entries(record).slice(0, maximumTexts);
  return Object.fromEntries(entries.map(([name, value]) => [name.slice(0, 100), value.slice(0, maximumTextLength)]));
}
