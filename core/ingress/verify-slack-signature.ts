// Did Slack send exactly these bytes, and just now?
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { WebhookSecret } from './verify-signature.ts';

/** Slack's own recommendation: what is older may be a recording. */
const toleranceSeconds = 5 * 60;

/**
 * Whether `signature` (X-Slack-Signature) is right for the raw body and `timestamp` (X-Slack-Request-Timestamp) under one of the
 * secrets, and the timestamp is within five minutes of now. Takes the same time wherever the difference is and whichever fits.
 * @see https://docs.slack.dev/authentication/verifying-requests-from-slack
 */
export function isSlackSignatureValid(
  body: Uint8Array,
  headers: { readonly timestamp: string | undefined; readonly signature: string | undefined },
  secret: WebhookSecret,
  nowMilliseconds: number,
): boolean {
  const { timestamp = '', signature = '' } = headers;
  if (!/^\d{1,12}$/.test(timestamp) || !/^v0=[0-9a-f]{64}$/.test(signature)) return false;
  if (Math.abs(nowMilliseconds / 1000 - Number(timestamp)) > toleranceSeconds) return false;
  const given = Buffer.from(signature.slice('v0='.length), 'hex');
  const secrets = [secret.current, secret.previous].filter((value) => value !== undefined && value.length > 0);
  const matches = secrets.map((key) => {
    const expected = createHmac('sha256', String(key)).update(`v0:${timestamp}:`).update(body).digest();
    return timingSafeEqual(expected, given);
  });
  return matches.includes(true);
}
