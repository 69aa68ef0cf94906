// The durable store: what was flushed is there after any crash, what was not is all there or not at all.
import { appendFile, mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { openJournalStore } from '../../../local/storage/journal-store.ts';

let directory: string;
let journal: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'store-'));
  journal = join(directory, 'journal');
});
afterEach(() => rm(directory, { recursive: true }));

async function contentsOf(where: string, name: string): Promise<[string, unknown][]> {
  const store = await openJournalStore(where);
  const contents = [...store.table(name).entries()];
  await store.close();
  return contents;
}

describe('journal store', () => {
  it('has after a reopening what was flushed, in the same order', async () => {
    const store = await openJournalStore(directory);
    const items = store.table<{ n: number }>('things/items');
    items.put('b', { n: 1 });
    items.put('a', { n: 2 });
    items.put('b', { n: 3 });
    items.put('gone', { n: 4 });
    items.delete('gone');
    await store.flush();
    await store.close();
    expect(await contentsOf(directory, 'things/items')).toEqual([
      ['b', { n: 3 }],
      ['a', { n: 2 }],
    ]);
  });

  it('finds flushed writes even when the process never closed the store', async () => {
    const store = await openJournalStore(directory);
    store.table('t').put('k', 'v');
    await store.flush();
    expect(await contentsOf(directory, 't')).toEqual([['k', 'v']]);
    await store.close();
  });

  it('writes in the background what nobody flushes', async () => {
    const store = await openJournalStore(directory);
    const before = (await stat(journal)).size;
    store.table('t').put('k', 'v');
    while ((await stat(journal)).size === before) await new Promise((resolve) => setImmediate(resolve));
    await store.close();
  });

  it('answers keys with a prefix in lexicographic order while keys come and go', async () => {
    const store = await openJournalStore(directory);
    const table = store.table<number>('t');
    for (const key of ['b/2', 'a/1', 'b/1', 'c']) table.put(key, 1);
    expect(table.keysWithPrefix('b/')).toEqual(['b/1', 'b/2']);
    table.put('b/0', 1);
    table.delete('b/1');
    expect(table.keysWithPrefix('b/')).toEqual(['b/0', 'b/2']);
    expect(table.keysWithPrefix('')).toEqual(['a/1', 'b/0', 'b/2', 'c']);
    expect(table.keysWithPrefix('d')).toEqual([]);
    expect(table.keysBetween('b', 'b/2')).toEqual(['b/0']);
    expect(table.keysBetween('b/0', 'z')).toEqual(['b/0', 'b/2', 'c']);
    expect(table.keysBetween('d', 'a')).toEqual([]);
    await store.close();
  });

  it.each([1, 2, 7, 8, 9, 64, 512])(
    'starts on a journal cut short by %i bytes, with every earlier group whole',
    async (cut) => {
      const store = await openJournalStore(directory);
      const table = store.table<number>('t');
      for (let group = 0; group < 40; group += 1) {
        table.put(`left/${group}`, group);
        table.put(`right/${group}`, group);
        await store.flush();
      }
      await store.close();
      await truncate(journal, (await stat(journal)).size - cut);
      const reopened = await openJournalStore(directory);
      const left = reopened.table('t').keysWithPrefix('left/');
      expect(reopened.tornTailBytes).toBeGreaterThan(0);
      expect(left.length).toBeGreaterThanOrEqual(40 - Math.ceil(cut / 40) - 1);
      expect(left.length).toBeLessThan(40);
      expect(
        reopened
          .table('t')
          .keysWithPrefix('right/')
          .map((key) => key.slice(6)),
      ).toEqual(left.map((key) => key.slice(5)));
      reopened.table('t').put('after', 1);
      await reopened.close();
      const again = await openJournalStore(directory);
      expect(again.tornTailBytes).toBe(0);
      expect(again.table('t').has('after')).toBe(true);
      await again.close();
    },
  );

  it('keeps the writes of one tick together wherever the journal is cut', async () => {
    const store = await openJournalStore(directory);
    const table = store.table<number>('t');
    let flushed: Promise<void> | undefined;
    for (let n = 0; n < 20; n += 1) {
      table.put(`k${n}`, n);
      if (n === 3) flushed = store.flush();
    }
    await flushed;
    await store.close();
    await truncate(journal, (await stat(journal)).size - 1);
    expect(await contentsOf(directory, 't')).toEqual([]);
  });

  it('refuses a journal that is damaged in the middle and names the place', async () => {
    const store = await openJournalStore(directory);
    for (const key of ['a', 'b', 'c']) {
      store.table('t').put(key, 'value');
      await store.flush();
    }
    await store.close();
    const bytes = await readFile(journal);
    bytes[20] = (bytes[20] as number) ^ 0xff;
    await writeFile(journal, bytes);
    await expect(openJournalStore(directory)).rejects.toThrow(/damaged at byte 8/);
  });

  it('refuses a file that is no journal', async () => {
    await writeFile(journal, 'something else altogether');
    await expect(openJournalStore(directory)).rejects.toThrow(/not a journal/);
  });

  it('drops zeros that a crash left at the end of the file', async () => {
    const store = await openJournalStore(directory);
    store.table('t').put('k', 'v');
    await store.close();
    await appendFile(journal, Buffer.alloc(300));
    expect(await contentsOf(directory, 't')).toEqual([['k', 'v']]);
  });

  it('shrinks at the next start to the live data when most of the journal is history', async () => {
    const store = await openJournalStore(directory);
    const table = store.table<string>('t');
    for (let n = 0; n < 40; n += 1) {
      table.put('same', 'x'.repeat(50_000) + n);
      await store.flush();
    }
    await store.close();
    expect((await stat(journal)).size).toBeGreaterThan(2_000_000);
    expect(await contentsOf(directory, 't')).toEqual([['same', `${'x'.repeat(50_000)}39`]]);
    expect((await stat(journal)).size).toBeLessThan(60_000);
    expect(await contentsOf(directory, 't')).toHaveLength(1);
  });

  it('refuses to acknowledge on a full disk and goes on when there is space again', async () => {
    const store = await openJournalStore(directory);
    store.table('t').put('first', 1);
    await store.flush();
    const { FileHandle } = await fileHandlePrototype(journal);
    const write = jest.spyOn(FileHandle, 'write').mockImplementationOnce(() => {
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    });
    store.table('t').put('second', 2);
    await expect(store.flush()).rejects.toThrow(/ENOSPC/);
    write.mockRestore();
    store.table('t').put('third', 3);
    await store.flush();
    await store.close();
    expect(await contentsOf(directory, 't')).toEqual([
      ['first', 1],
      ['second', 2],
      ['third', 3],
    ]);
  });

  it('syncs far fewer times than it is asked to when many wait at once', async () => {
    const store = await openJournalStore(directory);
    const { FileHandle } = await fileHandlePrototype(journal);
    const datasync = jest.spyOn(FileHandle, 'datasync');
    const table = store.table<number>('t');
    await Promise.all(
      Array.from({ length: 200 }, async (_, n) => {
        table.put(`k${n}`, n);
        await store.flush();
      }),
    );
    expect(datasync.mock.calls.length).toBeLessThanOrEqual(2);
    datasync.mockRestore();
    await store.close();
  });

  it('is after any sequence of puts and deletes and reopenings what a map would be', async () => {
    const change = fc.record({
      key: fc.constantFrom('a', 'b', 'c'),
      value: fc.option(fc.jsonValue()),
      flush: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(change), { maxLength: 4 }), async (runs) => {
        const where = await mkdtemp(join(directory, 'run-'));
        const expected = new Map<string, unknown>();
        for (const run of runs) {
          const store = await openJournalStore(where);
          for (const { key, value, flush } of run) {
            if (value === null) {
              store.table('t').delete(key);
              expected.delete(key);
            } else {
              store.table('t').put(key, value);
              expected.set(key, value);
            }
            if (flush) await store.flush();
          }
          await store.close();
        }
        expect(JSON.stringify(await contentsOf(where, 't'))).toBe(JSON.stringify([...expected]));
      }),
      { numRuns: 30 },
    );
  });
});

/** The methods that every file handle shares, so that a test can fail a write like a full disk does. */
async function fileHandlePrototype(path: string) {
  const { open } = await import('node:fs/promises');
  const handle = await open(path);
  const FileHandle = Object.getPrototypeOf(handle) as typeof handle;
  await handle.close();
  return { FileHandle };
}
