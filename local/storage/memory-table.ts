// One named table in memory; every change is reported, so that the journal can record it.
import type { Table } from './store.ts';

/** What a table tells its store about each change; `value` is undefined for a deletion. */
export type ReportChange = (table: string, key: string, value: unknown) => void;

/** A table of JSON values, with its keys sorted once somebody asks for a prefix. */
export class MemoryTable<V> implements Table<V> {
  readonly #name: string;
  readonly #report: ReportChange;
  readonly #values = new Map<string, V>();
  #sortedKeys: string[] | undefined;

  constructor(name: string, report: ReportChange) {
    this.#name = name;
    this.#report = report;
  }

  get size(): number {
    return this.#values.size;
  }

  get(key: string): V | undefined {
    return this.#values.get(key);
  }

  has(key: string): boolean {
    return this.#values.has(key);
  }

  put(key: string, value: V): void {
    if (value === undefined) throw new TypeError(`cannot put undefined under "${key}" in ${this.#name}: use delete`);
    this.load(key, value);
    this.#report(this.#name, key, value);
  }

  delete(key: string): void {
    if (!this.#values.has(key)) return;
    this.unload(key);
    this.#report(this.#name, key, undefined);
  }

  entries(): IterableIterator<[string, V]> {
    return this.#values.entries();
  }

  values(): IterableIterator<V> {
    return this.#values.values();
  }

  keysWithPrefix(prefix: string): string[] {
    const keys = this.#sort();
    const start = this.#position(prefix);
    let end = start;
    while (keys[end]?.startsWith(prefix)) end += 1;
    return keys.slice(start, end);
  }

  keysBetween(from: string, to: string): string[] {
    return this.#sort().slice(this.#position(from), this.#position(to));
  }

  /** Puts without reporting: for what the journal already holds. */
  load(key: string, value: V): void {
    if (this.#sortedKeys && !this.#values.has(key)) this.#sortedKeys.splice(this.#position(key), 0, key);
    this.#values.set(key, value);
  }

  /** Deletes without reporting: for what the journal already holds. */
  unload(key: string): void {
    if (this.#values.delete(key)) this.#sortedKeys?.splice(this.#position(key), 1);
  }

  #sort(): string[] {
    this.#sortedKeys ??= [...this.#values.keys()].sort();
    return this.#sortedKeys;
  }

  /** Where the key stands, or would stand, among the sorted keys. */
  #position(key: string): number {
    const keys = this.#sortedKeys ?? [];
    let low = 0;
    let high = keys.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((keys[middle] as string) < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
