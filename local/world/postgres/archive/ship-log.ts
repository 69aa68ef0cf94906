// Ships the segments that a server has archived into the store, in their order, and forgets them here once they are there.
import { type FSWatcher, watch } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import type { ArchiveStore } from './archive-store.ts';

export interface LogShipping {
  /** Resolves when the segment of that name is in the store. */
  shipped(name: string): Promise<void>;
  stop(): Promise<void>;
}

const compress = promisify(gzip);
const pattern = /^[0-9A-F]{24}(\.[0-9A-F]{8}\.backup)?$|^[0-9A-F]{8}\.history$/;
const retryMilliseconds = 2_000;

/** What an earlier run left is shipped first. A store that is away is tried again until the shipping is stopped. */
export function shipLog(
  directory: string,
  store: ArchiveStore,
  onFailure: (name: string, error: Error) => void,
): LogShipping {
  const done = new Set<string>();
  const waiting = new Map<string, (() => void)[]>();
  let [isStopped, isDirty] = [false, false];
  let running: Promise<void> | undefined;
  let retry: NodeJS.Timeout | undefined;
  const ship = async (): Promise<void> => {
    const names = (await readdir(directory)).filter((name) => pattern.test(name)).sort();
    for (const name of names) {
      if (isStopped) return;
      const file = join(directory, name);
      await store.put(keyOf(name), await compress(await readFile(file), { level: constants.Z_BEST_SPEED }));
      await rm(file);
      done.add(name);
      for (const resolve of waiting.get(name) ?? []) resolve();
      waiting.delete(name);
    }
  };
  const look = (): void => {
    isDirty = true;
    running ??= (async () => {
      while (isDirty && !isStopped) {
        isDirty = false;
        await ship().catch((error: Error) => {
          onFailure(directory, error);
          if (!isStopped) retry = setTimeout(look, retryMilliseconds);
        });
      }
      running = undefined;
    })();
  };
  const watcher: FSWatcher = watch(directory, look);
  watcher.on('error', () => undefined);
  look();
  return {
    async shipped(name) {
      if (done.has(name)) return;
      await new Promise<void>((resolve) => waiting.set(name, [...(waiting.get(name) ?? []), resolve]));
    },
    async stop() {
      isStopped = true;
      watcher.close();
      clearTimeout(retry);
      await running;
    },
  };
}

/** As Barman Cloud lays them out: below the timeline and the log; a history stands by itself. */
function keyOf(name: string): string {
  return name.endsWith('.history') ? `wals/${name}.gz` : `wals/${name.slice(0, 16)}/${name}.gz`;
}
