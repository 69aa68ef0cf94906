// Keeps two runtimes from sharing a state directory.
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

const TAKEOVER_MILLISECONDS = 2_000;

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

/** Only one process at a time may look at a stale lock and remove it: else one could remove another's fresh one. */
async function removeStale(path: string, directory: string): Promise<void> {
  const mutex = `${path}.takeover`;
  await acquire(mutex);
  try {
    const holder = await readHolder(path);
    if (holder && (await isRunning(holder))) throw heldBy(holder.pid, path, directory);
    await rm(path, { force: true });
  } finally {
    await rm(mutex, { recursive: true, force: true });
  }
}

/** A mutex is held for a moment only: one that stays is of a process that died in that moment. */
async function acquire(mutex: string): Promise<void> {
  for (const givesUpAt = Date.now() + TAKEOVER_MILLISECONDS; ; ) {
    try {
      await mkdir(mutex);
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      if (Date.now() > givesUpAt) return;
      await setTimeout(5);
    }
  }
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
