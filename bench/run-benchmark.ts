// Runs one benchmark to its end or to its deadline: one that hangs says what it was at, leaves no process behind, and lets the others run.
import type { Benchmark, Figure, Skip } from './benchmark.ts';
import { killDescendants } from './kill-descendants.ts';

export interface RunOptions {
  readonly isQuick: boolean;
  /** For the whole benchmark, preparation included. */
  readonly deadlineMilliseconds: number;
  /** For each thing that is to be done afterwards. */
  readonly cleanUpMilliseconds: number;
  tell(line: Figure | Skip): void;
  progress(text: string): void;
}

/** Whether it ended by itself and in order; what was wrong is told as progress. Never rejects. */
export async function runBenchmark({ name, run }: Benchmark, options: RunOptions): Promise<boolean> {
  const { isQuick, deadlineMilliseconds, cleanUpMilliseconds, tell, progress } = options;
  const cleanUps: (() => Promise<void> | void)[] = [];
  let isGood = true;
  let last = 'nothing yet';
  const measure = async (): Promise<void> => {
    const lines = run({
      isQuick,
      progress(text) {
        last = text;
        progress(`  ${text}`);
      },
      afterwards: (cleanUp) => cleanUps.unshift(cleanUp),
    });
    for await (const line of lines) {
      last = line.name;
      tell(line);
    }
  };
  try {
    await within(deadlineMilliseconds, measure(), () => `is not done; the last it told: ${last}`);
  } catch (error) {
    // The others are measured all the same.
    isGood = false;
    progress(`${name} broke: ${describe(error)}`);
    if (error instanceof OutOfTime) killDescendants();
  }
  for (const cleanUp of cleanUps) {
    try {
      await within(cleanUpMilliseconds, Promise.resolve(cleanUp()), () => `does not end: ${cleanUp}`);
    } catch (error) {
      isGood = false;
      progress(`${name} could not clean up: ${describe(error)}`);
      if (error instanceof OutOfTime) killDescendants();
    }
  }
  return isGood;
}

class OutOfTime extends Error {
  override readonly name = 'OutOfTime';
}

/** What comes of the work after its time is nobody's any more. */
async function within(milliseconds: number, work: Promise<void>, describeWait: () => string): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new OutOfTime(`after ${milliseconds / 1000} s it ${describeWait()}`)),
      milliseconds,
    );
  });
  try {
    await Promise.race([work, deadline]);
  } finally {
    clearTimeout(timer);
  }
}

function describe(error: unknown): string {
  return error instanceof OutOfTime ? error.message : error instanceof Error ? (error.stack ?? '') : String(error);
}
