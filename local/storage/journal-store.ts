// The durable store: tables in memory, one append-only journal, one write and one sync for everybody who waits.
import { mkdirSync } from 'node:fs';
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { buildFrame, type Change, JOURNAL_MAGIC, readFrames } from './journal-frames.ts';
import { MemoryTable } from './memory-table.ts';
import type { Store, Table } from './store.ts';

/** How long a write that nobody awaits may stay in memory only. */
const BACKGROUND_DELAY_MILLISECONDS = 20;
/** Below this size a journal is not worth compacting. */
const COMPACTION_MINIMUM_BYTES = 1 << 20;
/** A journal this many times larger than its live data is replaced by a snapshot at the next start. */
const COMPACTION_FACTOR = 4;
const SNAPSHOT_GROUP_CHANGES = 1_000;

export interface JournalStore extends Store {
  /** Bytes of a torn last group that were cut off at the start; 0 after a clean stop. */
  readonly tornTailBytes: number;
}

/**
 * Opens the store of that directory, creating it when missing: loads every whole group, cuts off a torn tail, and
 * compacts the journal when most of it is history. Only one process may have it open. Throws on a damaged journal.
 */
export async function openJournalStore(directory: string): Promise<JournalStore> {
  await mkdir(directory, { recursive: true });
  const path = join(directory, 'journal');
  const tables = new Map<string, MemoryTable<unknown>>();
  const writer: { journal?: JournalWriter } = {};
  const getTable = (name: string): MemoryTable<unknown> => {
    let table = tables.get(name);
    if (!table) {
      table = new MemoryTable(name, (tableName, key, value) => writer.journal?.append(tableName, key, value));
      tables.set(name, table);
    }
    return table;
  };

  let file = await open(path, 'a+').then(async (created) => {
    await created.close();
    return open(path, 'r+');
  });
  const soundBytes = await readFrames(file, path, (changes) => {
    for (const [name, key, value] of changes) {
      if (value === undefined) getTable(name).unload(key);
      else getTable(name).load(key, value);
    }
  }).catch(async (error: unknown) => {
    await file.close();
    throw error;
  });
  const tornTailBytes = (await file.stat()).size - soundBytes;
  let length = soundBytes;
  if (tornTailBytes > 0) await file.truncate(soundBytes);
  if (soundBytes === 0 || isWorthCompacting(soundBytes, tables)) {
    await file.close();
    length = await writeSnapshot(directory, path, tables);
    file = await open(path, 'r+');
  }
  const journal = new JournalWriter(file, length);
  writer.journal = journal;

  return {
    tornTailBytes,
    table: <V>(name: string) => getTable(name) as unknown as Table<V>,
    flush: () => journal.flush(),
    directory(name) {
      const folder = join(directory, name);
      mkdirSync(folder, { recursive: true });
      return folder;
    },
    close: () => journal.close(),
  };
}

function isWorthCompacting(journalBytes: number, tables: ReadonlyMap<string, MemoryTable<unknown>>): boolean {
  if (journalBytes < COMPACTION_MINIMUM_BYTES) return false;
  let liveBytes = 0;
  for (const [name, table] of tables) {
    for (const [key, value] of table.entries()) liveBytes += JSON.stringify([name, key, value]).length;
  }
  return journalBytes > COMPACTION_FACTOR * liveBytes;
}

/** Replaces the journal by one that holds the live data only; a crash leaves either the old one or the new one. */
async function writeSnapshot(
  directory: string,
  path: string,
  tables: ReadonlyMap<string, MemoryTable<unknown>>,
): Promise<number> {
  const next = `${path}.next`;
  await rm(next, { force: true });
  const file = await open(next, 'wx');
  let length = 0;
  const write = async (bytes: Buffer) => {
    await file.appendFile(bytes);
    length += bytes.length;
  };
  try {
    await write(JOURNAL_MAGIC);
    for (const [name, table] of tables) {
      let group: Change[] = [];
      for (const [key, value] of table.entries()) {
        group.push([name, key, value]);
        if (group.length < SNAPSHOT_GROUP_CHANGES) continue;
        await write(buildFrame(group));
        group = [];
      }
      if (group.length > 0) await write(buildFrame(group));
    }
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(next, path);
  const folder = await open(directory, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
  return length;
}

/** Collects changes into groups and appends each group with one write and one sync. */
class JournalWriter {
  readonly #file: FileHandle;
  /** Offset up to which the file holds whole, synced groups. */
  #length: number;
  #pending: Change[] = [];
  /** Where in `#pending` the latest put of a key stands, so that a further put replaces it. */
  #latestPut = new Map<string, number>();
  #writing: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;
  #background: NodeJS.Timeout | undefined;
  #isClosed = false;
  /** Set after a failed write: bytes beyond `#length` must go before the next one. */
  #hasDebris = false;

  constructor(file: FileHandle, length: number) {
    this.#file = file;
    this.#length = length;
  }

  append(table: string, key: string, value: unknown): void {
    if (this.#isClosed) throw new Error(`cannot write "${key}" to ${table}: the store is closed`);
    const id = `${table}\n${key}`;
    const known = this.#latestPut.get(id);
    if (value === undefined) {
      this.#latestPut.delete(id);
      this.#pending.push([table, key]);
    } else if (known !== undefined) {
      this.#pending[known] = [table, key, value];
    } else {
      this.#latestPut.set(id, this.#pending.push([table, key, value]) - 1);
    }
    this.#background ??= setTimeout(() => {
      this.#background = undefined;
      // Nobody was promised anything: the changes stay pending and the next flush reports the failure.
      this.flush().catch(() => undefined);
    }, BACKGROUND_DELAY_MILLISECONDS).unref();
  }

  flush(): Promise<void> {
    if (this.#next) return this.#next;
    if (this.#pending.length === 0) return this.#writing;
    // Beginning behind a promise lets the current tick finish, so that its writes stay one group.
    const next = this.#writing
      .catch(() => undefined)
      .then(() => {
        this.#next = undefined;
        this.#writing = this.#writeGroup();
        return this.#writing;
      });
    this.#next = next;
    return next;
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearTimeout(this.#background);
    try {
      await this.flush();
    } finally {
      await this.#file.close();
    }
  }

  async #writeGroup(): Promise<void> {
    const group = this.#pending;
    this.#pending = [];
    this.#latestPut.clear();
    clearTimeout(this.#background);
    this.#background = undefined;
    try {
      if (this.#hasDebris) {
        await this.#file.truncate(this.#length);
        this.#hasDebris = false;
      }
      const frame = buildFrame(group);
      await this.#write(frame);
      await this.#file.datasync();
      this.#length += frame.length;
    } catch (error) {
      this.#hasDebris = true;
      this.#takeBack(group);
      throw new Error(
        `cannot write the journal: ${(error as Error).message}: nothing since the last success is durable`,
        {
          cause: error,
        },
      );
    }
  }

  async #write(frame: Buffer): Promise<void> {
    let written = 0;
    while (written < frame.length) {
      const { bytesWritten } = await this.#file.write(frame, written, frame.length - written, this.#length + written);
      written += bytesWritten;
    }
  }

  /** The tables still hold the changes of a failed write, so they come first in the next group. */
  #takeBack(group: Change[]): void {
    this.#pending = [...group, ...this.#pending];
    this.#latestPut.clear();
  }
}
