// Certificates that a real ACME server issued, renewed and refused, seen by our own checks. Skipped with a word where Pebble is not installed.
import { Agent } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { axios, Client, crypto } from 'acme-client';
import { type CertificateEndpoint, certificatesSchema } from '../../config/certificates-schema.ts';
import type { CertificateVerdict } from '../../contracts/certificates.ts';
import { classify } from '../../core/certificates/diagnose-issuance.ts';
import { evaluateCertificate } from '../../core/certificates/evaluate-certificate.ts';
import { fingerprintOf, parseFirstCertificate } from '../../core/certificates/parse-certificate.ts';
import { createTlsProber } from '../../lambdas/adapters/tls-prober.ts';
import { createTrustStore } from '../../lambdas/adapters/trust-store.ts';
import { findPebble, pebbleMissing } from '../../scripts/pebble/find-pebble.ts';
import { type AcmeServer, startPebble } from './start-pebble.ts';

const host = 'api.zoo.example';
const program = findPebble();
const withPebble = program === undefined ? describe.skip : describe;

interface Issued {
  readonly cert: string;
  readonly key: string;
}

withPebble(program === undefined ? pebbleMissing : 'a certificate of a real ACME server', () => {
  let acme: AcmeServer;
  let client: Client;
  let server: Server;
  let first: Issued;
  beforeAll(async () => {
    if (program === undefined) return;
    acme = await startPebble(program);
    axios.defaults.httpsAgent = new Agent({ ca: acme.apiAuthority, keepAlive: false });
    const accountKey = await crypto.createPrivateEcdsaKey();
    const { directoryUrl } = acme;
    client = new Client({ directoryUrl, accountKey, backoffMin: 50, backoffMax: 500, backoffAttempts: 100 });
    await client.createAccount({ termsOfServiceAgreed: true, contact: ['mailto:platform-team@pyairtable.example'] });
    first = await order(host);
    server = createServer(first, (socket) => socket.end());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  }, 180_000);
  afterAll(async () => {
    await new Promise((resolve) => (server === undefined ? resolve(undefined) : server.close(resolve)));
    await acme?.stop();
  }, 60_000);

  /** Proves the name by HTTP, as RFC 8555 section 8.3 has it; `proof` falsifies that. */
  async function order(name: string, proof = (answer: string): string => answer): Promise<Issued> {
    const [key, csr] = await crypto.createCsr({ altNames: [name] }, await crypto.createPrivateEcdsaKey());
    const cert = await client.auto({
      csr,
      termsOfServiceAgreed: true,
      skipChallengeVerification: true,
      challengePriority: ['http-01'],
      challengeCreateFn: (_, { token }, answer) => acme.setChallenge(token, proof(answer)),
      challengeRemoveFn: (_, { token }) => acme.setChallenge(token),
    });
    return { cert, key: key.toString() };
  }

  /** As the configuration says whom the issuer is trusted by. */
  async function check(certificateAuthority?: string): Promise<CertificateVerdict> {
    const { port } = server.address() as AddressInfo;
    const endpoint = {
      host,
      port,
      environment: 'dev',
      owner: 'platform',
      issuer: 'pebble',
      allowedNetworks: ['127.0.0.0/8'],
    };
    const settings = certificatesSchema.parse({
      issuers: { pebble: { trust: 'public', acmeServer: acme.directoryUrl, certificateAuthority } },
      endpoints: { api: endpoint },
    });
    const api = settings.endpoints.api as CertificateEndpoint;
    const handshakes = await createTlsProber({ resolve: async () => ['127.0.0.1'], timeoutMilliseconds: 20_000 })(api);
    const anchors = await createTrustStore(settings.issuers, async () => ({}))(api.issuer, []);
    return evaluateCertificate(settings, api, { handshakes }, anchors, Date.now());
  }

  it('is in order when its issuer is trusted by the root that the configuration names, and not without', async () => {
    expect(await check(acme.root)).toMatchObject({ state: 'valid', problems: [], facts: { names: [host] } });
    const distrusted = await check();
    expect(distrusted).toMatchObject({ state: 'critical', problems: [{ kind: 'incomplete-chain' }] });
  });

  it('is another one after a renewal, which counts once it is served', async () => {
    const second = await order(host);
    const [before, after] = [first, second].map(({ cert }) => fingerprintOf(parseFirstCertificate(cert)));
    expect(after).not.toBe(before);
    expect((await check(acme.root)).facts?.fingerprint).toBe(before);
    server.setSecureContext(second);
    expect(await check(acme.root)).toMatchObject({ state: 'valid', facts: { fingerprint: after } });
  }, 60_000);

  it('is refused for a challenge that is not answered, in words that we understand', async () => {
    const failure = await order('www.zoo.example', () => 'something else').then(
      () => 'issued',
      (error: Error) => error.message,
    );
    expect(failure).not.toBe('issued');
    expect(classify(failure).kind).toBe('challenge');
  }, 60_000);
});
