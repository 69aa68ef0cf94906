// Two sockets that are connected with each other: one to keep, one for another process.
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Nothing of what arrives at the end for the other process is read here. */
export async function openSocketPair(): Promise<{ readonly here: Socket; readonly there: Socket }> {
  // A folder that only this user enters, and that is gone at once.
  const folder = mkdtempSync(join(tmpdir(), 'channel-'));
  const server = createServer();
  try {
    server.listen(join(folder, 'socket'));
    await once(server, 'listening');
    // Paused before it is connected, it never begins to read. It is the end that connects because Node keeps account of those that
    // a server accepted for as long as the process lives that they are sent to.
    const there = connect(join(folder, 'socket')).pause();
    const [[here]] = (await Promise.all([once(server, 'connection'), once(there, 'connect')])) as [[Socket], unknown];
    return { here, there };
  } finally {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
