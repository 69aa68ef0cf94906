// Keeps so many executions under way, each until its end is known, and times them.
import { percentile } from '../compare.ts';

export interface ExecutionRates {
  readonly executionsPerSecond: number;
  readonly medianMilliseconds: number;
}

export async function measureExecutions(
  execute: () => Promise<void>,
  concurrency: number,
  milliseconds: number,
): Promise<ExecutionRates> {
  const latencies: number[] = [];
  const startedAt = performance.now();
  const client = async (): Promise<void> => {
    while (performance.now() - startedAt < milliseconds) {
      const begunAt = performance.now();
      await execute();
      latencies.push(performance.now() - begunAt);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, client));
  const elapsed = performance.now() - startedAt;
  return {
    executionsPerSecond: (latencies.length / elapsed) * 1000,
    medianMilliseconds: percentile(latencies, 0.5),
  };
}
