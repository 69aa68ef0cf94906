// What the GitHub webhook answers to each kind of request.
import { type IngressPorts, receiveDelivery } from '../../core/ingress/receive-delivery.ts';
import { isSignatureValid, type WebhookSecret } from '../../core/ingress/verify-signature.ts';
import type { SecretReader } from '../adapters/secret-reader.ts';
import type { Invocation } from '../platform/define-handler.ts';
import { type HttpAnswer, type HttpApiEvent, readRawBody } from '../platform/http-api.ts';
import { logger } from '../platform/logger.ts';

export interface GitHubWebhookParts extends IngressPorts {
  readonly secret: SecretReader<WebhookSecret>;
  /** SHA-256 in hexadecimal. */
  readonly digest: (body: Uint8Array) => string;
}

/** As much as a synchronous invocation carries, base64 included: more never arrives whole. */
const maximumBodyCharacters = 5_500_000;

/** Builds the function that answers GitHub. Unsigned bodies are never parsed. */
export function createReceiveGitHubWebhook(
  parts: GitHubWebhookParts,
): (event: HttpApiEvent, invocation: Invocation) => Promise<HttpAnswer> {
  return async (event, { requestId }) => {
    if (event.requestContext.http.method !== 'POST') {
      return { statusCode: 405, headers: { allow: 'POST' }, body: { message: 'send webhooks with POST' } };
    }
    if (event.rawPath.replace(/\/+$/, '') !== '/webhooks/github') {
      return { statusCode: 404, body: { message: 'webhooks go to /webhooks/github' } };
    }
    if ((event.body ?? '').length > maximumBodyCharacters) {
      return { statusCode: 413, body: { message: 'the body is too large' } };
    }
    const body = readRawBody(event);
    if (!(await isVerified(parts, event, body))) {
      return { statusCode: 401, body: { message: 'X-Hub-Signature-256 is missing or does not fit the body' } };
    }
    const id = event.headers['x-github-delivery'] ?? '';
    const name = event.headers['x-github-event'] ?? '';
    if (!/^[\w-]{1,100}$/.test(id) || !/^[a-z_]{1,64}$/.test(name)) {
      return {
        statusCode: 400,
        body: { message: 'X-GitHub-Delivery and X-GitHub-Event must be as GitHub sends them' },
      };
    }
    if (name === 'ping') return { statusCode: 200, body: { message: 'pong' } };
    const delivery = { id, event: name, bodySha256: parts.digest(body), receivedAtMilliseconds: parts.clock.now() };
    const outcome = await receiveDelivery(parts, delivery, body, event.headers['content-type'], requestId);
    logger.info('webhook received', { deliveryId: id, event: name, outcome });
    // The first answer and all later ones are the same: a redelivery is nothing that GitHub need know about.
    return { statusCode: 202, body: { message: 'accepted', delivery: id } };
  };
}

/** Before anything is refused the secret is read anew: it may have been rotated since we read it. */
async function isVerified(
  { secret }: GitHubWebhookParts,
  { headers }: HttpApiEvent,
  body: Uint8Array,
): Promise<boolean> {
  const signature = headers['x-hub-signature-256'];
  if (signature === undefined) return false;
  if (isSignatureValid(body, signature, await secret.read())) return true;
  return isSignatureValid(body, signature, await secret.read({ refresh: true }));
}
