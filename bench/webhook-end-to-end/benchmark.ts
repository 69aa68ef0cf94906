// Deliveries a second through the local runtime on the real assembly: HTTP API, function, ledger and bus, durable before the 202.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Benchmark } from '../benchmark.ts';
import { buildFigure, compete, median } from '../compare.ts';
import { openContestant } from '../contestant.ts';
import { findPeer, PeerMissing } from '../install-peer.ts';
import { findAssembly } from '../read-functions.ts';
import { copyAssemblyWithoutThrottle } from './copy-assembly.ts';
import type { LoadResult, LoadRound } from './load-program.ts';
import { startDebianWebhook } from './start-debian-webhook.ts';

const peer = "Debian's webhook 2.8 (starts /bin/true, keeps nothing)";
const concurrency = 16;
const limitMilliseconds = 50;
const configurationFile = fileURLToPath(new URL('../../config/pyairtable.yaml', import.meta.url));

export const webhookEndToEnd: Benchmark = {
  name: 'webhook-end-to-end',
  async *run({ isQuick, progress, afterwards }) {
    const directory = mkdtempSync(join(tmpdir(), 'bench-webhook-'));
    afterwards(() => rmSync(directory, { recursive: true, force: true }));
    const assembly = join(directory, 'cdk.out');
    copyAssemblyWithoutThrottle(findAssembly(), assembly);
    progress('the runtime runs on a copy of the assembly without the throttle of 200 requests a second');
    const settings = { assembly, state: join(directory, 'state'), configurationFile };
    const webhook = await findPeer(() => startDebianWebhook(directory));
    if (!(webhook instanceof PeerMissing)) afterwards(webhook.stop);
    const runtime = await openContestant<undefined, string>(new URL('./runtime-program.ts', import.meta.url), {
      settings,
    });
    afterwards(runtime.close);
    const load = await openContestant<LoadRound, LoadResult>(new URL('./load-program.ts', import.meta.url));
    afterwards(load.close);
    const milliseconds = isQuick ? 1_000 : 5_000;
    const runOurs = async () => load.round({ url: await runtime.round(undefined), milliseconds, concurrency });
    const runPeer =
      webhook instanceof PeerMissing ? undefined : () => load.round({ url: webhook.url, milliseconds, concurrency });
    const rounds = isQuick ? 3 : 5;
    progress(`warming up, then ${rounds} rounds of ${milliseconds} ms each`);
    await compete(1, runOurs, runPeer);
    const results = await compete(rounds, runOurs, runPeer);
    const rate = (rounds: readonly LoadResult[]) => median(rounds.map((round) => round.deliveriesPerSecond));
    const p99 = (rounds: readonly LoadResult[]) => median(rounds.map((round) => round.p99Milliseconds));
    yield buildFigure({
      name: 'webhook-end-to-end',
      value: rate(results.ours),
      unit: 'deliveries/s at c=16',
      peer,
      peerValue: results.peer && rate(results.peer),
      aim: '>= 0.5 x',
      isMet: (ratio) => ratio >= 0.5,
      note: 'the throttle of the HTTP API is taken out; every delivery is on disk before its 202',
    });
    yield buildFigure({
      name: 'webhook-end-to-end p99',
      value: p99(results.ours),
      unit: 'ms at c=16',
      peer,
      peerValue: results.peer && p99(results.peer),
      aim: `<= ${limitMilliseconds} ms`,
      isMet: () => p99(results.ours) <= limitMilliseconds,
    });
    if (webhook instanceof PeerMissing) yield { name: 'webhook-end-to-end', skipped: peer, why: webhook.message };
  },
};
