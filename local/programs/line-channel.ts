// Messages over a socket: each a line of JSON.
import type { Socket } from 'node:net';

export interface LineChannel {
  /** Without effect once the other side is gone. */
  send(message: object): void;
  /** Resolves when everything has arrived that ever will. */
  readonly closed: Promise<void>;
}

/** `receive` is given the messages in their order. */
export function openLineChannel<Message>(socket: Socket, receive: (message: Message) => void): LineChannel {
  let rest = '';
  socket.setEncoding('utf8');
  socket.on('data', (text: string) => {
    const lines = text.split('\n');
    const last = lines.pop() as string;
    for (const line of lines) {
      const whole = rest + line;
      rest = '';
      receive(JSON.parse(whole) as Message);
    }
    rest += last;
  });
  // A side that is gone shows by the close.
  socket.on('error', () => undefined);
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  return { send: (message) => void socket.write(`${JSON.stringify(message)}\n`), closed };
}
