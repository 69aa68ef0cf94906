// What our webhooks for controllers in the clusters answer: credential → event → claim and publish, and only then 202.
import type { BusEvent } from '../../core/ingress/build-github-event.ts';
import { type PublishingPorts, publishOnce } from '../../core/ingress/publish-once.ts';
import type { WebhookSecret } from '../../core/ingress/verify-signature.ts';
import type { SecretReader } from '../adapters/secret-reader.ts';
import type { Invocation } from '../platform/define-handler.ts';
import { type HttpAnswer, type HttpApiEvent, readRawBody } from '../platform/http-api.ts';
import { asOurs } from './as-ours.ts';
import { isAuthorized } from './is-authorized.ts';

export interface NotificationParts extends PublishingPorts {
  readonly secret: SecretReader<WebhookSecret>;
  /** Undefined when there is nothing to tell. @throws AppError `InvalidInputError` for what the sender got wrong. */
  readonly readEvent: (body: Uint8Array) => { readonly eventId: string; readonly event: BusEvent } | undefined;
}

/** What the sender reads of a fault of ours. */
export const faultWords = 'the notification could not be taken';
/** More than any of them sends. */
const maximumBodyCharacters = 256 * 1024;

/** Builds the function that answers such a controller. Bodies without the credential are never parsed. */
export function createReceiveNotification(
  parts: NotificationParts,
): (event: HttpApiEvent, invocation: Invocation) => Promise<HttpAnswer> {
  return async (event, { requestId }) => {
    const refusal = await refuseRequest(parts.secret, event);
    if (refusal !== undefined) return refusal;
    const told = parts.readEvent(readRawBody(event));
    if (told === undefined) return { statusCode: 202, body: { message: 'nothing to tell' } };
    const isNew = await asOurs(faultWords, () => publishOnce(parts, told.eventId, told.event, requestId));
    return { statusCode: 202, body: { message: isNew ? 'accepted' : 'known', eventId: told.eventId } };
  };
}

/** The answer to a request that must not be read; undefined when it may. */
export async function refuseRequest(
  secret: SecretReader<WebhookSecret>,
  event: HttpApiEvent,
): Promise<HttpAnswer | undefined> {
  if (event.requestContext.http.method !== 'POST') {
    return { statusCode: 405, headers: { allow: 'POST' }, body: { message: 'send it with POST' } };
  }
  if ((event.body ?? '').length > maximumBodyCharacters) {
    return { statusCode: 413, body: { message: `the body is larger than ${maximumBodyCharacters} characters` } };
  }
  if (await asOurs(faultWords, () => isAuthorized(secret, event.headers.authorization))) return undefined;
  const headers = { 'www-authenticate': 'Bearer' };
  return { statusCode: 401, headers, body: { message: 'the credential is missing or wrong' } };
}
