// `npm run bench [-- --quick] [-- --only <name>]`: one JSON line per figure on stdout, progress on stderr.
import { availableParallelism, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { alertStorm } from './alerting/alert-storm.ts';
import { alertToRollback } from './alerting/alert-to-rollback.ts';
import { aslTransitions } from './asl-transitions/benchmark.ts';
import { backupCatalogue } from './backups/catalogue.ts';
import { configurationBackup } from './backups/configuration.ts';
import { backupThroughput } from './backups/throughput.ts';
import type { Benchmark } from './benchmark.ts';
import { certificateChecks } from './certificate-checks/benchmark.ts';
import { durableExecutions } from './durable-executions/benchmark.ts';
import { eventMatching } from './event-matching/benchmark.ts';
import { idleDay } from './idle-day/benchmark.ts';
import { lambdaImport } from './lambda-import/benchmark.ts';
import { lambdaSize } from './lambda-size/benchmark.ts';
import { runBenchmark } from './run-benchmark.ts';
import { startReady } from './start-ready/benchmark.ts';
import { synth } from './synth/benchmark.ts';
import { webhookCpu } from './webhook-cpu/benchmark.ts';
import { webhookEndToEnd } from './webhook-end-to-end/benchmark.ts';

const benchmarks: readonly Benchmark[] = [
  webhookCpu,
  webhookEndToEnd,
  eventMatching,
  aslTransitions,
  durableExecutions,
  alertToRollback,
  alertStorm,
  certificateChecks,
  backupThroughput,
  backupCatalogue,
  configurationBackup,
  lambdaSize,
  lambdaImport,
  startReady,
  idleDay,
  synth,
];

const { values } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, only: { type: 'string', multiple: true, default: [] } },
});
const names = benchmarks.map(({ name }) => name);
const unknown = values.only.filter((name) => !names.includes(name));
if (unknown.length > 0) {
  process.stderr.write(`there is no benchmark ${unknown.join(', ')}: there are ${names.join(', ')}\n`);
  process.exit(2);
}

const startedAt = performance.now();
const progress = (text: string): void => {
  process.stderr.write(`${((performance.now() - startedAt) / 1000).toFixed(1).padStart(6)} s  ${text}\n`);
};
const [load = 0] = loadavg();
if (load > 1)
  progress(
    `other work is running (load ${load.toFixed(1)} on ${availableParallelism()} cores): the figures suffer from it`,
  );
let isGood = true;
for (const benchmark of benchmarks) {
  if (values.only.length > 0 && !values.only.includes(benchmark.name)) continue;
  progress(benchmark.name);
  const wasGood = await runBenchmark(benchmark, {
    isQuick: values.quick,
    deadlineMilliseconds: values.quick ? 240_000 : 1_800_000,
    cleanUpMilliseconds: 60_000,
    tell: (line) => process.stdout.write(`${JSON.stringify(line)}\n`),
    progress,
  });
  isGood &&= wasGood;
}
progress('done');
// What one that hung has left open keeps nobody waiting.
process.exit(isGood ? 0 : 1);
