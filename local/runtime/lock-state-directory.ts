// Keeps two runtimes from sharing a state directory.
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface StateLock {
  release(): Promise<void>;
}

/**
 * Locks the directory for this process, creating it when missing. A lock whose process is gone (kill -9) is taken over.
 * Rejects when a running process holds it.
 */
export async function lockStateDirectory(directory: string): Promise<StateLock> {
  await mkdir(directory, { recursive: true });
  const path = join(directory, 'lock');
  const own = `${path}.${process.pid}`;
  await writeFile(own, JSON.stringify({ pid: process.pid, startedAt: await findStartTime(process.pid) }));
  try {
    while (!(await tryLink(own, path))) await removeStale(path, directory);
  } finally {
    await rm(own, { force: true });
  }
  return { release: () => rm(path, { force: true }) };
}

/** Linking is atomic: of two processes only one gets the name. */
async function tryLink(own: string, path: string): Promise<boolean> {
  try {
    await link(own, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function removeStale(path: string, directory: string): Promise<void> {
  const holder = await readHolder(path);
  if (holder && (await isRunning(holder))) throw heldBy(holder.pid, path, directory);
  // Moved aside and looked at again: somebody else may have taken the stale lock over in between.
  const aside = `${path}.stale.${process.pid}`;
  await rename(path, aside).catch(ignoreMissing);
  const moved = await readHolder(aside);
  if (moved && (await isRunning(moved))) {
    await link(aside, path).catch(() => undefined);
    await rm(aside, { force: true });
    throw heldBy(moved.pid, path, directory);
  }
  await rm(aside, { force: true });
}

interface Holder {
  readonly pid: number;
  readonly startedAt?: string;
}

async function readHolder(path: string): Promise<Holder | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Holder;
  } catch {
    return undefined;
  }
}

/** A process of the same number that started at another time is another one. */
async function isRunning({ pid, startedAt }: Holder): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  return startedAt === undefined || (await findStartTime(pid)) === startedAt;
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

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
