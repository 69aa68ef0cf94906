// A database of the platform: its address is known from the start, its server runs from the first connection on.
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { Client } from 'pg';
import { type ArchivedServer, archiveDatabase, type DatabaseArchive } from './archive/archive-database.ts';
import { seedDatabase } from './seed-database.ts';
import { type PostgresServer, startServer } from './server.ts';

export interface DatabaseAddress {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

export interface Database extends DatabaseAddress {
  /** Starts the server, if nobody has yet. */
  start(): Promise<PostgresServer>;
  /** Of the running server; undefined when it has no archive. Starts the server. */
  archive(): Promise<DatabaseArchive | undefined>;
  /** Undefined while the server does not run. */
  runningArchive(): DatabaseArchive | undefined;
  /** As a crash would; the next connection starts it again. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

const user = 'postgres';

export interface DatabaseOptions {
  /** With the platform's tables and some rows. @default true */
  readonly seeded?: boolean;
  readonly archiving?: Pick<ArchivedServer, 'store' | 'takesFirst' | 'onFailure'> | undefined;
  /** Called whenever the server has begun to run. */
  readonly onStart?: () => void;
}

/** Listens at once, and answers as PostgreSQL as soon as somebody connects: who needs no database waits for none. */
export async function openDatabase(
  directory: string,
  name: string,
  { seeded = true, archiving, onStart = () => undefined }: DatabaseOptions = {},
): Promise<Database> {
  mkdirSync(directory, { recursive: true });
  const password = keepPassword(directory);
  let running: Promise<PostgresServer> | undefined;
  let archive: DatabaseArchive | undefined;
  let isUp = false;
  const start = async (): Promise<PostgresServer> => {
    running ??= (async () => {
      const server = await startServer({ directory, user, password });
      void server.exited.then(() => {
        running = undefined;
        isUp = false;
      });
      await ensureDatabase({ host: '127.0.0.1', port: server.port, user, password, database: name }, seeded);
      await archive?.stop();
      archive = archiving && archiveDatabase({ server, user, password, ...archiving });
      isUp = true;
      onStart();
      return server;
    })();
    try {
      return await running;
    } catch (error) {
      running = undefined;
      throw error;
    }
  };
  const sockets = new Set<Socket>();
  const door = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    start().then(
      ({ port }) => joinSockets(socket, connect({ port, host: '127.0.0.1', allowHalfOpen: true })),
      () => socket.destroy(),
    );
  });
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve));
  const { port } = door.address() as { port: number };
  return {
    host: '127.0.0.1',
    port,
    user,
    password,
    database: name,
    start,
    async archive() {
      await start();
      return archive;
    },
    runningArchive: () => (isUp ? archive : undefined),
    async kill() {
      await (await running)?.kill();
    },
    async stop() {
      door.close();
      for (const socket of sockets) socket.destroy();
      // What the server archives on its way down is shipped at the next start.
      const server = await running?.catch(() => undefined);
      await archive?.stop();
      await server?.stop();
    },
  };
}

function joinSockets(left: Socket, right: Socket): void {
  left.setNoDelay(true);
  right.setNoDelay(true);
  left.pipe(right).pipe(left);
  right.on('error', () => left.destroy());
  right.on('close', () => left.destroy());
  left.on('close', () => right.destroy());
}

/** Made up at the first start and kept. */
function keepPassword(directory: string): string {
  const file = join(directory, 'credentials');
  if (!existsSync(file)) writeFileSync(file, randomBytes(16).toString('hex'), { mode: 0o600 });
  return readFileSync(file, 'utf8');
}

async function ensureDatabase(address: DatabaseAddress, seeded: boolean): Promise<void> {
  const administration = new Client({ ...address, database: 'postgres' });
  await administration.connect();
  try {
    const { rowCount } = await administration.query('SELECT 1 FROM pg_database WHERE datname = $1', [address.database]);
    if (rowCount !== 0) return;
    // Under another name until it is whole: a kill in the middle leaves no half-filled database.
    await administration.query('DROP DATABASE IF EXISTS seeding');
    await administration.query('CREATE DATABASE seeding');
    const client = new Client({ ...address, database: 'seeding' });
    await client.connect();
    if (seeded) await seedDatabase(client);
    await client.end();
    await administration.query(`ALTER DATABASE seeding RENAME TO ${administration.escapeIdentifier(address.database)}`);
  } finally {
    await administration.end();
  }
}
