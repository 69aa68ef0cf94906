// The signatures of a webhook delivery (https://docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries).
import { createHmac } from 'node:crypto';

/** `X-Hub-Signature-256` and, as GitHub still sends it, the SHA-1 `X-Hub-Signature`, over the bytes that are sent. */
export function buildSignatureHeaders(secret: string, body: string): Record<string, string> {
  const sign = (algorithm: string) => `${algorithm}=${createHmac(algorithm, secret).update(body).digest('hex')}`;
  return { 'X-Hub-Signature': sign('sha1'), 'X-Hub-Signature-256': sign('sha256') };
}
