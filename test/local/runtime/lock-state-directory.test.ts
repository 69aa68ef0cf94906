// Two runtimes never share a state directory; a dead one does not keep it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { lockStateDirectory } from '../../../local/runtime/lock-state-directory.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'lock-'));
});
afterEach(() => rm(directory, { recursive: true }));

/** As a process that was killed leaves it behind. */
async function leaveLock(name: string): Promise<void> {
  await mkdir(join(directory, 'lock'));
  await writeFile(join(directory, 'lock', name), '');
}

describe('state lock', () => {
  it('is held until it is released, and names who holds it', async () => {
    const lock = await lockStateDirectory(directory);
    await expect(lockStateDirectory(directory)).rejects.toThrow(`process ${process.pid} is running on ${directory}`);
    await lock.release();
    await (await lockStateDirectory(directory)).release();
    expect(await readdir(directory)).toEqual([]);
  });

  it('is taken over from a process that was killed', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    await leaveLock(`${child.pid}-unknown`);
    await expect(lockStateDirectory(directory)).rejects.toThrow(`process ${child.pid}`);
    child.kill('SIGKILL');
    await once(child, 'exit');
    await (await lockStateDirectory(directory)).release();
  });

  it('is taken over from an earlier process of the same number', async () => {
    await leaveLock(`${process.pid}-1`);
    await (await lockStateDirectory(directory)).release();
  });

  it.each(['no holder at all', ''])('is taken over from what says nothing of its holder (%j)', async (name) => {
    if (name === '') await writeFile(join(directory, 'lock'), '{"pid":1}');
    else await leaveLock(name);
    await (await lockStateDirectory(directory)).release();
    expect(await readdir(directory)).toEqual([]);
  });

  it('goes to exactly one of many that want it at once', async () => {
    await leaveLock(`${process.pid}-1`);
    const module = new URL('../../../local/runtime/lock-state-directory.ts', import.meta.url).href;
    const script = `
      const { lockStateDirectory } = await import(${JSON.stringify(module)});
      process.stdout.write('loaded ');
      await new Promise((resolve) => process.stdin.once('data', resolve));
      const answer = await lockStateDirectory(${JSON.stringify(directory)}).then(() => 'locked', () => 'refused');
      process.stdout.write(answer);
      await new Promise((resolve) => process.stdin.once('data', resolve));
      process.exit();`;
    const children = Array.from({ length: 6 }, () => spawn(process.execPath, ['--input-type=module', '-e', script]));
    const hear = () => Promise.all(children.map(async (child) => String((await once(child.stdout, 'data'))[0])));
    await hear();
    const answers = hear();
    for (const child of children) child.stdin.write('go');
    expect((await answers).sort()).toEqual(['locked', ...Array(5).fill('refused')]);
    for (const child of children) child.stdin.write('end');
    await Promise.all(children.map((child) => once(child, 'exit')));
  }, 240_000);
});
