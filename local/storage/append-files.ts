// Files that lines are appended to, kept open: opening one costs more than writing to it.
import { closeSync, openSync, writeSync } from 'node:fs';

const MAXIMUM_OPEN_FILES = 64;

/**
 * Writes at once, into the page cache: for a few kilobytes that takes less time than handing them to a thread. Survives the end of
 * the process, not that of the machine: what must do so goes into the journal.
 */
export class AppendFiles {
  /** Descriptors by path; the file that was written last comes last. */
  readonly #open = new Map<string, number>();

  /** Throws what the disk says, e.g. that it is full; the next call tries with a new descriptor. */
  append(path: string, text: string): void {
    const descriptor = this.#open.get(path) ?? openSync(path, 'a');
    this.#open.delete(path);
    this.#open.set(path, descriptor);
    const [oldest] = this.#open.keys();
    if (this.#open.size > MAXIMUM_OPEN_FILES && oldest !== undefined) this.close(oldest);
    try {
      const bytes = Buffer.from(text);
      for (let written = 0; written < bytes.length; ) written += writeSync(descriptor, bytes, written);
    } catch (error) {
      this.close(path);
      throw error;
    }
  }

  close(path: string): void {
    const descriptor = this.#open.get(path);
    if (descriptor === undefined) return;
    this.#open.delete(path);
    closeSync(descriptor);
  }

  closeAll(): void {
    for (const path of [...this.#open.keys()]) this.close(path);
  }
}
