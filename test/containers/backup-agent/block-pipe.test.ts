// A program's output through blocks that are used again: every byte once, in order, however fast who reads is.
import { expect, it } from '@jest/globals';
import { openBlockPipe } from '../../../containers/backup-agent/postgres/block-pipe.ts';
import { startProgram } from '../../../containers/backup-agent/postgres/program.ts';

async function read(script: string, delay: () => Promise<void>) {
  const pipe = await openBlockPipe(10_000);
  const program = startProgram('sh', ['-c', script], { binaries: undefined, inlet: pipe.inlet });
  const memory = new Set<ArrayBufferLike>();
  let text = '';
  for await (const block of pipe.blocks()) {
    memory.add(block.buffer);
    // What is written meanwhile must not change what is being read.
    await delay();
    text += block.toString();
  }
  await program.done;
  pipe.close();
  return { text, blocks: memory.size };
}
const lines = (last: number): string => Array.from({ length: last }, (_, index) => `${index + 1}\n`).join('');

it.each([
  ['at once', async () => undefined],
  ['slowly', () => new Promise<void>((resolve) => setImmediate(resolve))],
])('gives all of it to who reads %s, in three blocks of memory', async (_, delay) => {
  const { text, blocks } = await read('seq 1 60000', delay);
  expect(text === lines(60_000)).toBe(true);
  expect(blocks).toBeLessThanOrEqual(3);
});

it('ends with nothing when nothing was written, and keeps what does not fill a block', async () => {
  expect((await read('exit 0', async () => undefined)).text).toBe('');
  expect((await read('printf PGDMP', async () => undefined)).text).toBe('PGDMP');
});
