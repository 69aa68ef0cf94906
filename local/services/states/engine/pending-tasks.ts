// The tasks under way, by their tokens: how an answer from outside finds the line that waits for it.
import type { Json } from './json.ts';

export interface PendingTask {
  succeed(result: Json): void;
  fail(error: string, cause?: string): void;
  heartbeat(): void;
}

export class PendingTasks {
  readonly #byToken = new Map<string, PendingTask>();

  find(taskToken: string): PendingTask | undefined {
    return this.#byToken.get(taskToken);
  }

  add(taskToken: string, task: PendingTask): void {
    this.#byToken.set(taskToken, task);
  }

  remove(taskToken: string): void {
    this.#byToken.delete(taskToken);
  }
}
