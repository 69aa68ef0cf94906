// What ACM says of a certificate, and how one is seen that only ACM knows of.
import type { CertificateEndpoint } from '../../config/certificates-schema.ts';
import type { CertificateRecord } from '../../contracts/ledger/certificates.ts';
import type { PlannedCheck } from '../../contracts/workflows/check-certificates.ts';

/** A certificate that ACM warns of and nobody configured: it is followed by what ACM says, and never connected to. */
export function knownToAcmOnly(host: string): CertificateEndpoint {
  return {
    host,
    port: 443,
    protocol: 'tls',
    environment: 'none',
    owner: 'unknown',
    issuer: 'acm',
    allowedNetworks: [],
    allowSelfSigned: false,
    restart: [],
  };
}

/** What ACM has just said, else what it said before of the same certificate. */
export function findAcmNotice(
  { acm }: PlannedCheck,
  previous: CertificateRecord | undefined,
  fingerprint: string | undefined,
): CertificateRecord['acm'] {
  if (acm === undefined) return previous?.acm?.fingerprint === fingerprint ? previous?.acm : undefined;
  if (acm.notice === 'none') return undefined;
  return {
    actionRequired: acm.notice === 'action-required',
    ...(acm.daysLeft === undefined ? {} : { daysLeft: acm.daysLeft }),
    ...(fingerprint === undefined ? {} : { fingerprint }),
  };
}
