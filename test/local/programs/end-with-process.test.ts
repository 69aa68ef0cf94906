import { execFile } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';

const run = promisify(execFile);
const module = fileURLToPath(new URL('../../../local/programs/end-with-process.ts', import.meta.url));

/** Starts a server in a process that exits at once; gives the server's process id. */
async function startAndExit(afterwards: string): Promise<number> {
  const script = `
    import { spawn } from 'node:child_process';
    import { endWithProcess } from ${JSON.stringify(module)};
    const child = spawn('sleep', ['600'], { stdio: 'ignore' });
    console.log(child.pid);
    ${afterwards}
    process.exit(0);`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script]);
  return Number(stdout);
}

/** A process that has ended is in the table until its new parent has noticed. */
async function isRunning(pid: number): Promise<boolean> {
  const { stdout } = await run('ps', ['-o', 'stat=', '-p', String(pid)]).catch(() => ({ stdout: 'Z' }));
  return !stdout.startsWith('Z');
}

it('leaves no server behind when its process exits', async () => {
  const pid = await startAndExit('endWithProcess(child);');
  while (await isRunning(pid)) await delay(20);
});

it('would be left behind otherwise', async () => {
  const pid = await startAndExit('');
  expect(await isRunning(pid)).toBe(true);
  process.kill(pid, 'SIGKILL');
});
