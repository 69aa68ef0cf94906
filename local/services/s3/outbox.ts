// Work that follows from a change and must not be lost: written down together with the change, done afterwards, in order.
import { randomUUID } from 'node:crypto';
import type { RuntimeContext } from '../../runtime/context.ts';
import type { Table } from '../../storage/store.ts';

const FIRST_RETRY_MILLISECONDS = 1_000;
const LONGEST_RETRY_MILLISECONDS = 60_000;

/** Delivers each entry at least once; an entry that cannot be delivered is tried again until it can. */
export class Outbox<T> {
  readonly #context: RuntimeContext;
  readonly #entries: Table<T>;
  readonly #deliver: (entry: T) => Promise<void>;
  readonly #stopping = new AbortController();
  #isStarted = false;
  #isDelivering = false;

  constructor(context: RuntimeContext, table: string, deliver: (entry: T) => Promise<void>) {
    this.#context = context;
    this.#entries = context.store.table(table);
    this.#deliver = deliver;
  }

  /** To be called in the tick of the change. */
  add(entry: T): void {
    this.#entries.put(randomUUID(), entry);
    this.#begin();
  }

  start(): void {
    this.#isStarted = true;
    this.#begin();
  }

  stop(): void {
    this.#isStarted = false;
    this.#stopping.abort();
  }

  #begin(): void {
    if (!this.#isStarted || this.#isDelivering) return;
    this.#isDelivering = true;
    void this.#deliverAll().finally(() => {
      this.#isDelivering = false;
    });
  }

  async #deliverAll(): Promise<void> {
    let delay = FIRST_RETRY_MILLISECONDS;
    while (this.#isStarted) {
      const next = this.#entries.entries().next();
      if (next.done) return;
      const [key, entry] = next.value;
      try {
        await this.#context.clock.work(this.#deliverOne(key, entry));
        delay = FIRST_RETRY_MILLISECONDS;
      } catch (error) {
        this.#context.trace.record({
          service: 's3',
          name: 'delivery-failed',
          subject: key,
          details: { message: error instanceof Error ? error.message : String(error), retryMilliseconds: delay },
        });
        await this.#context.clock.sleep(delay, this.#stopping.signal).catch(() => undefined);
        delay = Math.min(delay * 2, LONGEST_RETRY_MILLISECONDS);
      }
    }
  }

  async #deliverOne(key: string, entry: T): Promise<void> {
    // Nobody may hear of a change that a crash could still take back.
    await this.#context.store.flush();
    await this.#deliver(entry);
    this.#entries.delete(key);
  }
}
