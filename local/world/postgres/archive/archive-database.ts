// What an operator such as CloudNativePG does for a database: its log goes to the archive, and base backups are taken.
import { Client } from 'pg';
import type { PostgresServer } from '../server.ts';
import type { ArchiveStore } from './archive-store.ts';
import { shipLog } from './ship-log.ts';
import { canTakeBaseBackups, takeBaseBackup } from './take-base-backup.ts';

export interface DatabaseArchive {
  /** Resolves when everything that was written until now is in the archive, and a transaction after it. */
  flush(): Promise<void>;
  /** Returns its id. One at a time. */
  backUp(): Promise<string>;
  stop(): Promise<void>;
}

export interface ArchivedServer {
  readonly server: Pick<PostgresServer, 'port' | 'dataDirectory' | 'archiveDirectory'>;
  readonly user: string;
  readonly password: string;
  readonly store: ArchiveStore;
  /** Whether a first base backup is taken unasked. */
  readonly takesFirst: boolean;
  readonly onFailure: (subject: string, error: Error) => void;
}

/** A first base backup is under way when this returns; a failure of it is told, and the next start tries again. */
export function archiveDatabase({
  server,
  user,
  password,
  store,
  takesFirst,
  onFailure,
}: ArchivedServer): DatabaseArchive {
  const shipping = shipLog(server.archiveDirectory, store, onFailure);
  const withClient = async <T>(use: (client: Client) => Promise<T>): Promise<T> => {
    const client = new Client({ host: '127.0.0.1', port: server.port, user, password, database: 'postgres' });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return await use(client);
    } finally {
      await client.end().catch(() => undefined);
    }
  };
  const backUp = () => withClient((client) => takeBaseBackup(client, server.dataDirectory, store));
  const first = (async () => {
    if (takesFirst && (await canTakeBaseBackups()) && !(await store.has('base/'))) await backUp();
  })().catch((error: Error) => onFailure('base backup', error));
  let last: Promise<unknown> = first;
  return {
    async flush() {
      await first;
      const segment = await withClient(async (client) => {
        // A transaction without a table: the archive can be recovered to any time before it.
        await client.query(`SELECT pg_logical_emit_message(true, 'archive', 'flush')`);
        const { rows } = await client.query<{ segment: string }>('SELECT pg_walfile_name(pg_switch_wal()) AS segment');
        return String(rows[0]?.segment);
      });
      await shipping.shipped(segment);
    },
    async backUp() {
      const taken = last.catch(() => undefined).then(backUp);
      last = taken;
      return await taken;
    },
    async stop() {
      await last.catch(() => undefined);
      await shipping.stop();
    },
  };
}
