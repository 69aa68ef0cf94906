// What is said of each animal of the zoo, at a set time.

import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { CertificateEndpoint, CertificatesConfiguration } from '../../../config/certificates-schema.ts';
import { parseConfiguration } from '../../../config/load-configuration.ts';
import { AppError } from '../../../core/app-error.ts';
import { type CertificateTruth, evaluateCertificate } from '../../../core/certificates/evaluate-certificate.ts';
import { buildTrustAnchors, type TrustAnchors } from '../../../core/certificates/judge-chain.ts';
import { parseCertificate, parseFirstCertificate, splitPem } from '../../../core/certificates/parse-certificate.ts';
import { measureCpu } from '../../measure-cpu.ts';
import { type Authority, createAuthority, issue, type LeafOptions, zooTime } from './certificate-zoo.ts';

const day = 86_400_000;
const settings: CertificatesConfiguration = parseConfiguration(
  readFileSync('config/pyairtable.yaml', 'utf8'),
).certificates;
const endpoint: CertificateEndpoint = {
  host: 'api.zoo.example',
  port: 443,
  protocol: 'tls',
  environment: 'dev',
  owner: 'platform',
  issuer: 'internal-ca',
  allowedNetworks: [],
  allowSelfSigned: false,
  restart: [],
};
const renewed: CertificateEndpoint = { ...endpoint, certificate: { name: 'api' } };

let root: Authority;
let intermediate: Authority;
let anchors: TrustAnchors;
beforeAll(async () => {
  root = await createAuthority('Root');
  intermediate = await createAuthority('Intermediate', root);
  anchors = buildTrustAnchors([parseCertificate(root.certificate.toString('pem'))]);
});

const serve = (pem: string) => ({
  address: '192.0.2.1',
  chain: splitPem(pem).map((block) => new Uint8Array(Buffer.from(block))),
});

async function judge(
  options: LeafOptions,
  {
    at = zooTime,
    as = endpoint,
    chain = [intermediate, root],
    truth = {},
  }: {
    at?: number;
    as?: CertificateEndpoint;
    chain?: Authority[];
    truth?: Partial<CertificateTruth>;
  } = {},
) {
  const { cert } = await issue(chain, options);
  return evaluateCertificate(settings, as, { handshakes: [serve(cert)], ...truth }, anchors, at);
}
const kindsOf = ({ problems }: Awaited<ReturnType<typeof judge>>) => problems.map(({ kind }) => kind);

describe('a served certificate', () => {
  it('that is in order is valid, with what a person wants to know of it', async () => {
    const verdict = await judge({});
    expect(verdict).toMatchObject({
      state: 'valid',
      problems: [],
      daysLeft: 60,
      addresses: ['192.0.2.1'],
      facts: { names: ['api.zoo.example'], issuer: 'CN=Intermediate', key: 'EC prime256v1' },
    });
  });

  const animals: [string, LeafOptions, string[]][] = [
    ['expired', { to: -1 }, ['expired']],
    ['is not yet valid', { from: 1 }, ['not-yet-valid']],
    ['has no subject alternative name', { names: [] }, ['missing-names']],
    ['is for another host', { names: ['www.example'] }, ['name-mismatch']],
    ['has a wildcard that covers the name', { names: ['*.zoo.example'] }, []],
    ['has a wildcard for another level', { names: ['*.api.zoo.example'] }, ['name-mismatch']],
    ['has the name only as an address', { names: ['ip:192.0.2.1'] }, ['name-mismatch']],
    ['has a weak RSA key', { rsaBits: 1024 }, ['weak-key']],
    ['has a strong RSA key', { rsaBits: 2048 }, []],
    ['is for clients only', { usage: 'clientAuth' }, ['wrong-usage']],
    ['is for servers', { usage: 'serverAuth' }, []],
  ];
  it.each(animals)('that %s', async (_, options, kinds) => {
    expect(kindsOf(await judge(options))).toEqual(kinds);
  });

  it('for an address is matched by its IP name', async () => {
    const as = { ...endpoint, host: '192.0.2.1' };
    expect(kindsOf(await judge({ names: ['ip:192.0.2.1'] }, { as }))).toEqual([]);
    expect(kindsOf(await judge({ names: ['ip:192.0.2.2'] }, { as }))).toEqual(['name-mismatch']);
  });

  it('with a SHA-1 signature can be forged', async () => {
    const weak = await createAuthority('Weak', root, { hash: 'SHA-1' });
    expect(kindsOf(await judge({ hash: 'SHA-1' }, { chain: [weak, root] }))).toEqual(['weak-signature']);
  });

  it('says when several things are wrong, the critical ones first', async () => {
    expect(kindsOf(await judge({ to: -1, names: ['www.example'], rsaBits: 1024 }))).toEqual([
      'expired',
      'name-mismatch',
      'weak-key',
    ]);
  });
});

describe('the chain', () => {
  it('is incomplete when the intermediate is not sent', async () => {
    const { cert } = await issue([intermediate, root]);
    const [leaf = ''] = splitPem(cert);
    const verdict = evaluateCertificate(settings, endpoint, { handshakes: [serve(leaf)] }, anchors, zooTime);
    expect(verdict.problems).toEqual([
      { kind: 'incomplete-chain', words: expect.stringContaining('"CN=Intermediate" is missing') },
    ]);
  });

  it('is not trusted when it leads to an authority of somebody else, even one of the same name', async () => {
    const impostor = await createAuthority('Root');
    expect(kindsOf(await judge({}, { chain: [impostor] }))).toEqual(['incomplete-chain']);
    const sentAlong = await createAuthority('Other', impostor);
    const { cert } = await issue([sentAlong, impostor, impostor]);
    expect(evaluateCertificate(settings, endpoint, { handshakes: [serve(cert)] }, anchors, zooTime).problems).toEqual([
      { kind: 'untrusted-chain', words: expect.stringContaining('"CN=Root" is not trusted') },
    ]);
  });

  it('is not trusted through an intermediate that expired, or that is no authority', async () => {
    const expired = await createAuthority('Old', root, { to: -1 });
    expect(kindsOf(await judge({}, { chain: [expired, root] }))).toEqual(['untrusted-chain']);
  });

  it('may be self-signed where the configuration says so', async () => {
    expect(kindsOf(await judge({}, { chain: [] }))).toEqual(['self-signed']);
    expect(kindsOf(await judge({}, { chain: [], as: { ...endpoint, allowSelfSigned: true } }))).toEqual([]);
  });
});

describe('time', () => {
  const expiryAt = async (daysLeft: number, options: LeafOptions = {}, as = endpoint) =>
    kindsOf(await judge({ from: 0, to: 90, ...options }, { as, at: zooTime + (90 - daysLeft) * day }));

  it('warns at 30 and 7 days, once each: only the worst is said', async () => {
    expect(await expiryAt(30.1)).toEqual([]);
    expect(await expiryAt(29.9)).toEqual(['expires-soon']);
    expect(await expiryAt(7.1)).toEqual(['expires-soon']);
    expect(await expiryAt(6.9)).toEqual(['expires-in-days']);
    expect(await expiryAt(-0.1)).toEqual(['expired']);
  });

  it('lets a certificate that lives six days do so', async () => {
    const short = { from: 84, to: 90 };
    expect(await expiryAt(5.9, short, renewed)).toEqual([]);
    expect(await expiryAt(2.1, short, renewed)).toEqual([]);
    expect(await expiryAt(1.9, short, renewed)).toEqual(['expires-soon']);
    expect(await expiryAt(0.4, short, renewed)).toEqual(['expires-in-days']);
  });

  it('knows that a long-lived one of cert-manager should have been renewed', async () => {
    const long = { from: -310, to: 90 };
    expect(await expiryAt(90, long, renewed)).toEqual(['renewal-overdue']);
    expect(await expiryAt(90, long)).toEqual([]);
  });
});

describe('three truths', () => {
  it('show that a pod serves what the Secret no longer holds', async () => {
    const secret = parseFirstCertificate((await issue([intermediate, root], { from: -1, to: 89 })).cert);
    const verdict = await judge({}, { as: renewed, truth: { secret, managed: { ready: true, message: undefined } } });
    expect(verdict).toMatchObject({ state: 'warning', problems: [{ kind: 'served-stale' }] });
  });

  it('give a pod two hours to load what was renewed', async () => {
    const secret = parseFirstCertificate((await issue([intermediate, root], { from: 0, to: 90 })).cert);
    expect(kindsOf(await judge({}, { as: renewed, at: zooTime + 3_600_000, truth: { secret } }))).toEqual([]);
    expect(kindsOf(await judge({}, { as: renewed, at: zooTime + 3 * 3_600_000, truth: { secret } }))).toEqual([
      'served-stale',
    ]);
  });

  it('do not believe cert-manager that an expired certificate is ready', async () => {
    const { cert } = await issue([intermediate, root], { to: -1 });
    const secret = parseFirstCertificate(cert);
    const truth = { handshakes: [serve(cert)], secret, managed: { ready: true, message: undefined } };
    const verdict = evaluateCertificate(settings, renewed, truth, anchors, zooTime);
    expect(verdict.problems.map(({ kind }) => kind)).toEqual(['expired', 'ready-but-expired']);
  });

  it('name the issuer’s reason beside the days that are left', async () => {
    const managed = { ready: true, message: 'Order default/api-1: too many certificates already issued' };
    const verdict = await judge({ from: -65, to: 25 }, { as: renewed, truth: { managed } });
    expect(verdict.problems[0]?.words).toMatch(/in 25 days; cert-manager: Order .* too many certificates/);
  });

  it('count one problem of several addresses once', async () => {
    const { cert } = await issue([intermediate, root], { to: -1 });
    const handshakes = ['192.0.2.1', '192.0.2.2', '192.0.2.3'].map((address) => ({ ...serve(cert), address }));
    const { problems } = evaluateCertificate(settings, endpoint, { handshakes }, anchors, zooTime);
    expect(problems).toEqual([
      { kind: 'expired', words: expect.stringMatching(/^192\.0\.2\.1: .* \(and at 2 more\)$/) },
    ]);
  });

  it('take ACM at its word', async () => {
    expect(kindsOf(await judge({}, { truth: { acm: { actionRequired: true, daysLeft: 20 } } }))).toEqual([
      'acm-action-required',
    ]);
  });
});

describe('hostile input', () => {
  it('is refused with an error, fast, whatever it is', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2_000 }), (bytes) => {
        expect(() => parseCertificate(bytes)).toThrow(AppError);
      }),
    );
  });

  it('that was a certificate until some bytes were changed never does anything but parse or throw our error', async () => {
    const der = new Uint8Array(parseFirstCertificate((await issue([root])).cert).raw);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(der.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 }),
        (changes) => {
          const changed = Uint8Array.from(der);
          for (const [index, value] of changes) changed[index] = value;
          const truth = { handshakes: [{ address: '192.0.2.1', chain: [changed] }] };
          expect(
            evaluateCertificate(settings, endpoint, truth, anchors, zooTime).problems.length,
          ).toBeGreaterThanOrEqual(0);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('of a megabyte is not even decoded', () => {
    const cpu = measureCpu();
    expect(() => parseCertificate('A'.repeat(1_000_000))).toThrow(/1000000 bytes is not read/);
    expect(splitPem('-----BEGIN CERTIFICATE-----'.repeat(40_000))).toEqual([]);
    expect(cpu()).toBeLessThan(1_000);
  });
});
