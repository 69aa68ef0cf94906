// The channel to the runtime: a socket that the process was started with, a line of JSON for each message.
import { Socket } from 'node:net';

/** The descriptor that the runtime gives it. */
const descriptor = 3;

/** The process ends with the runtime. */
export function openChannel() {
  const socket = new Socket({ fd: descriptor, readable: true, writable: true });
  socket.setEncoding('utf8');
  socket.on('error', () => undefined);
  socket.on('close', () => process.exit(0));
  return {
    /** `done` is called when the message is on its way, whatever becomes of this process. */
    send(message, done) {
      socket.write(`${JSON.stringify(message)}\n`, done);
    },
    receive(handle) {
      let rest = '';
      socket.on('data', (text) => {
        const lines = text.split('\n');
        const last = lines.pop();
        for (const line of lines) {
          const whole = rest + line;
          rest = '';
          handle(JSON.parse(whole));
        }
        rest += last;
      });
    },
  };
}
