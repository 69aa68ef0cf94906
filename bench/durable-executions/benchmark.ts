// Executions of three steps whose results are on disk before the next step begins, at 1, 16 and 64 at once.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Benchmark } from '../benchmark.ts';
import { buildFigure, compete, median } from '../compare.ts';
import { findPeer, PeerMissing } from '../install-peer.ts';
import { type ExecutionRates, measureExecutions } from './measure-executions.ts';
import { startOurExecutions } from './start-our-executions.ts';
import { restateVersion, startRestateExecutions } from './start-restate-executions.ts';

const peer = `Restate ${restateVersion}`;
const limitMilliseconds = 10;

export const durableExecutions: Benchmark = {
  name: 'durable-executions',
  async *run({ isQuick, progress, afterwards }) {
    const directory = mkdtempSync(join(tmpdir(), 'bench-durable-'));
    afterwards(() => rmSync(directory, { recursive: true, force: true }));
    const milliseconds = isQuick ? 250 : 3_000;
    const restate = await findPeer(() => startRestateExecutions(directory));
    if (!(restate instanceof PeerMissing)) afterwards(restate.stop);
    const ours = await startOurExecutions(directory);
    afterwards(ours.stop);
    for (const concurrency of [1, 16, 64]) {
      const runOurs = () => measureExecutions(ours.execute, concurrency, milliseconds);
      const runPeer =
        restate instanceof PeerMissing
          ? undefined
          : () => measureExecutions(restate.execute, concurrency, milliseconds);
      progress(`three steps, ${concurrency} at once: ours call a function, those of Restate run in its service`);
      await compete(1, runOurs, runPeer);
      const results = await compete(isQuick ? 3 : 5, runOurs, runPeer);
      const rate = (rounds: readonly ExecutionRates[]) => median(rounds.map((round) => round.executionsPerSecond));
      const p50 = (rounds: readonly ExecutionRates[]) => median(rounds.map((round) => round.medianMilliseconds));
      yield buildFigure({
        name: `durable-executions c=${concurrency}`,
        value: rate(results.ours),
        unit: 'executions/s',
        peer,
        peerValue: results.peer && rate(results.peer),
        aim: '>= 1 x',
        isMet: (ratio) => ratio >= 1,
      });
      if (concurrency > 1) continue;
      yield buildFigure({
        name: 'durable-executions c=1 p50',
        value: p50(results.ours),
        unit: 'ms',
        peer,
        peerValue: results.peer && p50(results.peer),
        aim: `<= ${limitMilliseconds} ms`,
        isMet: () => p50(results.ours) <= limitMilliseconds,
      });
    }
    if (restate instanceof PeerMissing) yield { name: 'durable-executions', skipped: peer, why: restate.message };
  },
};
