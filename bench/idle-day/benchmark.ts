// What a day costs in which nothing happens: the virtual clock skips it, and only what is due is done.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Benchmark } from '../benchmark.ts';
import { buildFigure, median } from '../compare.ts';
import { openContestant } from '../contestant.ts';
import { findAssembly } from '../read-functions.ts';
import type { IdleDay, IdleRound } from './system-program.ts';

const aimSeconds = 0.5;

export const idleDay: Benchmark = {
  name: 'idle-day',
  async *run({ isQuick, progress, afterwards }) {
    const directory = mkdtempSync(join(tmpdir(), 'bench-idle-'));
    afterwards(() => rmSync(directory, { recursive: true, force: true }));
    const settings = { assembly: findAssembly(), state: join(directory, 'state') };
    const system = await openContestant<IdleRound, IdleDay>(new URL('./system-program.ts', import.meta.url), {
      settings,
    });
    afterwards(system.close);
    const rounds = isQuick ? 3 : 5;
    // A day's jobs take seconds of real work.
    for (const withSchedules of isQuick ? [false] : [false, true]) {
      progress(`${withSchedules ? 'with all schedules' : 'with no schedules'}: a day to warm up, then ${rounds}`);
      await system.round({ withSchedules });
      const days: IdleDay[] = [];
      for (let round = 0; round < rounds; round += 1) days.push(await system.round({ withSchedules }));
      const value = median(days.map(({ cpuSeconds }) => cpuSeconds));
      yield buildFigure({
        name: withSchedules ? 'idle-day with schedules' : 'idle-day',
        value,
        unit: 's',
        aim: withSchedules ? '-' : `<= ${aimSeconds} s`,
        isMet: () => (withSchedules ? undefined : value <= aimSeconds),
        note: withSchedules
          ? 'CPU of runtime and world, without that of functions and Jobs; all jobs of a day run'
          : 'CPU of runtime and world for a virtual day with all schedules paused',
      });
    }
  },
};
