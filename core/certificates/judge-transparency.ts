// Whether a certificate proves that public logs know of it: the timestamps that its issuer had them sign.
import type { X509Certificate } from 'node:crypto';
import type { CertificateProblem } from '../../contracts/certificates.ts';
import { derTag, openDer } from './read-der.ts';
import { findExtension } from './read-extensions.ts';

/** Browsers want them from two logs at least; from which ones changes from month to month and is not judged here. */
const minimumTimestamps = 2;
export function findTransparencyProblem(leaf: X509Certificate): CertificateProblem | undefined {
  const count = countTimestamps(leaf);
  if (count >= minimumTimestamps) return undefined;
  const words = `it carries timestamps of ${count} certificate transparency logs, browsers want ${minimumTimestamps}`;
  return { kind: 'not-logged', words };
}

/** Signed timestamps within the certificate; their signatures are not verified. @throws AppError for malformed DER. @see https://www.rfc-editor.org/rfc/rfc6962#section-3.3 */
export function countTimestamps(certificate: Pick<X509Certificate, 'raw'>): number {
  const extension = findExtension(certificate, 'transparency');
  return extension === undefined ? 0 : countEntries(openDer(extension.value, derTag.octets));
}

/** Each entry of TLS's own encoding has its length before it in two bytes, and so has the list. */
function countEntries(list: Uint8Array): number {
  let at = 2;
  let count = 0;
  while (at + 2 <= list.length) {
    at += 2 + (list[at] ?? 0) * 256 + (list[at + 1] ?? 0);
    if (at <= list.length) count += 1;
  }
  return count;
}
