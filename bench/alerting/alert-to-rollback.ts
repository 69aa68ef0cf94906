// From the alert at the webhook to the rollback's commit in the bare repository, on the whole system, without simulated waits.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Benchmark } from '../benchmark.ts';
import { buildFigure, percentile } from '../compare.ts';
import { openContestant } from '../contestant.ts';
import { findAssembly } from '../read-functions.ts';
import type { SystemAnswer, SystemRound } from './system-program.ts';

const aimMilliseconds = 2_000;
const decisionAimMilliseconds = 50;
/** Flagger's documentation: a canary is rolled back after interval × threshold at the earliest; its example has 1m and 5. */
const flaggerMilliseconds = 60_000 * 5;
const peer = "Flagger's documented minimum, interval × threshold of its example (1m × 5); not run";

export const alertToRollback: Benchmark = {
  name: 'alert-to-rollback',
  async *run({ isQuick, progress, afterwards }) {
    const directory = mkdtempSync(join(tmpdir(), 'bench-alert-'));
    afterwards(() => rmSync(directory, { recursive: true, force: true }));
    const settings = { assembly: findAssembly(), state: join(directory, 'state') };
    const system = await openContestant<SystemRound, SystemAnswer>(new URL('./system-program.ts', import.meta.url), {
      settings,
    });
    afterwards(system.close);
    const rounds = isQuick ? 3 : 50;
    progress(`one round to warm up, then ${rounds}`);
    await system.round({ does: 'roll-back' });
    const answers: SystemAnswer[] = [];
    for (let round = 0; round < rounds; round += 1) answers.push(await system.round({ does: 'roll-back' }));
    const whole = answers.map(({ alertToCommitMilliseconds = Number.NaN }) => alertToCommitMilliseconds);
    const decision = answers.map(({ decisionMilliseconds = Number.NaN }) => decisionMilliseconds);
    for (const [name, share] of [
      ['p50', 0.5],
      ['p99', 0.99],
    ] as const) {
      const value = percentile(whole, share);
      yield buildFigure({
        name: `alert-to-rollback ${name}`,
        value,
        unit: 'ms',
        peer,
        peerValue: flaggerMilliseconds,
        aim: `< ${aimMilliseconds} ms`,
        isMet: () => value < aimMilliseconds,
        ...(name === 'p50' ? { note: `${rounds} rollbacks, one after the other, from POST to the branch's move` } : {}),
      });
      const decided = percentile(decision, share);
      yield buildFigure({
        name: `alert-to-rollback decision ${name}`,
        value: decided,
        unit: 'ms',
        aim: `<= ${decisionAimMilliseconds} ms`,
        isMet: () => decided <= decisionAimMilliseconds,
        ...(name === 'p50' ? { note: 'the function decide-rollback with its calls, as its caller sees it' } : {}),
      });
    }
  },
};
