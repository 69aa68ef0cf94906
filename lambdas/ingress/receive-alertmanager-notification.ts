// What the Alertmanager webhook answers to each kind of request.
import { type AlertNotification, parseAlertNotification } from '../../core/ingress/parse-alert-notification.ts';
import type { BatchPublishingPorts } from '../../core/ingress/publish-all-once.ts';
import { receiveAlerts } from '../../core/ingress/receive-alerts.ts';
import type { WebhookSecret } from '../../core/ingress/verify-signature.ts';
import type { SecretReader } from '../adapters/secret-reader.ts';
import type { Invocation } from '../platform/define-handler.ts';
import { type HttpAnswer, type HttpApiEvent, readRawBody } from '../platform/http-api.ts';
import { logger } from '../platform/logger.ts';
import { asOurs } from './as-ours.ts';
import { isAuthorized } from './is-authorized.ts';

export interface AlertmanagerWebhookParts extends BatchPublishingPorts {
  readonly secret: SecretReader<WebhookSecret>;
  /** SHA-256 in hexadecimal. */
  readonly digest: (body: Uint8Array) => string;
  /** Counts what Alertmanager left out: those alerts are known to it alone. */
  readonly countTruncated: (alerts: number) => void;
}

/** As much as a synchronous invocation carries, base64 included: more never arrives whole. */
const maximumBodyCharacters = 5_500_000;

/** Builds the function that answers Alertmanager. Bodies without the credential are never parsed. */
export function createReceiveAlertmanagerNotification(
  parts: AlertmanagerWebhookParts,
): (event: HttpApiEvent, invocation: Invocation) => Promise<HttpAnswer> {
  return async (event, { requestId }) => {
    if (event.requestContext.http.method !== 'POST') {
      return { statusCode: 405, headers: { allow: 'POST' }, body: { message: 'send notifications with POST' } };
    }
    if ((event.body ?? '').length > maximumBodyCharacters) {
      return { statusCode: 413, body: { message: 'the body is too large: lower max_alerts of the receiver' } };
    }
    if (
      !(await asOurs('the alerts could not be taken', () => isAuthorized(parts.secret, event.headers.authorization)))
    ) {
      const headers = { 'www-authenticate': 'Bearer' };
      return { statusCode: 401, headers, body: { message: 'the credential is missing or wrong' } };
    }
    const body = readRawBody(event);
    // Outside of asOurs: what Alertmanager sent wrongly is answered with 400.
    const notification: AlertNotification = parseAlertNotification(body);
    const outcome = await asOurs('the alerts could not be taken', () =>
      receiveAlerts(parts, notification, parts.digest(body), requestId),
    );
    const { groupKey, truncatedAlerts } = notification;
    if (truncatedAlerts > 0) parts.countTruncated(truncatedAlerts);
    logger.info('alerts received', { groupKey, truncatedAlerts, ...outcome });
    return { statusCode: 202, body: { message: 'accepted', ...outcome } };
  };
}
