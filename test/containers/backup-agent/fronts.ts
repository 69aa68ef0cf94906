// Fronts of S3 and of a database: everything passes through them, so that a test can act at one moment of what an agent does.
import { once } from 'node:events';
import { createServer as createHttpServer, request as forward, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** `before` it reaches who it is for, `after` it was carried out and before the agent knows, or with a part of the answer on its way. */
export interface Moment {
  /** Of a request: method, last part of the path and query. Of a database: the text of a query. */
  readonly of: RegExp;
  readonly when: 'before' | 'after' | 'within';
}

export interface Front {
  readonly port: number;
  /** What is told of at the moment, once; nothing passes on from there. */
  arm(moment: Moment, act: () => void): void;
  /** As a host that is gone: what passes is broken, and nobody gets in. */
  cut(): void;
  mend(): void;
  close(): void;
}

/** `take` is given how to find what was armed; the server listens afterwards. */
async function openFront(
  server: Server,
  sockets: Set<Socket>,
  take: (armed: () => { readonly moment: Moment; act(): void } | undefined) => void,
): Promise<Front> {
  let armed: { readonly moment: Moment; act(): void } | undefined;
  let isCut = false;
  const breakAll = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    if (isCut) socket.destroy();
  });
  take(() => armed);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    arm(moment, act) {
      armed = {
        moment,
        act() {
          armed = undefined;
          act();
        },
      };
    },
    cut() {
      isCut = true;
      breakAll();
    },
    mend() {
      isCut = false;
    },
    close() {
      server.close();
      breakAll();
    },
  };
}

/** Of an HTTP server. */
export async function openHttpFront(target: string): Promise<Front> {
  const { hostname, port } = new URL(target);
  let find: () => { readonly moment: Moment; act(): void } | undefined = () => undefined;
  const server = createHttpServer((request, response) => {
    const text = describeRequest(request);
    const armed = find();
    const strikes = armed?.moment.of.test(text) ? armed : undefined;
    const strike = (): void => {
      request.socket.destroy();
      strikes?.act();
    };
    if (strikes?.moment.when === 'before') return strike();
    const { method = 'GET', url = '/', headers } = request;
    const passedOn = forward({ hostname, port, method, path: url, headers }, (answer) => {
      answer.on('error', () => response.destroy());
      if (strikes?.moment.when === 'after') {
        answer.resume();
        answer.on('end', strike);
        return;
      }
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      if (strikes === undefined) answer.pipe(response);
      else answer.once('data', (chunk: Buffer) => response.write(chunk.subarray(0, chunk.length / 2), strike));
    });
    passedOn.on('error', () => response.destroy());
    response.on('close', () => passedOn.destroy());
    request.pipe(passedOn);
  });
  return await openFront(server, new Set(), (armed) => {
    find = armed;
  });
}

function describeRequest({ method, url = '/' }: IncomingMessage): string {
  const { pathname, search } = new URL(url, 'http://front');
  return `${method} ${pathname.slice(pathname.lastIndexOf('/') + 1)}${search}`;
}

/** Of a PostgreSQL server, whose queries of one text are read as they pass. */
export async function openDatabaseFront(port: () => number): Promise<Front> {
  let find: () => { readonly moment: Moment; act(): void } | undefined = () => undefined;
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect({ host: '127.0.0.1', port: port(), noDelay: true });
    near.setNoDelay(true);
    far.on('error', () => near.destroy());
    far.on('close', () => near.destroy());
    near.on('close', () => far.destroy());
    let answerStrikes: (() => void) | undefined;
    near.on('data', (chunk: Buffer) => {
      const armed = find();
      if (armed?.moment.of.test(chunk.toString('latin1')) !== true) {
        far.write(chunk);
        return;
      }
      if (armed.moment.when === 'before') {
        near.destroy();
        armed.act();
        return;
      }
      answerStrikes = armed.act;
      far.write(chunk);
    });
    far.on('data', (chunk: Buffer) => {
      if (answerStrikes === undefined) {
        near.write(chunk);
        return;
      }
      near.destroy();
      answerStrikes();
    });
  });
  return await openFront(server, sockets, (armed) => {
    find = armed;
  });
}
