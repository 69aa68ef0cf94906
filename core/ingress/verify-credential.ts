// Does an Authorization header carry the credential that we share with the sender?
import { createHash, timingSafeEqual } from 'node:crypto';
import type { WebhookSecret } from './verify-signature.ts';

/**
 * Whether the header is `Bearer <credential>`, or `Basic` with the credential as password, for the current or the previous
 * credential. Takes the same time wherever the difference is and whichever one fits.
 * @see https://datatracker.ietf.org/doc/html/rfc7617
 */
export function isCredentialValid(authorization: string | undefined, secret: WebhookSecret): boolean {
  const given = findCredential(authorization);
  if (given === undefined) return false;
  const secrets = [secret.current, secret.previous].filter((value) => value !== undefined && value.length > 0);
  const matches = secrets.map((value) => timingSafeEqual(digest(String(value)), digest(given)));
  return matches.includes(true);
}

function findCredential(authorization = ''): string | undefined {
  const [, scheme = '', value = ''] = /^(bearer|basic) +(\S+)$/i.exec(authorization) ?? [];
  if (scheme.toLowerCase() === 'bearer') return value;
  if (scheme.toLowerCase() !== 'basic') return undefined;
  const userAndPassword = Buffer.from(value, 'base64').toString('utf8');
  const colon = userAndPassword.indexOf(':');
  return colon === -1 ? undefined : userAndPassword.slice(colon + 1);
}

/** Of one length, so that not even the length is told. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
