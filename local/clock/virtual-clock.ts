// The runtime's clock: real time plus an offset that `advance` enlarges, timer by timer, whenever nothing is at work.
import type { CancelTimer, Clock } from './clock.ts';
import { type Timer, TimerHeap } from './timer-heap.ts';

/** Longest delay that Node's setTimeout takes; a longer one would fire at once. */
const LONGEST_DELAY_MILLISECONDS = 2 ** 31 - 1;
/** Turns of the event loop without work after which the clock believes that nothing is under way. */
const QUIET_TURNS = 3;

export interface VirtualClock extends Clock {
  /** Drops every timer and lets the process end. */
  stop(): void;
}

/**
 * A clock that starts `offsetMilliseconds` ahead of the machine's. `onOffsetChange` is told each new offset, so that
 * its owner can persist it. One that `standsStill` moves by `advance` alone: what a test sees then does not depend on
 * how fast the machine is.
 */
export function createVirtualClock(
  options: {
    offsetMilliseconds?: number;
    onOffsetChange?: (offsetMilliseconds: number) => void;
    standsStill?: boolean;
  } = {},
): VirtualClock {
  const heap = new TimerHeap();
  let offset = options.offsetMilliseconds ?? 0;
  let sequence = 0;
  let underWay = 0;
  let wakeUps: (() => void)[] = [];
  let alarm: NodeJS.Timeout | undefined;
  let advancing: Promise<void> = Promise.resolve();
  let stopped = false;

  const startedAt = Date.now();
  const realNow = options.standsStill ? () => startedAt : Date.now;
  const now = () => realNow() + offset;

  function setOffset(value: number): void {
    offset = value;
    options.onOffsetChange?.(value);
  }

  function arm(): void {
    clearTimeout(alarm);
    const first = heap.peek();
    if (!first || stopped) return;
    const delay = Math.min(Math.max(first.at - now(), 0), LONGEST_DELAY_MILLISECONDS);
    if (options.standsStill && delay > 0) return;
    alarm = setTimeout(ring, delay);
  }

  function ring(): void {
    const due: Timer[] = [];
    const moment = now();
    for (let first = heap.peek(); first && first.at <= moment; first = heap.peek()) due.push(heap.pop() as Timer);
    fireInOrder(due);
  }

  function fireInOrder(due: readonly Timer[]): void {
    try {
      for (const [index, timer] of due.entries()) {
        if (timer.cancelled) continue;
        timer.cancelled = true;
        try {
          timer.fire();
        } catch (error) {
          // The rest must still fire; the error then surfaces as uncaught, as it would from setTimeout.
          setImmediate(fireInOrder, due.slice(index + 1));
          throw error;
        }
      }
    } finally {
      arm();
    }
  }

  function at(moment: number, fire: () => void): CancelTimer {
    const timer: Timer = { at: moment, sequence: sequence++, fire, cancelled: false };
    heap.push(timer);
    if (heap.peek() === timer) arm();
    return () => {
      timer.cancelled = true;
    };
  }

  function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const onAbort = () => {
        cancel();
        reject(signal?.reason);
      };
      const cancel = at(now() + milliseconds, () => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      });
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }

  function work<T>(promise: Promise<T>): Promise<T> {
    underWay += 1;
    const settle = () => {
      underWay -= 1;
      if (underWay > 0) return;
      const waiting = wakeUps;
      wakeUps = [];
      for (const wakeUp of waiting) wakeUp();
    };
    promise.then(settle, settle);
    return promise;
  }

  async function quiet(): Promise<void> {
    for (let turns = 0; turns < QUIET_TURNS && !stopped; turns += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      if (underWay > 0) {
        await new Promise<void>((resolve) => wakeUps.push(resolve));
        turns = -1;
      }
    }
  }

  async function moveTo(target: number): Promise<void> {
    for (;;) {
      await quiet();
      if (stopped) return;
      const first = heap.peek();
      if (!first || first.at > target) break;
      if (first.at > now()) setOffset(first.at - realNow());
      ring();
    }
    if (target > now()) setOffset(target - realNow());
    arm();
  }

  function advance(milliseconds: number): Promise<void> {
    if (!Number.isFinite(milliseconds) || milliseconds < 0) {
      throw new RangeError(`cannot advance the clock by ${milliseconds} ms: give a number of milliseconds from 0 up`);
    }
    const moved = advancing.then(() => moveTo(now() + milliseconds));
    advancing = moved.catch(() => undefined);
    return moved;
  }

  function stop(): void {
    stopped = true;
    clearTimeout(alarm);
    for (const wakeUp of wakeUps) wakeUp();
  }

  return { now, offset: () => (options.standsStill ? now() - Date.now() : offset), at, sleep, work, advance, stop };
}
