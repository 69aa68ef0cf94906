// A server of our own for as long as a restore is tried: on a socket in a folder, without a network, gone afterwards.
import { chownSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { runProgram, startProgram } from './program.ts';

export interface ScratchServer {
  /** libpq's variables for its programs. */
  readonly variables: Readonly<Record<string, string>>;
  readonly versionNumber: number;
  connect(database: string): Promise<Client>;
  /** Stops it and removes what it kept. Answers what it broke down of, if it did: its clients only learnt that it was gone. */
  drop(): Promise<string | undefined>;
}

export interface ScratchOptions {
  /** The folder of `initdb` and `postgres`; absent: PATH has them. */
  readonly binaries: string | undefined;
  readonly directory: string;
  /** Where its data come from; an empty server when absent. */
  readonly data?: ScratchData;
  readonly signal?: AbortSignal;
}

export interface ScratchData {
  /** A superuser that the data know. */
  readonly user: string;
  /** Fills the folder as the user of that id, and returns the settings that the server needs for it. */
  fill(place: {
    readonly data: string;
    readonly folder: string;
    readonly userId: number | undefined;
  }): Promise<Readonly<Record<string, string>>>;
}

const nobody = 65_534;
const port = '5432';

/** Nobody else can reach it: it listens on no address, and its socket is in a folder that only its user may enter. */
export async function startScratchServer({
  binaries,
  directory,
  data: source,
  signal,
}: ScratchOptions): Promise<ScratchServer> {
  const userId = findUser();
  const folder = mkdtempSync(join(directory, 'scratch-'));
  if (userId !== undefined) chownSync(folder, userId, userId);
  const data = join(folder, 'data');
  const options = { binaries, userId };
  const user = source?.user ?? 'scratch';
  const variables = { PGHOST: folder, PGPORT: port, PGUSER: user, PGPASSWORD: '', PGDATABASE: 'postgres' };
  try {
    const initialize = async () => {
      const args = ['-D', data, '-U', user, '--auth=trust', '-E', 'UTF8', '--locale=C', '--no-sync'];
      await runProgram('initdb', args, options);
      return {};
    };
    const further = source === undefined ? await initialize() : await source.fill({ data, folder, userId });
    const settings = {
      listen_addresses: '',
      unix_socket_directories: folder,
      port,
      // What is lost by a crash is made again from the backup.
      fsync: 'off',
      full_page_writes: 'off',
      synchronous_commit: 'off',
      wal_level: 'minimal',
      max_wal_senders: '0',
      max_wal_size: '1GB',
      timezone: 'UTC',
      ...further,
    };
    const server = startProgram(
      'postgres',
      ['-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
      options,
    );
    server.input.end();
    server.output.resume();
    let ended: unknown;
    server.done.then(
      () => (ended = new Error('the scratch server ended')),
      (error: unknown) => (ended = error),
    );
    const connect = async (database: string): Promise<Client> => {
      const client = new Client({ host: folder, port: Number(port), user, password: '', database });
      // Whoever uses it sees the error of its next query; without a listener a broken connection would end the process.
      client.on('error', () => undefined);
      await client.connect();
      return client;
    };
    /** We kill it, and its exit code says so: what came before is in its words. */
    const end = async (): Promise<void> => {
      server.kill();
      await Promise.allSettled([server.done]);
    };
    // Reading the log of a day takes its time: then it is the Job's deadline that ends it.
    const patienceMilliseconds = source === undefined ? 60_000 : Infinity;
    const versionNumber = await waitUntilReady(connect, () => ended, patienceMilliseconds, signal).catch(
      async (error: unknown) => {
        await end();
        throw error;
      },
    );
    return {
      variables,
      versionNumber,
      connect,
      async drop() {
        await end();
        rmSync(folder, { recursive: true, force: true });
        return /\bPANIC: .*/.exec(server.words())?.[0];
      },
    };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

async function waitUntilReady(
  connect: (database: string) => Promise<Client>,
  ended: () => unknown,
  patienceMilliseconds: number,
  signal: AbortSignal | undefined,
): Promise<number> {
  const until = Date.now() + patienceMilliseconds;
  for (;;) {
    signal?.throwIfAborted();
    if (ended() !== undefined) throw new Error('the scratch server did not come up', { cause: ended() });
    try {
      const client = await connect('postgres');
      const { rows } = await client.query<{ server_version_num: string }>('SHOW server_version_num');
      await client.end();
      return Number(rows[0]?.server_version_num);
    } catch (error) {
      if (Date.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** PostgreSQL refuses to run as root. The image does not; a machine that stands in for it may. */
function findUser(): number | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const users = existsSync('/etc/passwd') ? readFileSync('/etc/passwd', 'utf8').split('\n') : [];
  return Number(users.find((line) => line.startsWith('postgres:'))?.split(':')[2] ?? nobody);
}
