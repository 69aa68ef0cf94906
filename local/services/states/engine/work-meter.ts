// Tells the clock when executions are at work, as opposed to waiting for a moment or a token.
import type { Clock } from '../../../clock/clock.ts';

/** Counts who is at work; the clock sees one piece of work while anybody is. */
export class WorkMeter {
  readonly #clock: Pick<Clock, 'work'>;
  #busy = 0;
  #finish: (() => void) | undefined;

  constructor(clock: Pick<Clock, 'work'>) {
    this.#clock = clock;
  }

  enter(): void {
    this.#busy += 1;
    if (this.#busy !== 1) return;
    this.#clock.work(
      new Promise<void>((resolve) => {
        this.#finish = resolve;
      }),
    );
  }

  leave(): void {
    this.#busy -= 1;
    if (this.#busy === 0) this.#finish?.();
  }

  /** Awaits something that is waiting, not work. */
  async idle<T>(waiting: Promise<T>): Promise<T> {
    this.leave();
    try {
      return await waiting;
    } finally {
      this.enter();
    }
  }
}
