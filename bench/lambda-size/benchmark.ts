// How large each deployed bundle is: what Lambda loads at a cold start.
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Benchmark } from '../benchmark.ts';
import { buildFigure } from '../compare.ts';
import { readFunctions } from '../read-functions.ts';

const limitBytes = { decides: 100_000, other: 600_000 };

export const lambdaSize: Benchmark = {
  name: 'lambda-size',
  async *run() {
    for (const { name, directory, onlyDecides } of readFunctions()) {
      const bytes = statSync(join(directory, 'index.mjs')).size;
      const limit = onlyDecides ? limitBytes.decides : limitBytes.other;
      yield buildFigure({
        name: `lambda-size ${name}`,
        value: bytes / 1000,
        unit: 'kB',
        aim: `<= ${limit / 1000} kB`,
        isMet: () => bytes <= limit,
      });
    }
  },
};
