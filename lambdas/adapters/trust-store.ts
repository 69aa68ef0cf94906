// Which authorities an issuer of the configuration is trusted by.
import type { X509Certificate } from 'node:crypto';
import { rootCertificates } from 'node:tls';
import type { CertificatesConfiguration } from '../../config/certificates-schema.ts';
import { AppError } from '../../core/app-error.ts';
import { buildTrustAnchors, type TrustAnchors } from '../../core/certificates/judge-chain.ts';
import { parseCertificate, splitPem } from '../../core/certificates/parse-certificate.ts';

/** The public authorities are Mozilla's, as Node ships them; `authorities` are those of the certificate's Secret. */
export function createTrustStore(
  issuers: CertificatesConfiguration['issuers'],
  readMore: () => Promise<Readonly<Record<string, string>>>,
): (issuer: string, authorities: readonly X509Certificate[]) => Promise<TrustAnchors> {
  let publicAuthorities: readonly X509Certificate[] | undefined;
  return async (name, authorities) => {
    const more = await readMore();
    const issuer = Object.hasOwn(issuers, name) ? issuers[name] : undefined;
    publicAuthorities ??= rootCertificates.map(parseCertificate);
    return buildTrustAnchors([
      ...(issuer?.trust === 'secret' ? authorities : publicAuthorities),
      ...readAuthorities(
        issuer?.certificateAuthority,
        `certificates.issuers.${name}.certificateAuthority of the configuration`,
      ),
      ...readAuthorities(
        Object.hasOwn(more, name) ? more[name] : undefined,
        `${name} of the parameter certificate-authorities`,
      ),
    ]);
  };
}

/** @throws AppError that says where what cannot be read stands. */
function readAuthorities(pem = '', place: string): X509Certificate[] {
  try {
    return splitPem(pem).map(parseCertificate);
  } catch (cause) {
    throw new AppError('InvalidInputError', `${place} holds something else than certificates: correct it`, { cause });
  }
}
