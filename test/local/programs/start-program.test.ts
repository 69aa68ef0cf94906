import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';
import { openLineChannel } from '../../../local/programs/line-channel.ts';
import { type ProgramStart, startProgram, startProgramWithChannel } from '../../../local/programs/start-program.ts';

const environment = { PATH: process.env.PATH ?? '' };
const shell = (script: string): ProgramStart => ({ program: 'sh', args: ['-c', script], environment });
const ignore = () => undefined;

/** The first line that a program prints. */
function startAndRead(start: ProgramStart) {
  let text = '';
  let tell: (line: string) => void = ignore;
  const line = new Promise<string>((resolve) => {
    tell = resolve;
  });
  const program = startProgram(start, (chunk) => {
    text += chunk.toString();
    if (text.includes('\n')) tell(text.slice(0, text.indexOf('\n')));
  });
  return { program, line };
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function waitUntilGone(pid: number): Promise<void> {
  for (const until = Date.now() + 120_000; isAlive(pid); ) {
    if (Date.now() > until) throw new Error(`process ${pid} is still there after two minutes`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

it('tells what a program prints before it tells its end', async () => {
  const seen: string[] = [];
  const { ended } = startProgram(shell('echo out; echo bad >&2; exit 3'), (chunk) => seen.push(chunk.toString()));
  expect(await ended).toEqual({ code: 3, signal: null });
  expect(seen.sort()).toEqual(['bad\n', 'out\n']);
});

it('starts it where it is asked to, with its environment and nothing else', async () => {
  const { program, line } = startAndRead({ ...shell('echo $(pwd) $(env | grep -c NODE_)'), workingDirectory: '/' });
  expect(await line).toBe('/ 0');
  await program.ended;
});

it('says what could not be started', async () => {
  const { ended } = startProgram({ program: 'no-such-program', args: [], environment }, ignore);
  expect((await ended).error).toMatch(/ENOENT/);
});

it('passes on a signal that is sent before it runs', async () => {
  const { ended, kill } = startProgram({ program: 'sleep', args: ['600'], environment }, ignore);
  kill('SIGTERM');
  expect(await ended).toEqual({ code: null, signal: 'SIGTERM' });
  kill('SIGKILL');
});

it('signals what the leader of a group has started too', async () => {
  const { program, line } = startAndRead({ ...shell('sleep 600 & echo $!; wait'), leadsGroup: true });
  const child = Number(await line);
  program.kill('SIGKILL');
  expect(await program.ended).toEqual({ code: null, signal: 'SIGKILL' });
  await waitUntilGone(child);
});

it('has a channel to it, which tells its last words before its end is acted on', async () => {
  const script = `
    const { Socket } = require('node:net');
    const socket = new Socket({ fd: 3 });
    let text = '';
    socket.setEncoding('utf8').on('data', (chunk) => {
      text += chunk;
      if (text.endsWith('\\n')) socket.write(text.repeat(2), () => process.exit(7));
    });`;
  const { channel, ended } = await startProgramWithChannel(
    { program: process.execPath, args: ['--eval', script], environment },
    ignore,
  );
  const heard: { words: string }[] = [];
  const { send, closed } = openLineChannel<{ words: string }>(channel, (message) => heard.push(message));
  const words = `two\nlines ${'ä'.repeat(50_000)}`;
  send({ words });
  expect((await ended).code).toBe(7);
  await closed;
  expect(heard.map((message) => message.words === words)).toEqual([true, true]);
});

it('ends a program whose starting process dies', async () => {
  const { program, line } = startAndRead(shell('echo $$ $PPID; exec sleep 600'));
  const [own = 0, parent = 0] = (await line).split(' ').map(Number);
  process.kill(parent, 'SIGKILL');
  expect(await program.ended).toMatchObject({
    signal: 'SIGKILL',
    error: expect.stringContaining('ended with SIGKILL'),
  });
  await waitUntilGone(own);
});

it('leaves nothing behind when the process that asked is killed', async () => {
  const module = fileURLToPath(new URL('../../../local/programs/start-program.ts', import.meta.url));
  const script = `
    import { startProgram } from ${JSON.stringify(module)};
    startProgram({ program: 'sh', args: ['-c', 'sleep 600 & echo $$ $!; wait'], environment: { PATH: process.env.PATH },
      leadsGroup: true }, (chunk) => process.stdout.write(chunk));`;
  const { NODE_OPTIONS: _, ...env } = process.env;
  const asker = spawn(process.execPath, ['--input-type=module', '--eval', script], { env, stdio: 'pipe' });
  const [chunk] = (await once(asker.stdout, 'data')) as [Buffer];
  asker.kill('SIGKILL');
  for (const pid of chunk.toString().split(' ')) await waitUntilGone(Number(pid));
});
