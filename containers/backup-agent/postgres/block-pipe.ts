// A pipe whose reader fills the same few blocks again and again. A buffer of its own for each piece, as streams have it, makes the
// garbage collector work as hard as the compressor at a gigabyte.
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface BlockPipe {
  /** The end that a program writes to, as its standard output. To be destroyed here as soon as the program has it. */
  readonly inlet: Socket;
  /** What was written, in blocks; each is filled anew once the next one is asked for. Ends when nobody holds the inlet any more. */
  blocks(): AsyncGenerator<Buffer, void, undefined>;
  close(): void;
}

/** One is read, one waits, one is being filled. */
const blocksInAll = 3;

export async function openBlockPipe(blockBytes: number): Promise<BlockPipe> {
  const free: Buffer[] = Array.from({ length: blocksInAll }, () => Buffer.allocUnsafeSlow(blockBytes));
  let filling = free.pop() as Buffer;
  let filled = 0;
  const ready: { readonly block: Buffer; readonly bytes: number }[] = [];
  let hasEnded = false;
  let failure: Error | undefined;
  let wake: () => void = () => undefined;

  const { inlet, outlet } = await openSockets({
    buffer: () => filling.subarray(filled),
    callback(bytes) {
      filled += bytes;
      if (filled < blockBytes) return true;
      ready.push({ block: filling, bytes: filled });
      filling = free.pop() as Buffer;
      filled = 0;
      wake();
      // Without another one to go on with, nothing more is read: the program waits.
      return free.length > 0;
    },
  });
  outlet.on('error', (error) => {
    failure = error;
  });
  outlet.on('close', () => {
    if (filled > 0) ready.push({ block: filling, bytes: filled });
    hasEnded = true;
    wake();
  });

  return {
    inlet,
    async *blocks() {
      for (;;) {
        while (ready.length === 0 && !hasEnded)
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        if (failure !== undefined) throw failure;
        const next = ready.shift();
        if (next === undefined) return;
        yield next.block.subarray(0, next.bytes);
        free.push(next.block);
        outlet.resume();
      }
    },
    close() {
      inlet.destroy();
      outlet.destroy();
    },
  };
}

/** Both ends of a socket in a folder that only this user enters, and that is gone at once. */
async function openSockets(onread: {
  readonly buffer: () => Buffer;
  readonly callback: (bytes: number) => boolean;
}): Promise<{ readonly inlet: Socket; readonly outlet: Socket }> {
  const folder = mkdtempSync(join(tmpdir(), 'pipe-'));
  const server = createServer({ pauseOnConnect: true });
  try {
    server.listen(join(folder, 'socket'));
    await once(server, 'listening');
    const outlet = connect({ path: join(folder, 'socket'), onread });
    const [inlet] = (await once(server, 'connection')) as [Socket];
    return { inlet, outlet };
  } finally {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
