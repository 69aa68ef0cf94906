// Keys, requests and certificates as cert-manager and its issuers make them: real X.509, at any time.
import 'reflect-metadata';
import { randomBytes, webcrypto } from 'node:crypto';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  Pkcs10CertificateRequest,
  Pkcs10CertificateRequestGenerator,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';

const { subtle } = webcrypto;

/** Milliseconds since the epoch. */
export interface Validity {
  readonly notBefore: number;
  readonly notAfter: number;
}

/** What signs: PEM both. */
export interface Signer {
  readonly certificate: string;
  readonly key: string;
}

export interface SigningOptions extends Validity {
  readonly isAuthority?: boolean;
  /** Whether it carries timestamps of transparency logs, as those of public authorities do. */
  readonly isLogged?: boolean;
}

export interface KeyOptions {
  readonly algorithm?: 'RSA' | 'ECDSA' | undefined;
  readonly size?: number | undefined;
}

export interface RequestOptions {
  readonly commonName?: string | undefined;
  readonly dnsNames: readonly string[];
  readonly ipAddresses: readonly string[];
}

/** PKCS #8 PEM of a new key; RSA of 2048 bits unless told otherwise, as cert-manager does. */
export async function createKey({ algorithm = 'RSA', size }: KeyOptions = {}): Promise<string> {
  const parameters =
    algorithm === 'ECDSA'
      ? ecdsa(size)
      : { ...rsa, modulusLength: size ?? 2048, publicExponent: new Uint8Array([1, 0, 1]) };
  const { privateKey } = await subtle.generateKey(parameters, true, ['sign', 'verify']);
  return toPem('PRIVATE KEY', await subtle.exportKey('pkcs8', privateKey));
}

/** A PKCS #10 request, PEM. */
export async function createRequest(
  key: string,
  { commonName, dnsNames, ipAddresses }: RequestOptions,
): Promise<string> {
  const keys = await importKeys(key);
  const names = [
    ...dnsNames.map((value) => ({ type: 'dns' as const, value })),
    ...ipAddresses.map((value) => ({ type: 'ip' as const, value })),
  ];
  const request = await Pkcs10CertificateRequestGenerator.create({
    name: commonName === undefined ? '' : `CN=${commonName}`,
    keys,
    signingAlgorithm: algorithmOf(keys.privateKey),
    extensions: names.length === 0 ? [] : [new SubjectAlternativeNameExtension(names)],
  });
  return request.toString('pem');
}

/** The DNS names that a request asks for. */
export function listRequestedNames(pem: string): string[] {
  const names = new Pkcs10CertificateRequest(pem).getExtension('2.5.29.17');
  if (names === null) return [];
  return new SubjectAlternativeNameExtension(names.rawData).names.items.flatMap(({ type, value }) =>
    type === 'dns' ? [value] : [],
  );
}

/** Signs a request; without a signer the certificate signs itself with `ownKey`. PEM. */
export async function signRequest(
  pem: string,
  signer: Signer | { readonly ownKey: string },
  { notBefore, notAfter, isAuthority = false, isLogged = false }: SigningOptions,
): Promise<string> {
  const request = new Pkcs10CertificateRequest(pem);
  const keys = await importKeys('ownKey' in signer ? signer.ownKey : signer.key);
  const issuer = 'ownKey' in signer ? undefined : new X509Certificate(signer.certificate);
  const names = request.getExtension('2.5.29.17');
  const certificate = await X509CertificateGenerator.create({
    serialNumber: `00${randomBytes(16).toString('hex')}`,
    subject: request.subject,
    issuer: issuer?.subject ?? request.subject,
    publicKey: await request.publicKey.export(),
    signingKey: keys.privateKey,
    signingAlgorithm: algorithmOf(keys.privateKey),
    notBefore: new Date(notBefore),
    notAfter: new Date(notAfter),
    extensions: [
      new BasicConstraintsExtension(isAuthority, undefined, true),
      new KeyUsagesExtension(
        isAuthority ? KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign : KeyUsageFlags.digitalSignature,
        true,
      ),
      ...(isAuthority ? [] : [new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth])]),
      await SubjectKeyIdentifierExtension.create(await request.publicKey.export()),
      ...(issuer === undefined ? [] : [await AuthorityKeyIdentifierExtension.create(issuer)]),
      ...(names === null ? [] : [names]),
      ...(isLogged ? [createTimestamps(notBefore)] : []),
    ],
  });
  return `${certificate.toString('pem')}\n`;
}

/** What two logs of certificate transparency would have signed: well-formed, by nobody. @see https://www.rfc-editor.org/rfc/rfc6962#section-3.3 */
function createTimestamps(at: number): Extension {
  const timestamps = [0, 1].map(() => {
    const head = Buffer.alloc(1 + 32 + 8 + 2);
    randomBytes(32).copy(head, 1);
    head.writeBigUInt64BE(BigInt(at), 33);
    const signature = randomBytes(71);
    const body = Buffer.concat([head, Buffer.from([4, 3, 0, signature.length]), signature]);
    return Buffer.concat([Buffer.from([0, body.length]), body]);
  });
  const list = Buffer.concat(timestamps);
  const value = Buffer.concat([Buffer.from([0, list.length]), list]);
  return new Extension(
    '1.3.6.1.4.1.11129.2.4.2',
    false,
    Buffer.concat([Buffer.from([0x04, 0x81, value.length]), value]),
  );
}

/** A new authority of that name, signed by `parent` or by itself. */
export async function createAuthority(name: string, validity: Validity, parent?: Signer): Promise<Signer> {
  const key = await createKey({ algorithm: 'ECDSA' });
  const request = await createRequest(key, { commonName: name, dnsNames: [], ipAddresses: [] });
  const certificate = await signRequest(request, parent ?? { ownKey: key }, { ...validity, isAuthority: true });
  return { certificate, key };
}

const rsa = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };

function ecdsa(size = 256) {
  return { name: 'ECDSA', namedCurve: `P-${size}`, hash: 'SHA-256' };
}

function algorithmOf({ algorithm }: webcrypto.CryptoKey) {
  return algorithm.name === 'ECDSA' ? { ...algorithm, hash: 'SHA-256' } : rsa;
}

/** Both halves of a key; its kind is found by trying. */
async function importKeys(pem: string): Promise<webcrypto.CryptoKeyPair> {
  const der = Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64');
  for (const algorithm of [ecdsa(256), ecdsa(384), rsa]) {
    try {
      const privateKey = await subtle.importKey('pkcs8', der, algorithm, true, ['sign']);
      const {
        d: _d,
        p: _p,
        q: _q,
        dp: _dp,
        dq: _dq,
        qi: _qi,
        key_ops: _ops,
        ...open
      } = await subtle.exportKey('jwk', privateKey);
      return { privateKey, publicKey: await subtle.importKey('jwk', open, algorithm, true, ['verify']) };
    } catch {
      // Of another kind.
    }
  }
  throw new TypeError('the private key is neither ECDSA P-256 or P-384 nor RSA');
}

function toPem(label: string, der: ArrayBuffer): string {
  const base64 = Buffer.from(der)
    .toString('base64')
    .replace(/(.{64})(?=.)/g, '$1\n');
  return `-----BEGIN ${label}-----\n${base64}\n-----END ${label}-----\n`;
}
