// A real PostgreSQL server in a folder: made at its first start, archiving its write-ahead log, stopped with its world.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { endWithProcess } from '../../programs/end-with-process.ts';
import { findFreePorts } from '../find-free-ports.ts';
import { findPostgresPrograms } from './find-programs.ts';
import { findServerDirectory, findServerUser } from './server-user.ts';

const run = promisify(execFile);

export interface ServerOptions {
  /** Its own; what it keeps may stand elsewhere when this process is root's. */
  readonly directory: string;
  readonly user: string;
  readonly password: string;
}

export interface PostgresServer {
  readonly port: number;
  /** Its data, as the server's user sees it. */
  readonly dataDirectory: string;
  /** Where its write-ahead log is archived. */
  readonly archiveDirectory: string;
  /** Ends connections and waits for the end. */
  stop(): Promise<void>;
  /** As a crash would. */
  kill(): Promise<void>;
  readonly exited: Promise<void>;
}

/** Initializes the folder when it is new. @throws Error with the server's last words when it does not come up. */
export async function startServer(options: ServerOptions): Promise<PostgresServer> {
  const { user, password } = options;
  const directory = findServerDirectory(options.directory);
  const programs = findPostgresPrograms();
  const identity = identityOf(findServerUser());
  const dataDirectory = join(directory, 'data');
  const archiveDirectory = join(directory, 'archive');
  mkdirSync(archiveDirectory, { recursive: true });
  if (identity.uid !== undefined) chownSync(archiveDirectory, identity.uid, identity.uid);
  if (!existsSync(join(dataDirectory, 'PG_VERSION'))) await initialize(programs.server, directory, options);
  await endLeftOver(dataDirectory);
  const [port = 0] = await findFreePorts(1);
  const settings = {
    port: String(port),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: directory,
    // A killed process loses nothing by it; only a machine that loses its power would.
    fsync: 'off',
    wal_level: 'replica',
    archive_mode: 'on',
    archive_command: `test ! -f ${archiveDirectory}/%f && cp %p ${archiveDirectory}/%f.new && mv ${archiveDirectory}/%f.new ${archiveDirectory}/%f`,
    // What is written once a minute is in the archive a minute later.
    archive_timeout: '60',
    max_wal_size: '256MB',
    shared_buffers: '32MB',
    log_min_messages: 'warning',
    timezone: 'UTC',
  };
  const child = spawn(
    join(programs.server, 'postgres'),
    ['-D', dataDirectory, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    { stdio: ['ignore', 'ignore', 'pipe'], env: { PATH: process.env.PATH ?? '', LC_ALL: 'C', TZ: 'UTC' }, ...identity },
  );
  endWithProcess(child, 'SIGQUIT');
  let words = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    words = (words + chunk.toString()).slice(-2_000);
  });
  const exited = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    await exited;
  };
  await waitUntilReady(child, { port, user, password }, () => words);
  return { port, dataDirectory, archiveDirectory, exited, stop: () => end('SIGINT'), kill: () => end('SIGKILL') };
}

/** A world that was killed leaves its servers behind: two of them on one folder would destroy it. */
async function endLeftOver(dataDirectory: string): Promise<void> {
  const lock = join(dataDirectory, 'postmaster.pid');
  if (!existsSync(lock)) return;
  const pid = readFileSync(lock, 'utf8').split('\n')[0] ?? '';
  // Only what was started for this very folder: the number may long be another process's.
  const isOurs = async (): Promise<boolean> =>
    await run('ps', ['-p', pid, '-o', 'args=']).then(
      ({ stdout }) => stdout.includes(dataDirectory),
      () => false,
    );
  if (await isOurs()) process.kill(Number(pid), 'SIGQUIT');
  while (await isOurs()) await new Promise((resolve) => setTimeout(resolve, 50));
  rmSync(lock, { force: true });
}

async function initialize(binaries: string, directory: string, { user, password }: ServerOptions) {
  const uid = findServerUser();
  const dataDirectory = join(directory, 'data');
  const passwordFile = join(directory, 'password');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (uid !== undefined) chownSync(passwordFile, uid, uid);
  rmSync(dataDirectory, { recursive: true, force: true });
  const args = ['-D', dataDirectory, '-U', user, '--auth=scram-sha-256', `--pwfile=${passwordFile}`, '-E', 'UTF8'];
  try {
    await run(join(binaries, 'initdb'), [...args, '--locale=C', '--no-sync'], {
      env: { PATH: process.env.PATH ?? '', LC_ALL: 'C', TZ: 'UTC' },
      ...identityOf(uid),
    });
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

/** Asks until it answers; a server that ended instead says why. */
async function waitUntilReady(
  child: ChildProcess,
  connection: { readonly port: number; readonly user: string; readonly password: string },
  lastWords: () => string,
): Promise<void> {
  const until = Date.now() + 60_000;
  for (;;) {
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`PostgreSQL did not come up: ${lastWords().trim()}`);
    const client = new Client({ host: '127.0.0.1', database: 'postgres', ...connection });
    try {
      await client.connect();
      await client.end();
      return;
    } catch (error) {
      if (Date.now() > until)
        throw new Error(`PostgreSQL did not answer in a minute: ${lastWords()}`, { cause: error });
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

function identityOf(uid: number | undefined): { uid?: number; gid?: number } {
  return uid === undefined ? {} : { uid, gid: uid };
}
