// Certificates of every kind, good and bad, made on the spot.
import 'reflect-metadata';
import { randomBytes, webcrypto } from 'node:crypto';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type Extension,
  SubjectAlternativeNameExtension,
  type X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';

const day = 86_400_000;
export const zooTime = Date.parse('2026-11-23T06:00:00Z');

const ecdsa = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
type Keys = webcrypto.CryptoKeyPair;

export interface Authority {
  readonly certificate: X509Certificate;
  readonly keys: Keys;
}

/** PEM: what a server is started with. */
export interface ServerCertificate {
  readonly cert: string;
  readonly key: string;
}

export interface LeafOptions {
  /** DNS names, and `ip:` before addresses; none at all when empty. */
  readonly names?: readonly string[];
  /** Days from the zoo's time. */
  readonly from?: number;
  readonly to?: number;
  readonly rsaBits?: number;
  readonly hash?: 'SHA-1' | 'SHA-256';
  readonly usage?: 'serverAuth' | 'clientAuth';
  readonly extensions?: readonly Extension[];
}

export interface AuthorityOptions extends Pick<LeafOptions, 'from' | 'to' | 'hash' | 'extensions'> {
  /** How many authorities may stand below it. */
  readonly pathLength?: number;
  /** False: it issues although it may not. */
  readonly isAuthority?: boolean;
}

export async function createAuthority(
  name: string,
  parent?: Authority,
  { from = -1000, to = 1000, hash = 'SHA-256', pathLength, isAuthority = true, extensions = [] }: AuthorityOptions = {},
): Promise<Authority> {
  const algorithm = { name: 'RSASSA-PKCS1-v1_5', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await X509CertificateGenerator.create({
    serialNumber: randomBytes(8).toString('hex'),
    subject: `CN=${name}`,
    issuer: parent?.certificate.subject ?? `CN=${name}`,
    publicKey: keys.publicKey,
    signingKey: (parent?.keys ?? keys).privateKey,
    signingAlgorithm: algorithm,
    notBefore: new Date(zooTime + from * day),
    notAfter: new Date(zooTime + to * day),
    extensions: [new BasicConstraintsExtension(isAuthority, pathLength, true), ...extensions],
  });
  return { certificate, keys };
}

/** Issued by the first of `chain`; the others are sent along. Self-signed when there is none. */
export async function issue(
  chain: readonly Authority[],
  {
    names = ['api.zoo.example'],
    from = -30,
    to = 60,
    rsaBits,
    hash = 'SHA-256',
    usage,
    extensions = [],
  }: LeafOptions = {},
): Promise<ServerCertificate> {
  const [issuer] = chain;
  const rsa = {
    name: 'RSASSA-PKCS1-v1_5',
    modulusLength: rsaBits ?? 2048,
    publicExponent: new Uint8Array([1, 0, 1]),
    hash,
  };
  const keys = await webcrypto.subtle.generateKey(rsaBits === undefined ? ecdsa : rsa, true, ['sign', 'verify']);
  const certificate = await X509CertificateGenerator.create({
    serialNumber: randomBytes(8).toString('hex'),
    subject: 'CN=zoo',
    issuer: issuer?.certificate.subject ?? 'CN=zoo',
    publicKey: keys.publicKey,
    signingKey: (issuer?.keys ?? keys).privateKey,
    signingAlgorithm: issuer === undefined && rsaBits === undefined ? ecdsa : rsa,
    notBefore: new Date(zooTime + from * day),
    notAfter: new Date(zooTime + to * day),
    extensions: [
      ...(names.length === 0
        ? []
        : [
            new SubjectAlternativeNameExtension(
              names.map((name) =>
                name.startsWith('ip:') ? { type: 'ip', value: name.slice(3) } : { type: 'dns', value: name },
              ),
            ),
          ]),
      ...(usage === undefined ? [] : [new ExtendedKeyUsageExtension([ExtendedKeyUsage[usage]])]),
      ...extensions,
    ],
  });
  const exported = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  const sent = [certificate, ...chain.slice(0, -1).map((authority) => authority.certificate)];
  return {
    cert: sent.map((one) => `${one.toString('pem')}\n`).join(''),
    key: `-----BEGIN PRIVATE KEY-----\n${exported.replace(/(.{64})/g, '$1\n')}\n-----END PRIVATE KEY-----\n`,
  };
}
