// The trace: what happened is found whether one asks before or after.
import { describe, expect, it } from '@jest/globals';
import { createMemoryTrace } from '../../../local/trace/memory-trace.ts';

const clock = { now: () => 1_700_000_000_000 };

function activity(name: string) {
  return { service: 'states', name, subject: 'promote', details: {} };
}

describe('memory trace', () => {
  it('stamps activities with virtual time', () => {
    const trace = createMemoryTrace(clock);
    trace.record(activity('execution-started'));
    expect(trace.recent()).toEqual([{ at: 1_700_000_000_000, ...activity('execution-started') }]);
  });

  it('finds an activity of the past', async () => {
    const trace = createMemoryTrace(clock);
    trace.record(activity('execution-started'));
    expect((await trace.waitFor(({ name }) => name === 'execution-started')).subject).toBe('promote');
  });

  it('waits for an activity of the future', async () => {
    const trace = createMemoryTrace(clock);
    const found = trace.waitFor(({ name }) => name === 'execution-succeeded');
    trace.record(activity('execution-started'));
    trace.record(activity('execution-succeeded'));
    expect((await found).name).toBe('execution-succeeded');
  });

  it('gives up after the time-out and says what did happen', async () => {
    const trace = createMemoryTrace(clock);
    trace.record(activity('execution-started'));
    await expect(trace.waitFor(() => false, 10)).rejects.toThrow(/within 10 ms.*states execution-started promote/);
  });

  it('forgets the oldest beyond its limit', () => {
    const trace = createMemoryTrace(clock, 3);
    for (let n = 0; n < 10; n += 1) trace.record(activity(`a${n}`));
    expect(trace.recent().map(({ name }) => name)).toEqual(['a7', 'a8', 'a9']);
  });

  it('tells a listener until it unsubscribes', () => {
    const trace = createMemoryTrace(clock);
    const heard: string[] = [];
    const unsubscribe = trace.subscribe(({ name }) => heard.push(name));
    trace.record(activity('one'));
    unsubscribe();
    trace.record(activity('two'));
    expect(heard).toEqual(['one']);
  });
});
