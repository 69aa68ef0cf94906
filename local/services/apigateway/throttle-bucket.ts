// A token bucket: so many requests a second, with a burst.
import type { Throttle } from './http-api.ts';

export class ThrottleBucket {
  readonly #throttle: Throttle;
  #tokens: number;
  #filledAt: number;

  /** `now` is in milliseconds. */
  constructor(throttle: Throttle, now: number) {
    this.#throttle = throttle;
    this.#tokens = throttle.burst;
    this.#filledAt = now;
  }

  /** Takes a token if there is one. */
  take(now: number): boolean {
    const gained = (Math.max(0, now - this.#filledAt) / 1000) * this.#throttle.ratePerSecond;
    this.#tokens = Math.min(this.#throttle.burst, this.#tokens + gained);
    this.#filledAt = now;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
