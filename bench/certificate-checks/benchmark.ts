// Checks of certificates: 1,000 endpoints on loopback against bare handshakes, a shell loop of openssl, and check_http.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Benchmark, Figure } from '../benchmark.ts';
import { openContestant } from '../contestant.ts';
import { findPeer, PeerMissing, unpackDebianPeer } from '../install-peer.ts';
import { addressOf } from './address-of.ts';
import type { CheckResult, CheckRound } from './check-program.ts';
import type { Served } from './serve-program.ts';

const concurrency = 20;

export const certificateChecks: Benchmark = {
  name: 'certificate-checks',
  async *run({ isQuick, progress, afterwards }) {
    const endpoints = isQuick ? 300 : 1_000;
    const server = await openContestant<object, Served>(new URL('serve-program.ts', import.meta.url));
    afterwards(() => server.close());
    const served = await server.round({});
    const program = new URL('check-program.ts', import.meta.url);
    const measure = async (way: CheckRound['way']): Promise<CheckResult> => {
      const contestant = await openContestant<CheckRound, CheckResult>(program);
      try {
        await contestant.round({ ...served, way, endpoints: 50, concurrency });
        const result = await contestant.round({ ...served, way, endpoints, concurrency });
        if (result.valid !== endpoints) throw new Error(`${way}: ${result.valid} of ${endpoints} were found valid`);
        return result;
      } finally {
        await contestant.close();
      }
    };
    const best = async (way: CheckRound['way']): Promise<CheckResult> => {
      progress(`${endpoints} endpoints: ${way}`);
      const results: CheckResult[] = [];
      for (let round = 0; round < (isQuick ? 1 : 3); round += 1) results.push(await measure(way));
      return results.toSorted((a, b) => a.seconds - b.seconds)[0] as CheckResult;
    };
    const ours = await best('ours');
    const bare = await best('bare');
    const perSecond = ({ seconds }: { readonly seconds: number }, count = endpoints): number => count / seconds;
    const note = `${endpoints} endpoints, ${concurrency} at a time; ours gives the whole verdict`;
    yield compare(
      'certificate checks',
      'checks/s',
      perSecond(ours),
      'bare tls.connect',
      perSecond(bare),
      '≥ 0.7',
      (ratio) => ratio >= 0.7,
      note,
    );
    yield compare(
      'CPU of a certificate check',
      'µs',
      (ours.cpuSeconds / endpoints) * 1e6,
      'bare tls.connect',
      (bare.cpuSeconds / endpoints) * 1e6,
      'no aim',
      () => true,
      note,
    );
    yield compare(
      'peak memory of a check run',
      'MB',
      ours.peakKilobytes / 1000,
      'bare tls.connect',
      bare.peakKilobytes / 1000,
      'no aim',
      () => true,
      note,
    );

    progress('a shell loop of openssl s_client');
    const directory = mkdtempSync(join(tmpdir(), 'certificate-bench-'));
    afterwards(() => rmSync(directory, { recursive: true }));
    const rootFile = join(directory, 'root.pem');
    writeFileSync(rootFile, served.root);
    const loops = isQuick ? 50 : 200;
    const shell = runLoop(
      loops,
      (index) =>
        `openssl s_client -connect ${addressOf(index)}:${served.port} -servername e${index}.bench.example -CAfile ${rootFile} -verify_return_error`,
    );
    if (shell === undefined)
      yield {
        name: 'certificate checks against openssl',
        skipped: 'openssl s_client',
        why: 'openssl is not installed, or refuses the handshake',
      };
    else
      yield compare(
        'certificate checks',
        'checks/s',
        perSecond(ours),
        'shell loop of openssl s_client',
        loops / shell,
        'faster',
        (ratio) => ratio > 1,
        `openssl: ${loops} one after the other`,
      );

    progress('check_http -C');
    const peer = await findPeer(() => unpackDebianPeer('monitoring-plugins-basic'));
    if (peer instanceof PeerMissing) {
      yield { name: 'certificate checks against check_http', skipped: 'check_http -C', why: peer.message };
      return;
    }
    const hundred = 100;
    const plugin = join(peer, 'usr/lib/nagios/plugins/check_http');
    const took = runLoop(
      hundred,
      (index) => `${plugin} -I ${addressOf(index)} -p ${served.port} -H e${index}.bench.example --sni -S -C 7`,
    );
    if (took === undefined)
      yield { name: 'certificate checks against check_http', skipped: 'check_http -C', why: 'it does not run here' };
    else
      yield compare(
        '100 certificates',
        's',
        hundred / perSecond(ours),
        'check_http -C',
        took,
        '≥ 2× faster',
        (ratio) => ratio <= 0.5,
        'check_http: one after the other, expiry only',
      );
  },
};

/** Seconds of a shell that runs the command for each endpoint, one after the other; undefined when it does not work here. */
function runLoop(count: number, command: (index: number) => string): number | undefined {
  const lines = Array.from({ length: count }, (_, index) => `${command(index)} </dev/null >/dev/null 2>&1 || exit 1`);
  const startedAt = performance.now();
  const { status } = spawnSync('sh', ['-c', lines.join('\n')], { timeout: 300_000 });
  return status === 0 ? (performance.now() - startedAt) / 1000 : undefined;
}

function compare(
  name: string,
  unit: string,
  value: number,
  peer: string,
  peerValue: number,
  aim: string,
  isMet: (ratio: number) => boolean,
  note: string,
): Figure {
  const ratio = value / peerValue;
  const round = (figure: number): number => Number(figure.toPrecision(4));
  return {
    name,
    value: round(value),
    unit,
    peer,
    peerValue: round(peerValue),
    ratio: round(ratio),
    aim,
    met: isMet(ratio),
    note,
  };
}
