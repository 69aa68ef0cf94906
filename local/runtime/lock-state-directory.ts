// Keeps two runtimes from sharing a state directory.
import { mkdir, readdir, readFile, rename, rm, rmdir, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface StateLock {
  release(): Promise<void>;
}

/**
 * Locks the directory for this process, creating it when missing. A lock whose process is gone (kill -9) is taken over.
 * Rejects when a running process holds it.
 *
 * The lock is a folder with one file that is named after its holder. Renaming a folder over another is atomic and goes through only while
 * that one is empty; a dead holder is removed by its own name. So nobody removes what another one has just taken, however slow it is.
 */
export async function lockStateDirectory(directory: string): Promise<StateLock> {
  await mkdir(directory, { recursive: true });
  const path = join(directory, 'lock');
  const own = join(directory, `lock.${process.pid}`);
  const name = `${process.pid}-${(await findStartTime(process.pid)) ?? 'unknown'}`;
  await rm(own, { recursive: true, force: true });
  await mkdir(own);
  await writeFile(join(own, name), '');
  try {
    while (!(await tryRename(own, path))) await removeDead(path, directory);
  } finally {
    await rm(own, { recursive: true, force: true });
  }
  return {
    async release() {
      await unlink(join(path, name)).catch(ignoreMissing);
      // Whoever is faster has it already, and then it is not empty.
      await rmdir(path).catch(() => undefined);
    },
  };
}

async function tryRename(own: string, path: string): Promise<boolean> {
  try {
    await rename(own, path);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOTEMPTY' || code === 'EEXIST') return false;
    if (code !== 'ENOTDIR') throw error;
    // Left by an earlier version; a folder that has come since then is not removed by this.
    await unlink(path).catch(() => undefined);
    return false;
  }
}

async function removeDead(path: string, directory: string): Promise<void> {
  for (const name of await readdir(path).catch(ignoreMissing)) {
    const [pid = Number.NaN, startedAt = 'unknown'] = readHolder(name);
    if (await isRunning(pid, startedAt)) throw heldBy(pid, path, directory);
    await unlink(join(path, name)).catch(ignoreMissing);
  }
}

function readHolder(name: string): [number, string] | [] {
  const [, pid, startedAt] = /^(\d+)-(\w+)$/.exec(name) ?? [];
  return pid === undefined || startedAt === undefined ? [] : [Number(pid), startedAt];
}

function ignoreMissing(error: NodeJS.ErrnoException): [] {
  if (error.code === 'ENOENT') return [];
  throw error;
}

/** A process of the same number that started at another time is another one. */
async function isRunning(pid: number, startedAt: string): Promise<boolean> {
  if (Number.isNaN(pid)) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const now = await findStartTime(pid);
  return startedAt === 'unknown' || now === undefined || now === startedAt;
}

/** Clock ticks from boot to the start of the process, where the system tells (Linux). */
async function findStartTime(pid: number): Promise<string | undefined> {
  try {
    const status = await readFile(`/proc/${pid}/stat`, 'utf8');
    return status.slice(status.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

function heldBy(pid: number, path: string, directory: string): Error {
  return new Error(
    `process ${pid} is running on ${directory}: stop it, or choose another state directory (its lock is ${path})`,
  );
}
