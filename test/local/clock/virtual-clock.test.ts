// Virtual time: it runs like the machine's, skips idle time on demand, and never skips work.
import { afterEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createVirtualClock, type VirtualClock } from '../../../local/clock/virtual-clock.ts';

const DAY_MILLISECONDS = 86_400_000;
let clock: VirtualClock = createVirtualClock();
afterEach(() => clock.stop());

function startClock(): VirtualClock {
  clock = createVirtualClock();
  return clock;
}

describe('virtual clock', () => {
  it('runs with the machine when nobody advances it', async () => {
    startClock();
    const before = Date.now();
    expect(clock.now()).toBeGreaterThanOrEqual(before);
    expect(clock.now()).toBeLessThanOrEqual(Date.now());
    await clock.sleep(30);
    expect(Date.now() - before).toBeGreaterThanOrEqual(29);
  });

  it('fires a timer of the past as soon as possible, but not at once', async () => {
    startClock();
    let fired = false;
    const done = new Promise<void>((resolve) =>
      clock.at(clock.now() - 1000, () => {
        fired = true;
        resolve();
      }),
    );
    expect(fired).toBe(false);
    await done;
  });

  it('fires the timers on the way in order, each at its own moment', async () => {
    startClock();
    const start = clock.now();
    const fired: [string, number][] = [];
    clock.at(start + 3 * DAY_MILLISECONDS, () => fired.push(['late', clock.now()]));
    clock.at(start + DAY_MILLISECONDS, () => fired.push(['early', clock.now()]));
    clock.at(start + DAY_MILLISECONDS, () => fired.push(['early too', clock.now()]));
    clock.at(start + 100 * DAY_MILLISECONDS, () => fired.push(['beyond', clock.now()]));
    await clock.advance(30 * DAY_MILLISECONDS);
    expect(fired.map(([name]) => name)).toEqual(['early', 'early too', 'late']);
    expect(fired[0]?.[1] as number).toBeGreaterThanOrEqual(start + DAY_MILLISECONDS);
    expect(fired[0]?.[1] as number).toBeLessThan(start + DAY_MILLISECONDS + 1000);
    expect(clock.now()).toBeGreaterThanOrEqual(start + 30 * DAY_MILLISECONDS);
  });

  it('fires what a fired timer sets on the way', async () => {
    startClock();
    let nights = 0;
    const sleepThroughTheNight = async () => {
      await clock.sleep(DAY_MILLISECONDS);
      nights += 1;
      await sleepThroughTheNight();
    };
    sleepThroughTheNight();
    await clock.advance(30.5 * DAY_MILLISECONDS);
    expect(nights).toBe(30);
  });

  it('never moves on while work is under way', async () => {
    startClock();
    const order: string[] = [];
    const start = clock.now();
    clock.at(start + 60_000, () => {
      clock.work(
        new Promise<void>((resolve) => setTimeout(resolve, 50)).then(() => {
          order.push('work done');
        }),
      );
    });
    clock.at(start + 3_600_000, () => order.push('an hour later'));
    await clock.advance(7_200_000);
    expect(order).toEqual(['work done', 'an hour later']);
  });

  it('waits at the end for the work that the last timer began', async () => {
    startClock();
    let done = false;
    clock.at(clock.now() + 1000, () => {
      clock.work(new Promise<void>((resolve) => setTimeout(resolve, 30))).then(() => {
        done = true;
      });
    });
    await clock.advance(1000);
    expect(done).toBe(true);
  });

  it('counts failed work as done', async () => {
    startClock();
    clock.work(Promise.reject(new Error('no'))).catch(() => undefined);
    await clock.advance(1000);
  });

  it('does not fire what was cancelled', async () => {
    startClock();
    let fired = 0;
    const cancel = clock.at(clock.now() + 1000, () => {
      fired += 1;
    });
    clock.at(clock.now() + 500, cancel);
    await clock.advance(2000);
    cancel();
    expect(fired).toBe(0);
  });

  it('ends a sleep with the reason of its signal', async () => {
    startClock();
    const controller = new AbortController();
    const sleeping = clock.sleep(DAY_MILLISECONDS, controller.signal);
    controller.abort(new Error('stopped by a person'));
    await expect(sleeping).rejects.toThrow('stopped by a person');
    await expect(clock.sleep(1, controller.signal)).rejects.toThrow('stopped by a person');
  });

  it('keeps a timer that is further away than setTimeout can wait', async () => {
    startClock();
    let fired = false;
    clock.at(clock.now() + 60 * DAY_MILLISECONDS, () => {
      fired = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(fired).toBe(false);
    await clock.advance(60 * DAY_MILLISECONDS);
    expect(fired).toBe(true);
  });

  it('runs one advance after the other', async () => {
    startClock();
    const start = clock.now();
    await Promise.all([clock.advance(DAY_MILLISECONDS), clock.advance(DAY_MILLISECONDS)]);
    expect(clock.now()).toBeGreaterThanOrEqual(start + 2 * DAY_MILLISECONDS);
  });

  it('refuses to go back', () => {
    startClock();
    expect(() => clock.advance(-1)).toThrow(/from 0 up/);
    expect(() => clock.advance(Number.NaN)).toThrow(RangeError);
  });

  it('starts where its owner left it and tells the new offset', async () => {
    const offsets: number[] = [];
    clock = createVirtualClock({
      offsetMilliseconds: DAY_MILLISECONDS,
      onOffsetChange: (offset) => offsets.push(offset),
    });
    expect(clock.offset()).toBe(DAY_MILLISECONDS);
    await clock.advance(DAY_MILLISECONDS);
    expect(offsets.at(-1)).toBe(clock.offset());
    expect(clock.offset()).toBeGreaterThan(1.99 * DAY_MILLISECONDS);
  });

  it('that stands still moves by advance alone, and still fires at once what is due', async () => {
    clock = createVirtualClock({ standsStill: true });
    const start = clock.now();
    const fired: string[] = [];
    clock.at(start + 20, () => fired.push('later'));
    await new Promise<void>((resolve) => clock.at(start, resolve));
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(clock.now()).toBe(start);
    expect(fired).toEqual([]);
    await clock.advance(20);
    expect(clock.now()).toBe(start + 20);
    expect(fired).toEqual(['later']);
  });

  it('goes on firing when one timer throws', async () => {
    startClock();
    const moment = clock.now() + 1000;
    clock.at(moment, () => {
      throw new Error('a faulty timer');
    });
    const next = new Promise<void>((resolve) => clock.at(moment, resolve));
    await expect(clock.advance(2000)).rejects.toThrow('a faulty timer');
    await next;
  });

  it('fires any set of timers by moment and then by order of setting', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 50 }), { maxLength: 60 }), async (hours) => {
        startClock();
        const start = clock.now();
        const fired: number[] = [];
        for (const [index, hour] of hours.entries()) clock.at(start + hour * 3_600_000, () => fired.push(index));
        await clock.advance(51 * 3_600_000);
        clock.stop();
        const expected = [...hours.keys()].sort(
          (left, right) => (hours[left] as number) - (hours[right] as number) || left - right,
        );
        expect(fired).toEqual(expected);
      }),
      { numRuns: 50 },
    );
  });
});
