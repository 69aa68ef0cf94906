// Between the machine's time, in which real programs live, and the world's, which can be moved forward: which moment was which.
import type { Clock } from '../../clock/clock.ts';

/** An offset of the world's clock, and the moment of the machine from which on it was seen. */
export interface Mark {
  readonly since: number;
  readonly offset: number;
}

export interface WorldTime {
  /** The world's time at a moment of the machine, both ISO 8601. */
  toWorld(time: string): string;
  /** How many milliseconds of the machine the last `milliseconds` of the world took. */
  measure(milliseconds: number): number;
  stop(): void;
}

const markEveryMilliseconds = 50;

/** Watches the clock from now on. */
export function watchWorldTime(clock: Pick<Clock, 'offset'>): WorldTime {
  const marks: Mark[] = [{ since: 0, offset: clock.offset() }];
  const mark = (): void => {
    const offset = clock.offset();
    if (offset !== marks.at(-1)?.offset) marks.push({ since: Date.now(), offset });
  };
  const timer = setInterval(mark, markEveryMilliseconds).unref();
  return {
    toWorld(time) {
      mark();
      return toWorldTime(time, marks);
    },
    measure(milliseconds) {
      mark();
      return measureMachineTime(milliseconds, marks, Date.now());
    },
    stop: () => clearInterval(timer),
  };
}

/** With the offset that held then: time may have been skipped since. */
export function toWorldTime(time: string, marks: readonly Mark[]): string {
  const moment = Date.parse(time);
  // Go's zero time: it has not ended.
  if (!(moment > 0)) return time;
  const { offset } = marks.findLast(({ since }) => since <= moment) ?? marks[0] ?? { offset: 0 };
  return new Date(moment + offset).toISOString();
}

/** Time that was skipped took the machine nothing. */
export function measureMachineTime(milliseconds: number, marks: readonly Mark[], now: number): number {
  const from = now + (marks.at(-1)?.offset ?? 0) - milliseconds;
  const index = marks.findLastIndex(({ since, offset }) => since + offset <= from);
  const moment = from - (marks[index]?.offset ?? 0);
  // Where the skip went over it, it began with the skip.
  return now - Math.min(moment, marks[index + 1]?.since ?? moment);
}
