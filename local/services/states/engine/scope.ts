// Cancellation: a tree of scopes; cancelling one cancels all below it.

/**
 * Thrown inside a cancelled scope. Not a failure of a state, so nothing retries or catches it, and not an Error, as
 * every execution ends with one and nobody reads its stack.
 */
export class Cancellation {
  readonly reason: string;

  constructor(reason: string) {
    this.reason = reason;
  }
}

export class Scope {
  readonly #listeners = new Set<(cancellation: Cancellation) => void>();
  #cancellation: Cancellation | undefined;
  #detach: (() => void) | undefined;

  /** A scope that is cancelled with this one; `end` it when its work is done. */
  child(): Scope {
    const child = new Scope();
    child.#detach = this.onCancel((cancellation) => child.#cancelWith(cancellation));
    return child;
  }

  end(): void {
    this.#detach?.();
  }

  get isCancelled(): boolean {
    return this.#cancellation !== undefined;
  }

  /** Throws when the scope is cancelled. */
  check(): void {
    if (this.#cancellation) throw this.#cancellation;
  }

  /** Calls the listener once on cancellation, at once when that was earlier; returns what removes it. */
  onCancel(listener: (cancellation: Cancellation) => void): () => void {
    if (this.#cancellation) {
      listener(this.#cancellation);
      return () => undefined;
    }
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  cancel(reason: string): void {
    this.#cancelWith(new Cancellation(reason));
  }

  #cancelWith(cancellation: Cancellation): void {
    if (this.#cancellation) return;
    this.#cancellation = cancellation;
    const listeners = [...this.#listeners];
    this.#listeners.clear();
    for (const listener of listeners) listener(cancellation);
  }
}
