// What is read of a Certificate and its Secret, from answers as an API server gives them.
import { readFileSync } from 'node:fs';
import { beforeAll, expect, it } from '@jest/globals';
import type { CertificateEndpoint, CertificatesConfiguration } from '../../../config/certificates-schema.ts';
import { parseConfiguration } from '../../../config/load-configuration.ts';
import { createCertificateReader } from '../../../lambdas/adapters/kubernetes-certificate-reader.ts';
import { createTrustStore } from '../../../lambdas/adapters/trust-store.ts';
import { createAuthority, issue } from '../../core/certificates/certificate-zoo.ts';

const { environments } = parseConfiguration(readFileSync('config/pyairtable.yaml', 'utf8'));
const endpoint: CertificateEndpoint = {
  host: 'api.zoo.example',
  port: 443,
  protocol: 'tls',
  environment: 'prod',
  owner: 'platform',
  issuer: 'internal-ca',
  certificate: { name: 'api', secret: 'api-tls' },
  allowedNetworks: [],
  allowSelfSigned: false,
  restart: [],
};
const issuingStuck = [
  { type: 'Ready', status: 'True', reason: 'Ready', message: 'Certificate is up to date and has not expired' },
  { type: 'Issuing', status: 'True', reason: 'Renewing', message: 'Order api-1: rateLimited' },
];

let certificate: string;
let authority: string;
beforeAll(async () => {
  const root = await createAuthority('Root');
  authority = root.certificate.toString('pem');
  certificate = (await issue([root])).cert;
});

const base64 = (text: string): string => Buffer.from(text).toString('base64');
function readFrom(answers: Record<string, { status: number; body?: object }>) {
  const asked: string[] = [];
  const read = createCertificateReader(environments, (cluster) => async ({ path }) => {
    asked.push(`${cluster}${path}`);
    const { status, body } = answers[path] ?? { status: 404 };
    return { status, body: JSON.stringify(body ?? {}), durationMilliseconds: 1 };
  });
  return { read, asked };
}
const certificatePath = '/apis/cert-manager.io/v1/namespaces/pyairtable-prod/certificates/api';
const secretPath = '/api/v1/namespaces/pyairtable-prod/secrets/api-tls';

it('reads the certificate, its authority, and why an issuance does not get on', async () => {
  const data = { 'tls.crt': base64(certificate), 'ca.crt': base64(authority), 'tls.key': 'never looked at' };
  const { read, asked } = readFrom({
    [certificatePath]: { status: 200, body: { status: { revision: 4, conditions: issuingStuck } } },
    [secretPath]: { status: 200, body: { data } },
  });
  const found = await read(endpoint);
  expect(asked).toEqual([`pyairtable-prod${certificatePath}`, `pyairtable-prod${secretPath}`]);
  expect(found?.managed).toEqual({ ready: true, message: 'Order api-1: rateLimited', revision: 4 });
  expect(found?.secret).toMatchObject({ subjectAltName: 'DNS:api.zoo.example' });
  expect(found?.authorities.map(({ subject }) => subject)).toEqual(['CN=Root']);
});

it('says what cannot be read instead of keeping the name from being checked', async () => {
  const missing = await readFrom({}).read(endpoint);
  expect(missing?.secret).toEqual({
    kind: 'secret-unreadable',
    words: 'pyairtable-prod/api in cluster pyairtable-prod: it does not exist there',
  });
  const managed = { status: 200, body: {} };
  for (const [answer, words] of [
    [{ status: 403 }, 'we may not read it'],
    [{ status: 503 }, 'the cluster answered 503'],
    [{ status: 200, body: { data: { 'tls.crt': base64('hello') } } }, 'there is no PEM certificate in it'],
    [{ status: 200, body: { data: 7 } }, 'something else than was asked for'],
  ] as const) {
    const found = await readFrom({ [certificatePath]: managed, [secretPath]: answer }).read(endpoint);
    expect(found?.secret).toMatchObject({ kind: 'secret-unreadable', words: expect.stringContaining(words) });
  }
});

it('asks no cluster about a name that nothing there renews', async () => {
  const { read, asked } = readFrom({});
  const { certificate: _, ...unmanaged } = endpoint;
  expect(await read(unmanaged)).toBeUndefined();
  expect(asked).toEqual([]);
});

it('trusts what the issuer is configured to be trusted by, what an operator adds, and nothing else', async () => {
  const issuers: CertificatesConfiguration['issuers'] = {
    public: { trust: 'public', transparencyLogged: false },
    'internal-ca': { trust: 'secret', transparencyLogged: false },
    own: { trust: 'secret', transparencyLogged: false, certificateAuthority: authority },
  };
  const listAnchors = createTrustStore(issuers, async () => ({}));
  expect((await listAnchors('public', [])).size).toBeGreaterThan(50);
  expect([...(await listAnchors('internal-ca', [])).keys()]).toEqual([]);
  expect([...(await listAnchors('own', [])).keys()]).toEqual(['CN=Root']);
  const garbled = authority.replace('MII', 'mii');
  await expect(createTrustStore(issuers, async () => ({ own: garbled }))('own', [])).rejects.toThrow(
    'own of the parameter certificate-authorities holds something else',
  );
  const withMore = createTrustStore(issuers, async () => ({ 'internal-ca': authority }));
  expect([...(await withMore('internal-ca', [])).keys()]).toEqual(['CN=Root']);
});
