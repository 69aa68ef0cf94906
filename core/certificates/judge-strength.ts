// Whether a certificate's key and signature hold, and whether it may be used by a server.
import type { X509Certificate } from 'node:crypto';
import type { CertificateProblem } from '../../contracts/certificates.ts';
import { describeKey } from './parse-certificate.ts';

/** What NIST SP 800-57 and the CA/Browser Forum ask for. */
const minimumRsaBits = 2048;
const allowedCurves = ['prime256v1', 'secp384r1', 'secp521r1'];
const allowedKeyTypes = ['rsa', 'rsa-pss', 'ec', 'ed25519', 'ed448'];
const serverAuthentication = '1.3.6.1.5.5.7.3.1';
const anyPurpose = '2.5.29.37.0';

/** `certificates`: the leaf and what it is issued by, without the trusted root, whose signature proves nothing. */
export function findStrengthProblems(certificates: readonly X509Certificate[]): CertificateProblem[] {
  const [leaf] = certificates;
  const weakKey = certificates.find((certificate) => !isStrongKey(certificate));
  const weakSignature = certificates.find(({ signatureAlgorithm }) =>
    /md[245]|sha-?1(?!\d)/i.test(signatureAlgorithm ?? ''),
  );
  return [
    ...(weakKey === undefined
      ? []
      : [
          {
            kind: 'weak-key' as const,
            words: `its key is ${describeKey(weakKey)}; at least RSA ${minimumRsaBits} or EC prime256v1 is needed`,
          },
        ]),
    ...(weakSignature === undefined
      ? []
      : [
          {
            kind: 'weak-signature' as const,
            words: `it is signed with ${weakSignature.signatureAlgorithm}, which can be forged`,
          },
        ]),
    ...(leaf === undefined || allowsServers(leaf)
      ? []
      : [{ kind: 'wrong-usage' as const, words: 'its extended key usage does not allow server authentication' }]),
  ];
}

/** By its extended key usage, which Node calls key usage; without one everything is allowed. */
export function allowsServers({ keyUsage }: X509Certificate): boolean {
  const usages = (keyUsage as readonly string[] | undefined) ?? [];
  return usages.length === 0 || usages.some((usage) => [serverAuthentication, anyPurpose].includes(usage));
}

function isStrongKey({ publicKey }: X509Certificate): boolean {
  const { modulusLength, namedCurve } = publicKey.asymmetricKeyDetails ?? {};
  if (!allowedKeyTypes.includes(publicKey.asymmetricKeyType ?? '')) return false;
  if (modulusLength !== undefined) return modulusLength >= minimumRsaBits;
  return namedCurve === undefined || allowedCurves.includes(namedCurve);
}
