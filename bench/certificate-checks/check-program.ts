// Checks many endpoints, as the function does it or with bare handshakes that OpenSSL verifies; in a process of its own.
import { readFileSync } from 'node:fs';
import { connect, createSecureContext } from 'node:tls';
import { type CertificateEndpoint, certificatesSchema } from '../../config/certificates-schema.ts';
import { evaluateCertificate } from '../../core/certificates/evaluate-certificate.ts';
import { buildTrustAnchors } from '../../core/certificates/judge-chain.ts';
import { parseCertificate } from '../../core/certificates/parse-certificate.ts';
import { createTlsProber } from '../../lambdas/adapters/tls-prober.ts';
import { serveRounds } from '../contestant.ts';
import { addressOf } from './address-of.ts';
import type { Served } from './serve-program.ts';

export interface CheckRound extends Served {
  readonly way: 'ours' | 'bare';
  readonly endpoints: number;
  readonly concurrency: number;
}

export interface CheckResult {
  readonly seconds: number;
  /** Of this process alone, on all its threads. */
  readonly cpuSeconds: number;
  readonly valid: number;
  /** Kilobytes of the process since its start. */
  readonly peakKilobytes: number;
}

const settings = certificatesSchema.parse({ issuers: { ca: { trust: 'public' } } });

serveRounds<CheckRound, CheckResult>(async (round) => {
  const check = round.way === 'ours' ? createOurCheck(round) : createBareCheck(round);
  let next = 0;
  let valid = 0;
  const startedAt = performance.now();
  const cpu = process.cpuUsage();
  const work = async (): Promise<void> => {
    while (next < round.endpoints) {
      const index = next;
      next += 1;
      if (await check(index)) valid += 1;
    }
  };
  await Promise.all(Array.from({ length: round.concurrency }, work));
  const seconds = (performance.now() - startedAt) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const [, peak = '0'] = /VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return { seconds, cpuSeconds: (user + system) / 1e6, valid, peakKilobytes: Number(peak) };
});

/** The handshake and the whole verdict, as the function comes to it. */
function createOurCheck({ port, root }: CheckRound): (index: number) => Promise<boolean> {
  const anchors = buildTrustAnchors([parseCertificate(root)]);
  const addresses = new Map<string, string>();
  const probe = createTlsProber({ resolve: async (host) => [addresses.get(host) ?? ''], timeoutMilliseconds: 20_000 });
  return async (index) => {
    const endpoint: CertificateEndpoint = {
      host: `e${index}.bench.example`,
      port,
      protocol: 'tls',
      environment: 'bench',
      owner: 'bench',
      issuer: 'ca',
      restart: [],
      allowedNetworks: ['127.0.0.0/8'],
      allowSelfSigned: false,
    };
    addresses.set(endpoint.host, addressOf(index));
    const handshakes = await probe(endpoint);
    return evaluateCertificate(settings, endpoint, { handshakes }, anchors, Date.now()).state === 'valid';
  };
}

/** What Node does when it is told to trust just this root. */
function createBareCheck({ port, root }: CheckRound): (index: number) => Promise<boolean> {
  const secureContext = createSecureContext({ ca: root });
  return (index) =>
    new Promise((resolve) => {
      const options = { host: addressOf(index), port, servername: `e${index}.bench.example`, secureContext };
      const socket = connect(options, () => {
        resolve(socket.authorized);
        socket.destroy();
      });
      socket.on('error', () => resolve(false));
    });
}
