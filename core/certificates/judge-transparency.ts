// Whether a certificate proves that public logs know of it: the timestamps that its issuer had them sign.
import type { X509Certificate } from 'node:crypto';
import type { CertificateProblem } from '../../contracts/certificates.ts';
import { derTag, listDer, openDer } from './read-der.ts';

/** Browsers want them from two logs at least; from which ones changes from month to month and is not judged here. */
const minimumTimestamps = 2;
/** 1.3.6.1.4.1.11129.2.4.2. @see https://www.rfc-editor.org/rfc/rfc6962#section-3.3 */
const timestampList = Buffer.from('2b06010401d679020402', 'hex');

export function findTransparencyProblem(leaf: X509Certificate): CertificateProblem | undefined {
  const count = countTimestamps(leaf.raw);
  if (count >= minimumTimestamps) return undefined;
  const words = `it carries timestamps of ${count} certificate transparency logs, browsers want ${minimumTimestamps}`;
  return { kind: 'not-logged', words };
}

/** Signed timestamps within the certificate; their signatures are not verified. @throws AppError for malformed DER. */
export function countTimestamps(certificate: Uint8Array): number {
  const [toBeSigned] = listDer(openDer(certificate, derTag.sequence));
  const extensions = listDer(toBeSigned?.content ?? new Uint8Array()).find(({ tag }) => tag === 0xa3);
  if (extensions === undefined) return 0;
  for (const { content } of listDer(openDer(extensions.content, derTag.sequence))) {
    const [identifier, ...rest] = listDer(content);
    const value = rest.at(-1);
    if (identifier === undefined || value === undefined || !timestampList.equals(identifier.content)) continue;
    return countEntries(openDer(value.content, derTag.octets));
  }
  return 0;
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
