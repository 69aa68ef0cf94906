// What an operator such as CloudNativePG does for a database: its log goes to the archive, and a first base backup is taken.
import { Client } from 'pg';
import type { PostgresServer } from '../server.ts';
import type { ArchiveStore } from './archive-store.ts';
import { shipLog } from './ship-log.ts';
import { canTakeBaseBackups, takeBaseBackup } from './take-base-backup.ts';

export interface DatabaseArchive {
  /** Resolves when everything that was written until now is in the archive, and a transaction after it. */
  flush(): Promise<void>;
  /** Returns its id. */
  backUp(): Promise<string>;
  stop(): Promise<void>;
}

export interface ArchivedServer {
  readonly server: Pick<PostgresServer, 'port' | 'dataDirectory' | 'archiveDirectory'>;
  readonly user: string;
  readonly password: string;
  readonly store: ArchiveStore;
  readonly onFailure: (subject: string, error: Error) => void;
}

/** The first base backup is under way when this returns; a failure of it is told, and the next start tries again. */
export function archiveDatabase({ server, user, password, store, onFailure }: ArchivedServer): DatabaseArchive {
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
    if ((await canTakeBaseBackups()) && !(await store.has('base/'))) await backUp();
  })().catch((error: Error) => onFailure('base backup', error));
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
      await first;
      return await backUp();
    },
    async stop() {
      await first;
      await shipping.stop();
    },
  };
}
