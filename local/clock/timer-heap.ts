// A binary heap of timers: the earliest first, and among equals the one that was set first.

/** A timer waiting for its moment. */
export interface Timer {
  /** Milliseconds since the epoch, in virtual time. */
  readonly at: number;
  /** Order of setting, which decides between timers of the same moment. */
  readonly sequence: number;
  readonly fire: () => void;
  cancelled: boolean;
}

function isEarlier(left: Timer, right: Timer): boolean {
  return left.at === right.at ? left.sequence < right.sequence : left.at < right.at;
}

/** Holds timers so that the earliest is found at once; cancelled ones are dropped when they reach the top. */
export class TimerHeap {
  readonly #timers: Timer[] = [];

  push(timer: Timer): void {
    const timers = this.#timers;
    let index = timers.push(timer) - 1;
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = timers[parentIndex] as Timer;
      if (!isEarlier(timer, parent)) break;
      timers[index] = parent;
      index = parentIndex;
    }
    timers[index] = timer;
  }

  /** The earliest timer that is not cancelled, left in place. */
  peek(): Timer | undefined {
    while (this.#timers[0]?.cancelled) this.#removeFirst();
    return this.#timers[0];
  }

  /** Removes and returns the earliest timer that is not cancelled. */
  pop(): Timer | undefined {
    const first = this.peek();
    if (first) this.#removeFirst();
    return first;
  }

  #removeFirst(): void {
    const timers = this.#timers;
    const last = timers.pop();
    if (!last || timers.length === 0) return;
    let index = 0;
    for (;;) {
      let childIndex = 2 * index + 1;
      const left = timers[childIndex];
      if (!left) break;
      const right = timers[childIndex + 1];
      let child = left;
      if (right && isEarlier(right, left)) {
        child = right;
        childIndex += 1;
      }
      if (!isEarlier(child, last)) break;
      timers[index] = child;
      index = childIndex;
    }
    timers[index] = last;
  }
}
