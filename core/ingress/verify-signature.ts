// Step 1 of the GitHub ingress: did somebody who knows the secret send exactly these bytes?
import { createHmac, timingSafeEqual } from 'node:crypto';

/** During a rotation both secrets count, so that no delivery is lost. */
export interface WebhookSecret {
  readonly current: string;
  readonly previous?: string | undefined;
}

/**
 * Whether `signature` (the value of X-Hub-Signature-256) is right for the raw body under one of the secrets. Takes the same time
 * wherever the difference is and whichever secret fits. @see https://docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries
 */
export function isSignatureValid(body: Uint8Array, signature: string | undefined, secret: WebhookSecret): boolean {
  if (signature === undefined || !/^sha256=[0-9a-f]{64}$/.test(signature)) return false;
  const given = Buffer.from(signature.slice('sha256='.length), 'hex');
  const secrets = [secret.current, secret.previous].filter((value) => value !== undefined && value.length > 0);
  const matches = secrets.map((key) => timingSafeEqual(createHmac('sha256', String(key)).update(body).digest(), given));
  return matches.includes(true);
}
