// Whether a certificate is valid for the name under which it is served.
import type { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import type { CertificateProblem } from '../../contracts/certificates.ts';
import { listNames } from './parse-certificate.ts';

/** By subject alternative names only, with wildcards for one whole label. @see https://www.rfc-editor.org/rfc/rfc9525#section-6 */
export function findNameProblem(certificate: X509Certificate, host: string): CertificateProblem | undefined {
  const names = listNames(certificate);
  if (names.length === 0)
    return { kind: 'missing-names', words: 'it has no subject alternative name; clients ignore the common name' };
  const matches =
    isIP(host) > 0
      ? certificate.checkIP(host)
      : certificate.checkHost(host, { subject: 'never', partialWildcards: false });
  if (matches !== undefined) return undefined;
  const more = names.length > 5 ? ` and ${names.length - 5} more` : '';
  return { kind: 'name-mismatch', words: `it is valid for ${names.slice(0, 5).join(', ')}${more}, not for ${host}` };
}
