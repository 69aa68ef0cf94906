// Our verdicts beside those of OpenSSL's own client, over real servers with good and bad certificates: never milder.
import 'reflect-metadata';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ExtendedKeyUsage, ExtendedKeyUsageExtension, Extension } from '@peculiar/x509';
import type { CertificateEndpoint } from '../../../config/certificates-schema.ts';
import { parseConfiguration } from '../../../config/load-configuration.ts';
import { evaluateCertificate } from '../../../core/certificates/evaluate-certificate.ts';
import { buildTrustAnchors } from '../../../core/certificates/judge-chain.ts';
import { parseCertificate } from '../../../core/certificates/parse-certificate.ts';
import { createTlsProber } from '../../../lambdas/adapters/tls-prober.ts';
import {
  type Authority,
  type AuthorityOptions,
  createAuthority,
  issue,
  type LeafOptions,
  type ServerCertificate,
  zooTime,
} from '../../core/certificates/certificate-zoo.ts';

const settings = parseConfiguration(readFileSync('config/pyairtable.yaml', 'utf8')).certificates;
const host = 'api.zoo.example';
const shake = createTlsProber({ resolve: async () => ['127.0.0.1'], timeoutMilliseconds: 10_000 });
const openServers: Server[] = [];
let directory: string;
let root: Authority;
let intermediate: Authority;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'openssl-'));
  root = await createAuthority('Root');
  intermediate = await createAuthority('Intermediate', root);
  writeFileSync(join(directory, 'root.pem'), root.certificate.toString('pem'));
});
afterAll(async () => {
  await Promise.all(openServers.map((server) => new Promise((resolve) => server.close(resolve))));
  rmSync(directory, { recursive: true, force: true });
});

async function listen(server: Server): Promise<number> {
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  openServers.push(server);
  return (server.address() as AddressInfo).port;
}

const serve = ({ cert, key }: ServerCertificate, more: object = {}) =>
  listen(createServer({ cert, key, ciphers: 'DEFAULT:@SECLEVEL=0', ...more }, (socket) => socket.end()));

/** Whether OpenSSL accepts it at the zoo's time; undefined where the program is missing. */
function askOpenSsl(port: number, name: string): Promise<boolean | undefined> {
  const check = /^[\d.]+$/.test(name) ? ['-verify_ip', name] : ['-servername', name, '-verify_hostname', name];
  const trust = [
    '-CAfile',
    join(directory, 'root.pem'),
    '-no-CApath',
    '-no-CAstore',
    '-attime',
    String(zooTime / 1000),
  ];
  // At the level of Debian, Ubuntu and Fedora, whatever this machine's is.
  const level = ['-cipher', 'DEFAULT:@SECLEVEL=2'];
  const options = ['s_client', ...level, '-connect', `127.0.0.1:${port}`, '-verify_return_error', ...check, ...trust];
  const { promise, resolve } = Promise.withResolvers<boolean | undefined>();
  const child = execFile('openssl', options, { timeout: 30_000 }, (error) =>
    resolve((error as NodeJS.ErrnoException | null)?.code === 'ENOENT' ? undefined : error === null),
  );
  child.stdin?.on('error', () => undefined).end();
  return promise;
}

async function ask(port: number, name = host): Promise<readonly string[]> {
  const endpoint: CertificateEndpoint = {
    host: name,
    port,
    protocol: 'tls',
    environment: 'dev',
    owner: 'us',
    issuer: 'internal-ca',
    allowedNetworks: ['127.0.0.0/8'],
    allowSelfSigned: false,
    restart: [],
  };
  // An address is asked where it is served here; its name is what the certificate must be for.
  const handshakes = await shake({ ...endpoint, host });
  const anchors = buildTrustAnchors([parseCertificate(root.certificate.toString('pem'))]);
  return evaluateCertificate(settings, endpoint, { handshakes }, anchors, zooTime).problems.map(({ kind }) => kind);
}

async function compare(port: number, name?: string) {
  const [ours, openSsl] = await Promise.all([ask(port, name), askOpenSsl(port, name ?? host)]);
  if (openSsl === undefined) process.stdout.write('openssl is not on the PATH: only our own verdict is looked at\n');
  return { ours, openSsl };
}

const der = (tag: number, ...content: readonly (readonly number[])[]): number[] => {
  const body = content.flat();
  return [tag, body.length, ...body];
};
const nameConstraints = (tree: number, base: string): Extension =>
  new Extension(
    '2.5.29.30',
    true,
    Uint8Array.from(der(0x30, der(tree, der(0x30, der(0x82, [...Buffer.from(base)]))))).buffer,
  );
const unknownCritical = new Extension('1.3.6.1.4.1.99999.1', true, Uint8Array.from([5, 0]).buffer);

const through = async (options: AuthorityOptions, parent = root): Promise<Authority[]> => [
  await createAuthority('Between', parent, options),
  root,
];

describe('what OpenSSL refuses has a critical problem', () => {
  const leaves: [string, LeafOptions, string][] = [
    ['expired', { to: -1 }, 'expired'],
    ['not yet valid', { from: 1 }, 'not-yet-valid'],
    ['for another host', { names: ['www.example'] }, 'name-mismatch'],
    ['with a wildcard for another level', { names: ['*.api.zoo.example'] }, 'name-mismatch'],
    ['for clients only', { usage: 'clientAuth' }, 'wrong-usage'],
    ['with a weak RSA key', { rsaBits: 1024 }, 'weak-key'],
    ['with a critical extension that nobody knows', { extensions: [unknownCritical] }, 'untrusted-chain'],
  ];
  it.each(leaves)('a leaf %s', async (_, options, kind) => {
    const { ours, openSsl } = await compare(await serve(await issue([intermediate, root], options)));
    expect([false, undefined]).toContain(openSsl);
    expect(ours).toEqual([kind]);
  });

  const chains: [string, () => Promise<readonly Authority[]>, string][] = [
    ['self-signed', async () => [], 'self-signed'],
    ['of an authority that nobody trusts', async () => [await createAuthority('Root')], 'incomplete-chain'],
    ['through an expired authority', () => through({ to: -1 }), 'untrusted-chain'],
    ['through one that is not yet valid', () => through({ from: 1 }), 'untrusted-chain'],
    ['through one that is none', () => through({ isAuthority: false }), 'incomplete-chain'],
    [
      'through one that may not issue for servers',
      () => through({ extensions: [new ExtendedKeyUsageExtension([ExtendedKeyUsage.emailProtection])] }),
      'untrusted-chain',
    ],
    ['with a SHA-1 signature above the leaf', () => through({ hash: 'SHA-1' }), 'weak-signature'],
    [
      'through one with a critical extension that nobody knows',
      () => through({ extensions: [unknownCritical] }),
      'untrusted-chain',
    ],
    [
      'through one that is limited to other names',
      () => through({ extensions: [nameConstraints(0xa0, 'other.example')] }),
      'untrusted-chain',
    ],
    [
      'through one that is kept from its name',
      () => through({ extensions: [nameConstraints(0xa1, 'zoo.example')] }),
      'untrusted-chain',
    ],
    [
      'that is longer than its authority allows',
      async () => {
        const limited = await createAuthority('Limited', root, { pathLength: 0 });
        return [await createAuthority('Below', limited), limited, root];
      },
      'untrusted-chain',
    ],
  ];
  it.each(chains)('a chain %s', async (_, build, kind) => {
    const { ours, openSsl } = await compare(await serve(await issue(await build())));
    expect([false, undefined]).toContain(openSsl);
    expect(ours).toContain(kind);
  });

  it('a chain without its intermediate, TLS 1.0, HTTP', async () => {
    const good = await issue([intermediate, root]);
    const [leaf = ''] = good.cert.split(/(?<=-----END CERTIFICATE-----\n)/);
    const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1' };
    const ports = [
      await serve({ ...good, cert: leaf }),
      await serve(good, old),
      await listen(http.createServer((_, response) => response.end('hello')) as unknown as Server),
    ];
    const verdicts = await Promise.all(ports.map((port) => compare(port)));
    expect(verdicts.every(({ openSsl }) => openSsl !== true)).toBe(true);
    expect(verdicts.map(({ ours }) => ours)).toEqual([['incomplete-chain'], ['no-handshake'], ['no-handshake']]);
  });
});

describe('what OpenSSL accepts', () => {
  const good: [string, LeafOptions, AuthorityOptions][] = [
    ['an ordinary one', {}, {}],
    ['a wildcard', { names: ['*.zoo.example'] }, {}],
    ['RSA', { rsaBits: 2048, usage: 'serverAuth' }, {}],
    [
      'one within the names that its authority is limited to',
      {},
      { extensions: [nameConstraints(0xa0, 'zoo.example')] },
    ],
    [
      'one outside of the names that its authority is kept from',
      {},
      { extensions: [nameConstraints(0xa1, 'other.example')] },
    ],
    ['one right below an authority that allows none below itself', {}, { pathLength: 0 }],
  ];
  it.each(good)('is in order: %s', async (_, options, authority) => {
    const { ours, openSsl } = await compare(await serve(await issue(await through(authority), options)));
    expect([true, undefined]).toContain(openSsl);
    expect(ours).toEqual([]);
  });

  it('by its address too', async () => {
    const { ours, openSsl } = await compare(await serve(await issue([root], { names: ['ip:192.0.2.1'] })), '192.0.2.1');
    expect([[true, undefined].includes(openSsl), ours]).toEqual([true, []]);
  });

  it('is refused here all the same where browsers refuse it: no alternative names, or only those of the subject', async () => {
    const { ours } = await compare(await serve(await issue([intermediate, root], { names: [] })));
    expect(ours).toEqual(['missing-names']);
  });
});
