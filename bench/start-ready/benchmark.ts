// How long the second `npm start` takes until the system is ready: everything installed, state from a first run on disk.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Benchmark } from '../benchmark.ts';
import { buildFigure, median } from '../compare.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const aimSeconds = 10;
const patienceMilliseconds = 120_000;
/** The endpoint's port and those that follow it. */
const portCount = 5;

export const startReady: Benchmark = {
  name: 'start-ready',
  async *run({ isQuick, progress, afterwards }) {
    const state = mkdtempSync(join(tmpdir(), 'bench-start-'));
    afterwards(() => rmSync(state, { recursive: true, force: true }));
    progress(`first start, which is not counted: ${(await measureStart(state)).toFixed(1)} s`);
    const seconds: number[] = [];
    for (let round = 0; round < (isQuick ? 1 : 5); round += 1) seconds.push(await measureStart(state));
    yield buildFigure({
      name: 'start-ready',
      value: median(seconds),
      unit: 's',
      aim: `< ${aimSeconds} s`,
      isMet: () => median(seconds) < aimSeconds,
    });
  },
};

/** Seconds from the command to the line that says that the system is ready; then it is stopped as with Ctrl-C. */
async function measureStart(state: string): Promise<number> {
  const port = await findFreePorts();
  const startedAt = performance.now();
  const child = spawn(
    'npm',
    ['start', '--silent', '--', '--exit', '--state', state, '--port', String(port)],
    // A group of its own: npm does not hand signals on to what it started.
    { cwd: root, detached: true, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  let output = '';
  try {
    return await new Promise<number>((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`npm start was not ready in time:\n${output}`)),
        patienceMilliseconds,
      );
      const read = (chunk: Buffer) => {
        output += chunk;
        if (!/ready at http/.test(output)) return;
        clearTimeout(timer);
        resolve((performance.now() - startedAt) / 1000);
      };
      child.stdout.on('data', read);
      child.stderr.on('data', read);
      child.once('error', reject);
      child.once('close', () => {
        clearTimeout(timer);
        reject(new Error(`npm start ended before it was ready:\n${output}`));
      });
    });
  } finally {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGINT');
    // The state is locked until the last process of the group is gone.
    if (child.pid !== undefined) await waitUntilGone(child.pid);
    await closed;
  }
}

/** @throws Error with what is left of the group after all patience, which is then killed. */
async function waitUntilGone(group: number): Promise<void> {
  const deadline = performance.now() + patienceMilliseconds;
  while (isAlive(group)) {
    if (performance.now() > deadline) {
      const { stdout } = spawnSync('ps', ['-o', 'pid=,args=', '--no-headers', '-g', String(group)], {
        encoding: 'utf8',
      });
      process.kill(-group, 'SIGKILL');
      throw new Error(`npm start was interrupted and left behind:\n${stdout}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function isAlive(group: number): boolean {
  try {
    return process.kill(-group, 0);
  } catch {
    return false;
  }
}

/** The first of a row of ports that are all free. */
async function findFreePorts(): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const first = 20_000 + Math.floor(Math.random() * 10_000);
    const free = await Promise.all(Array.from({ length: portCount }, (_, offset) => isFree(first + offset)));
    if (free.every(Boolean)) return first;
  }
  throw new Error(`found no ${portCount} free ports in a row`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
