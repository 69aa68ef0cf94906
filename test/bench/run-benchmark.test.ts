// A benchmark that hangs or breaks says so, leaves no process behind, and the run goes on.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Benchmark } from '../../bench/benchmark.ts';
import { runBenchmark } from '../../bench/run-benchmark.ts';

// No deadline may come because the machine is slow.
beforeAll(() => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate', 'performance', 'Date', 'hrtime'] });
});
afterAll(() => {
  jest.useRealTimers();
});

const skip = { name: 'figure', skipped: 'it', why: 'a test' };

async function run(benchmark: Benchmark['run']) {
  const told: object[] = [];
  const progress: string[] = [];
  const isGood = await runBenchmark(
    { name: 'example', run: benchmark },
    {
      ...{ isQuick: true, deadlineMilliseconds: 300_000, cleanUpMilliseconds: 60_000 },
      tell: (line) => told.push(line),
      progress: (text) => progress.push(text),
    },
  );
  return { isGood, told, progress };
}

describe('a benchmark', () => {
  it('tells its lines and cleans up, the last thing first', async () => {
    const done: number[] = [];
    const { isGood, told } = await run(async function* ({ afterwards }) {
      afterwards(() => void done.push(1));
      afterwards(async () => void done.push(2));
      yield skip;
    });
    expect({ isGood, told, done }).toEqual({ isGood: true, told: [skip], done: [2, 1] });
  });

  it('that breaks cleans up too, and tells why', async () => {
    let isClean = false;
    const { isGood, progress } = await run(async function* ({ afterwards }) {
      afterwards(() => {
        isClean = true;
      });
      throw new Error('the peer is gone');
    });
    expect({ isGood, isClean }).toEqual({ isGood: false, isClean: true });
    expect(progress.at(-1)).toMatch(/^example broke: Error: the peer is gone/);
  });

  it('that hangs is given up at its deadline, with what it told last, and its processes with it', async () => {
    let child: ReturnType<typeof spawn> | undefined;
    const { isGood, told, progress } = await run(async function* ({ progress: tell }) {
      yield skip;
      child = spawn('sleep', ['1000']);
      tell('waiting for a child');
      jest.advanceTimersByTime(300_000);
      await once(child, 'exit');
    });
    expect({ isGood, told }).toEqual({ isGood: false, told: [skip] });
    expect(progress.at(-1)).toBe('example broke: after 300 s it is not done; the last it told: waiting for a child');
    if (child?.signalCode === null) await once(child, 'exit');
    expect(child?.signalCode).toBe('SIGKILL');
  });

  it('whose cleaning up hangs is given up too', async () => {
    const { isGood, progress } = await run(async function* ({ afterwards }) {
      afterwards(async () => {
        setImmediate(() => jest.advanceTimersByTime(60_000));
        await new Promise(() => undefined);
      });
      yield skip;
    });
    expect(isGood).toBe(false);
    expect(progress.at(-1)).toMatch(/^example could not clean up: after 60 s it does not end/);
  });
});
