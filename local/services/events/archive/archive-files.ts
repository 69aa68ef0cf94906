// Archived events on disk: one file of JSON lines per archive and day of the event's time.
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { AppendFiles } from '../../../storage/append-files.ts';
import type { BusEvent } from '../bus-event.ts';

/** Real time for which events are gathered, so that a busy bus does not pay per event. */
const GATHERING_MILLISECONDS = 20;

export class ArchiveFiles {
  readonly #directory: string;
  readonly #files = new AppendFiles();
  readonly #pending = new Map<string, string[]>();
  #writing: Promise<void> | undefined;
  /** When events were written last, by the machine's own clock. */
  #writtenAt = Number.NEGATIVE_INFINITY;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Written behind the caller's back, as AWS archives with a delay; `drain` waits for it. */
  append(event: BusEvent): void {
    const day = event.time.slice(0, 10);
    const lines = this.#pending.get(day);
    if (lines) lines.push(JSON.stringify(event));
    else this.#pending.set(day, [JSON.stringify(event)]);
    // What a full disk refuses stays pending: the next event tries again.
    this.#writing ??= this.#writeAll().catch(() => undefined);
  }

  async drain(): Promise<void> {
    while (this.#writing) await this.#writing;
  }

  /** Writes what waits; the next event opens the files anew. */
  async close(): Promise<void> {
    await this.drain();
    this.#files.closeAll();
  }

  /** Events whose time lies in [from, to), in the order in which they were archived per day. Times are in milliseconds. */
  async *read(from: number, to: number): AsyncGenerator<BusEvent> {
    await this.drain();
    const firstDay = new Date(from).toISOString().slice(0, 10);
    const lastDay = new Date(to).toISOString().slice(0, 10);
    for (const day of await this.#listDays()) {
      if (day < firstDay || day > lastDay) continue;
      const text = await readFile(this.#path(day), 'utf8');
      for (const line of text.split('\n')) {
        const event = findEvent(line);
        const at = event ? Date.parse(event.time) : Number.NaN;
        if (event && at >= from && at < to) yield event;
      }
    }
  }

  /** Forgets the days before the one that `before` (milliseconds) lies in. */
  async expire(before: number): Promise<void> {
    const firstKept = new Date(before).toISOString().slice(0, 10);
    for (const day of await this.#listDays()) {
      if (day >= firstKept) continue;
      this.#files.close(this.#path(day));
      await rm(this.#path(day), { force: true });
    }
  }

  async #listDays(): Promise<string[]> {
    await mkdir(this.#directory, { recursive: true });
    return (await readdir(this.#directory)).map((name) => name.replace(/\.jsonl$/, '')).sort();
  }

  async #writeAll(): Promise<void> {
    try {
      if (this.#writtenAt < 0) await mkdir(this.#directory, { recursive: true });
      while (this.#pending.size > 0) {
        // Even without a rest: what comes in the same tick goes with it.
        await setTimeout(Math.max(0, this.#writtenAt + GATHERING_MILLISECONDS - performance.now()));
        for (const [day, lines] of this.#pending) {
          this.#files.append(this.#path(day), `${lines.join('\n')}\n`);
          this.#pending.delete(day);
        }
        this.#writtenAt = performance.now();
      }
    } finally {
      this.#writing = undefined;
    }
  }

  #path(day: string): string {
    return join(this.#directory, `${day}.jsonl`);
  }
}

/** A line that a crash cut short is no event. */
function findEvent(line: string): BusEvent | undefined {
  try {
    return line === '' ? undefined : (JSON.parse(line) as BusEvent);
  } catch {
    return undefined;
  }
}
