// Durable state of the local runtime: named tables of JSON values in memory, made durable by one shared append-only journal.

/** JSON values only; use base64 for bytes. Values handed in are owned by the table from then on: do not mutate them. */
export interface Table<V> {
  get(key: string): V | undefined;
  has(key: string): boolean;
  /** Visible at once; durable when the next `Store.flush()` resolves. */
  put(key: string, value: V): void;
  delete(key: string): void;
  /** In insertion order of the keys. */
  entries(): IterableIterator<[string, V]>;
  values(): IterableIterator<V>;
  /** Keys that begin with the prefix, in lexicographic order. */
  keysWithPrefix(prefix: string): string[];
  /** Keys from `from` (included) to `to` (excluded), in lexicographic order; costs as much as it finds. */
  keysBetween(from: string, to: string): string[];
  readonly size: number;
}

/**
 * One per runtime. All tables share one journal, so that writes made in the same tick are one atomic, ordered
 * group: after a crash either all of a tick's writes are there or, at the torn tail, none of them.
 */
export interface Store {
  /** The table of that name; its contents from earlier runs are already loaded. Names are `<service>/<what>`. */
  table<V>(name: string): Table<V>;
  /** Resolves when every write made before the call is on disk (group commit). Rejects, e.g. on a full disk: then nothing may be acknowledged. */
  flush(): Promise<void>;
  /** A folder of the caller's own for bulky bytes (object bodies), created when missing. */
  directory(name: string): string;
  close(): Promise<void>;
}
