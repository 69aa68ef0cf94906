// What the Slack webhook answers to each kind of request.
import { AppError } from '../../core/app-error.ts';
import { parseInteraction } from '../../core/ingress/parse-interaction.ts';
import type { PublishingPorts } from '../../core/ingress/publish-once.ts';
import { receiveInteraction } from '../../core/ingress/receive-interaction.ts';
import type { WebhookSecret } from '../../core/ingress/verify-signature.ts';
import { isSlackSignatureValid } from '../../core/ingress/verify-slack-signature.ts';
import type { SecretReader } from '../adapters/secret-reader.ts';
import type { Invocation } from '../platform/define-handler.ts';
import { type HttpAnswer, type HttpApiEvent, readRawBody } from '../platform/http-api.ts';
import { logger } from '../platform/logger.ts';
import { asOurs } from './as-ours.ts';

export interface SlackWebhookParts extends PublishingPorts {
  readonly secret: SecretReader<WebhookSecret>;
  /** SHA-256 in hexadecimal. */
  readonly digest: (body: Uint8Array) => string;
  /** Throws when the ledger does not answer. */
  readonly askLedger: () => Promise<unknown>;
}

/** A message has at most 50 blocks: an interaction with all of it is far smaller. */
const maximumBodyCharacters = 1_000_000;

/** Builds the function that answers Slack. Unsigned bodies are never parsed. */
export function createReceiveSlackInteraction(
  parts: SlackWebhookParts,
): (event: HttpApiEvent, invocation: Invocation) => Promise<HttpAnswer> {
  return async (event, { requestId }) => {
    const { method } = event.requestContext.http;
    if (method === 'GET') {
      await asOurs('what is pressed could not be taken', () => checkReadiness(parts));
      return { statusCode: 200, body: { message: 'ready' } };
    }
    if (method !== 'POST') {
      return { statusCode: 405, headers: { allow: 'GET, POST' }, body: { message: 'send interactions with POST' } };
    }
    if ((event.body ?? '').length > maximumBodyCharacters) {
      return { statusCode: 413, body: { message: 'the body is too large' } };
    }
    const body = readRawBody(event);
    if (!(await asOurs('the signature could not be checked', () => isVerified(parts, event, body)))) {
      return { statusCode: 401, body: { message: 'X-Slack-Signature is missing, does not fit, or is too old' } };
    }
    // Outside of asOurs: what was sent wrongly is answered with 400.
    const buttons = parseInteraction(body, event.headers['content-type']);
    const outcome = await asOurs('the interaction could not be taken', () =>
      receiveInteraction(parts, buttons, parts.digest(body), requestId),
    );
    logger.info('interaction received', outcome);
    // Slack shows a person an error for everything but a 200.
    return { statusCode: 200, body: {} };
  };
}

/** What Route 53 asks before it leads people here. A secret that nobody has filled in is no outage: not every team uses Slack. */
async function checkReadiness({ secret, askLedger }: SlackWebhookParts): Promise<void> {
  await askLedger();
  await secret.read().catch((error: unknown) => {
    if (!(error instanceof AppError)) throw error;
  });
}

/** Before anything is refused the secret is read anew: it may have been rotated since we read it. */
async function isVerified(
  { secret, clock }: SlackWebhookParts,
  { headers }: HttpApiEvent,
  body: Uint8Array,
): Promise<boolean> {
  const signed = { timestamp: headers['x-slack-request-timestamp'], signature: headers['x-slack-signature'] };
  if (signed.timestamp === undefined || signed.signature === undefined) return false;
  if (isSlackSignatureValid(body, signed, await secret.read(), clock.now())) return true;
  return isSlackSignatureValid(body, signed, await secret.read({ refresh: true }), clock.now());
}
