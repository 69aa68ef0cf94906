// Who goes first on a machine that has to be all of AWS: requests from outside, before what was accepted for later.

/** While requests are being answered, what was accepted for later begins this many real milliseconds apart. */
const PACE_MILLISECONDS = 25;

/**
 * In AWS whoever answers a request does not share a machine with what it sets off. Here they share it, so what is durable and
 * can begin later lets requests pass; it is slowed down by them, never stopped: nothing can wait for it in vain.
 */
export class Precedence {
  #requests = 0;
  #waiting: (() => void)[] = [];
  #timer: NodeJS.Timeout | undefined;

  /** Runs what somebody outside waits for. */
  async request<Result>(work: () => Promise<Result>): Promise<Result> {
    this.#requests += 1;
    try {
      return await work();
    } finally {
      this.#requests -= 1;
      if (this.#requests === 0) this.#releaseAll();
    }
  }

  /** Resolves when work may begin that was accepted for later; in the order of the calls. */
  turn(): Promise<void> {
    if (this.#requests === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#timer ??= setInterval(() => this.#waiting.shift()?.(), PACE_MILLISECONDS).unref();
    });
  }

  #releaseAll(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    for (const begin of this.#waiting.splice(0)) begin();
  }
}
