// The one notion of time of the local runtime: everything that waits, expires or is scheduled goes through a Clock.

/** Cancels a timer; calling it twice, or after the timer fired, does nothing. */
export type CancelTimer = () => void;

/**
 * Virtual time. In real-time mode it runs with the machine's clock; `advance` skips idle time and
 * never skips work: the clock moves to the next timer only when no tracked work is under way.
 */
export interface Clock {
  /** Milliseconds since the epoch, in virtual time. */
  now(): number;
  /** Virtual minus real time in milliseconds; Lambda workers shift their `Date` by it. */
  offset(): number;
  /** Calls `fire` once when virtual time reaches `at` (milliseconds since the epoch). Past times fire as soon as possible. */
  at(at: number, fire: () => void): CancelTimer;
  /** Resolves after `milliseconds` of virtual time; rejects with the signal's reason when aborted. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
  /** Marks work as under way until the promise settles, so that `advance` does not skip over it. Returns the same promise. */
  work<T>(promise: Promise<T>): Promise<T>;
  /** Moves virtual time forward, firing each timer on the way in order. Resolves when the target is reached and no work is left. */
  advance(milliseconds: number): Promise<void>;
}
