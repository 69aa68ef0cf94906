// How long synthesizing the whole app takes, with all bundles built anew.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { synthesize } from '../../scripts/synthesize.ts';
import type { Benchmark } from '../benchmark.ts';
import { buildFigure, median } from '../compare.ts';

export const synth: Benchmark = {
  name: 'synth',
  async *run({ isQuick }) {
    if (isQuick) {
      yield { name: 'synth', skipped: 'synth', why: 'one synthesis takes as long as a tenth of all quick rounds' };
      return;
    }
    const milliseconds = Array.from({ length: 5 }, measureSynthesis);
    yield buildFigure({
      name: 'synth',
      value: median(milliseconds) / 1000,
      unit: 's',
      aim: '-',
      isMet: () => undefined,
    });
  },
};

function measureSynthesis(): number {
  const directory = mkdtempSync(join(tmpdir(), 'bench-synth-'));
  try {
    return synthesize({ directory, force: true }).milliseconds;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
