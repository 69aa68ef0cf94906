// The other side of pg_dump's socket: a worker that holds a session with the server and answers one message after the other.
// pg_dump runs in WebAssembly and cannot wait for a network: it blocks on a shared flag while the worker does.
import { parentPort, workerData } from 'node:worker_threads';
import pg from 'pg';

const { flag, port, connection } = workerData;
const client = new pg.Client(connection);
await client.connect();
const { stream } = client.connection;
// The session is ours from here on, byte by byte.
stream.removeAllListeners('data');
const version = client.connection.parameterStatus?.server_version;
let waiting = false;
let chunks = [];

stream.on('data', (chunk) => {
  chunks.push(chunk);
  const received = chunks.length === 1 ? chunk : Buffer.concat(chunks);
  chunks = [received];
  if (waiting && isComplete(received)) answer(received);
});
stream.on('close', () => answer(Buffer.alloc(0)));

port.on('message', (message) => {
  const bytes = Buffer.from(message);
  // The startup of libpq: the session is open already, whoever opened it was asked for a password.
  if (bytes.length > 8 && bytes.readInt32BE(4) === 196_608) answer(greeting());
  else if (bytes[0] === 0x58) answer(Buffer.alloc(0));
  else {
    waiting = true;
    stream.write(bytes);
  }
});
parentPort.postMessage('ready');

function answer(bytes) {
  waiting = false;
  chunks = [];
  port.postMessage(bytes);
  Atomics.store(flag, 0, 1);
  Atomics.notify(flag, 0);
}

/** The last message is ReadyForQuery. */
function isComplete(bytes) {
  let at = 0;
  let last = 0;
  while (at + 5 <= bytes.length) {
    last = bytes[at];
    at += 1 + bytes.readInt32BE(at + 1);
  }
  return at === bytes.length && last === 0x5a;
}

function greeting() {
  const message = (type, body) => {
    const head = Buffer.alloc(5);
    head.write(type, 0);
    head.writeInt32BE(body.length + 4, 1);
    return Buffer.concat([head, body]);
  };
  const status = (name, value) => message('S', Buffer.from(`${name}\0${value}\0`));
  return Buffer.concat([
    message('R', Buffer.from([0, 0, 0, 0])),
    ...Object.entries({
      server_version: workerData.serverVersion ?? version,
      server_encoding: 'UTF8',
      client_encoding: 'UTF8',
      standard_conforming_strings: 'on',
      integer_datetimes: 'on',
      is_superuser: 'on',
    }).map(([name, value]) => status(name, value)),
    message('K', Buffer.alloc(8)),
    message('Z', Buffer.from('I')),
  ]);
}
