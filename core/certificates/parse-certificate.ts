// Reads certificates that may come from anybody: bounded in size, and an error instead of a surprise.
import { X509Certificate } from 'node:crypto';
import type { CertificateFacts } from '../../contracts/certificates.ts';
import { AppError } from '../app-error.ts';

/** A real certificate has a few kilobytes; one with hundreds of names some tens. */
const maximumBytes = 64 * 1024;
const maximumNames = 200;

/** A DER or PEM certificate. @throws AppError `InvalidInputError` for everything else. */
export function parseCertificate(encoded: Uint8Array | string): X509Certificate {
  const size = Buffer.byteLength(encoded);
  if (size > maximumBytes)
    throw new AppError('InvalidInputError', `a certificate of ${size} bytes is not read, at most ${maximumBytes} are`);
  try {
    const certificate = new X509Certificate(encoded);
    // OpenSSL decodes keys lazily: a key that cannot be decoded must show here and not in the middle of a verdict.
    void certificate.publicKey.asymmetricKeyType;
    if (Number.isNaN(certificate.validToDate.getTime() + certificate.validFromDate.getTime()))
      throw new Error('its validity is not a time');
    return certificate;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new AppError('InvalidInputError', `this is not a certificate: ${reason}`, { cause });
  }
}

/** The first certificate of a PEM file, as `tls.crt` holds the leaf before its intermediates. @throws AppError `InvalidInputError`. */
export function parseFirstCertificate(pem: string): X509Certificate {
  const [first] = splitPem(pem);
  if (first === undefined) throw new AppError('InvalidInputError', 'there is no PEM certificate in it');
  return parseCertificate(first);
}

/** The PEM blocks of a file, without decoding them. */
export function splitPem(pem: string): string[] {
  const begin = '-----BEGIN CERTIFICATE-----';
  const end = '-----END CERTIFICATE-----';
  return pem
    .split(begin)
    .slice(1)
    .flatMap((block) => {
      const length = block.indexOf(end);
      return length < 0 ? [] : [`${begin}${block.slice(0, length)}${end}\n`];
    });
}

/** What the report shows of it. */
export function describeCertificate(certificate: X509Certificate): CertificateFacts {
  return {
    subject: oneLine(certificate.subject),
    issuer: oneLine(certificate.issuer),
    fingerprint: fingerprintOf(certificate),
    names: listNames(certificate).slice(0, maximumNames),
    notBefore: certificate.validFromDate.toISOString(),
    notAfter: certificate.validToDate.toISOString(),
    key: describeKey(certificate),
  };
}

export function fingerprintOf(certificate: X509Certificate): string {
  return certificate.fingerprint256.replaceAll(':', '').toLowerCase();
}

/** `DNS:a.example, IP Address:192.0.2.1` → the bare names. */
export function listNames({ subjectAltName }: X509Certificate): string[] {
  return (subjectAltName ?? '')
    .split(', ')
    .map((name) => name.replace(/^(DNS|IP Address|URI|email):/, ''))
    .filter((name) => name.length > 0);
}

export function describeKey({ publicKey }: X509Certificate): string {
  const { modulusLength, namedCurve } = publicKey.asymmetricKeyDetails ?? {};
  return `${(publicKey.asymmetricKeyType ?? 'unknown').toUpperCase()} ${modulusLength ?? namedCurve ?? ''}`.trim();
}

function oneLine(name: string | undefined): string {
  return (name ?? '').replaceAll('\n', ', ').slice(0, 300);
}
