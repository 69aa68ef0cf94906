import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';
import { runProgram } from '../../../local/programs/run-program.ts';

const environment = { PATH: process.env.PATH ?? '', ONLY: 'this' };
const shell = (script: string, input?: string | Uint8Array) =>
  runProgram({ program: 'sh', args: ['-c', script], environment, ...(input !== undefined && { input }) });

it('gives what was printed, byte for byte, and the exit code', async () => {
  const bytes = Uint8Array.from({ length: 300_000 }, (_, index) => index % 256);
  const { exitCode, stdout, stderr } = await shell('cat; echo bad >&2; exit 3', bytes);
  expect(stdout.equals(bytes)).toBe(true);
  expect({ exitCode, stderr }).toEqual({ exitCode: 3, stderr: 'bad\n' });
});

it('gives the program its environment and nothing else', async () => {
  const { stdout } = await shell('env');
  expect(stdout.toString()).toMatch(/^ONLY=this$/m);
  expect(stdout.toString()).not.toMatch(/^(HOME|NODE_OPTIONS|NODE_CHANNEL_FD)=/m);
});

it('runs many at once, each with its own answer', async () => {
  const all = await Promise.all(Array.from({ length: 30 }, (_, n) => shell(`read line; echo ${n} $line`, `${n}\n`)));
  expect(all.map(({ stdout }) => stdout.toString())).toEqual(all.map((_, n) => `${n} ${n}\n`));
});

it('says what could not be started, and goes on', async () => {
  await expect(runProgram({ program: 'no-such-program', args: [], environment })).rejects.toThrow(/ENOENT/);
  expect((await shell('echo well')).stdout.toString()).toBe('well\n');
});

it('does not mind a program that reads nothing of its input', async () => {
  const { exitCode } = await shell('exit 0', new Uint8Array(1 << 20));
  expect(exitCode).toBe(0);
});

it('ends a program that takes longer than it may', async () => {
  const call = { program: 'sleep', args: ['600'], environment, timeoutMilliseconds: 50 };
  expect(await runProgram(call)).toMatchObject({ exitCode: null });
});

it('rejects what is under way when the starting process dies, and starts another', async () => {
  const killed = shell('kill -9 $PPID; sleep 1');
  await expect(killed).rejects.toThrow('the process that starts programs ended with SIGKILL');
  expect((await shell('echo again')).stdout.toString()).toBe('again\n');
});

it('rejects all that is asked of a starting process that is dead, before anybody has heard of it', async () => {
  process.kill(Number((await shell('echo $PPID')).stdout), 'SIGKILL');
  // Nothing is heard here meanwhile.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
  const results = await Promise.allSettled([shell('echo a'), shell('echo b')]);
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect((await shell('echo again')).stdout.toString()).toBe('again\n');
});

it('keeps nobody alive who waits for nothing', async () => {
  const module = fileURLToPath(new URL('../../../local/programs/run-program.ts', import.meta.url));
  // The time after which an idle starter is let go never comes here.
  const script = `
    import { runProgram } from ${JSON.stringify(module)};
    const start = globalThis.setTimeout;
    globalThis.setTimeout = (callback) => start(callback, 86_400_000);
    const { stdout } = await runProgram({ program: 'echo', args: ['done'], environment: { PATH: process.env.PATH } });
    process.stdout.write(stdout);`;
  const { NODE_OPTIONS: _, ...env } = process.env;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script], { env });
  expect(stdout).toBe('done\n');
});
