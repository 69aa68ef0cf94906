// How long each deployed bundle takes to import: what a cold start adds to bare Node.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { EnvironmentVariable } from '../../contracts/functions/function-contract.ts';
import { functions } from '../../contracts/functions.ts';
import type { Benchmark } from '../benchmark.ts';
import { buildFigure, interleave, median } from '../compare.ts';
import { readFunctions } from '../read-functions.ts';

const limitMilliseconds = { decides: 15, other: 80 };
const program = fileURLToPath(new URL('./import-module.mjs', import.meta.url));

export const lambdaImport: Benchmark = {
  name: 'lambda-import',
  async *run({ isQuick }) {
    const assembled = readFunctions();
    const contestants = Object.fromEntries(
      assembled.map(({ name, directory }) => [name, async () => measureImport(name, directory)]),
    );
    // Every function once a round: a disturbance of the machine hits one round, not one function.
    const results = await interleave(isQuick ? 1 : 7, contestants);
    for (const { name, onlyDecides } of assembled) {
      const milliseconds = median(results[name] ?? []);
      const limit = onlyDecides ? limitMilliseconds.decides : limitMilliseconds.other;
      yield buildFigure({
        name: `lambda-import ${name}`,
        value: milliseconds,
        unit: 'ms over bare Node',
        aim: `<= ${limit} ms`,
        isMet: () => milliseconds <= limit,
      });
    }
  },
};

/** Starts a process that imports the bundle as Lambda does, and gives what the import took. */
function measureImport(name: string, directory: string): number {
  const { environment } = functions[name as keyof typeof functions] as { environment: readonly EnvironmentVariable[] };
  const { status, signal, stdout, stderr } = spawnSync(
    process.execPath,
    [program, pathToFileURL(join(directory, 'index.mjs')).href],
    {
      encoding: 'utf8',
      timeout: 60_000,
      env: {
        ...Object.fromEntries(environment.map((variable) => [variable, 'bench'])),
        NODE_OPTIONS: '--enable-source-maps',
        AWS_REGION: 'us-east-1',
        AWS_ACCESS_KEY_ID: 'bench',
        AWS_SECRET_ACCESS_KEY: 'bench',
        AWS_LAMBDA_FUNCTION_NAME: name,
      },
    },
  );
  if (status !== 0) throw new Error(`importing ${name} ended with ${signal ?? status}:\n${stderr}`);
  return Number(stdout.trim().split('\n').at(-1));
}
