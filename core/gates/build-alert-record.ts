// What the gates remember of an alert.
import type { Configuration } from '../../config/schema.ts';
import type { Alert } from '../../contracts/events/alert.ts';
import { type AlertRecord, alertKinds } from '../../contracts/ledger/alerts.ts';
import { ledgerKey } from '../../contracts/ledger.ts';
import { attributeAlert } from '../rollback/attribute-alert.ts';

/** An alert whose end we never hear of is forgotten after so long. */
const memorySeconds = 30 * 86_400;

/** Undefined for what is not critical, or speaks of no service of ours. */
export function buildAlertRecord(configuration: Configuration, alert: Alert): AlertRecord | undefined {
  const { service, environment } = attributeAlert(configuration, alert.labels);
  if (alert.labels.severity !== 'critical' || service === undefined || environment === undefined) return undefined;
  const { fingerprint, status, startsAt } = alert;
  return {
    ...ledgerKey.alert(fingerprint),
    kind: status === 'firing' ? alertKinds.firingAlert(environment) : alertKinds.resolvedAlert(environment),
    sortKey: `${startsAt}#${fingerprint}`,
    fingerprint,
    name: alert.labels.alertname ?? 'an alert without a name',
    environment,
    service,
    status,
    startsAt,
    expiresAt: Math.floor(Date.parse(startsAt) / 1000) + memorySeconds,
  };
}
