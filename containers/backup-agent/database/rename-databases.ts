// Gives databases other names in one transaction, whoever is connected to them or comes meanwhile.
import type { Client } from 'pg';
import { logFailure } from '../log.ts';
import { closeClient, createClient } from './open-snapshot.ts';

export interface Renaming {
  readonly from: string;
  readonly to: string;
}

const attempts = 3;
/** As PostgreSQL says that somebody is connected to a database that is to be renamed. */
const objectInUse = '55006';

/**
 * Ends the connections to each; who connects meanwhile waits until it is decided. `statements` belong to the same transaction. Whatever
 * dies on the way, the names are the old ones or the new ones, and databases are open as they were. @throws the server's error.
 */
export async function renameDatabases(
  renamings: readonly Renaming[],
  statements: (quote: (name: string) => string) => readonly string[],
): Promise<void> {
  const client = createClient('postgres');
  const gate = createClient('postgres');
  const quote = (name: string): string => client.escapeIdentifier(name);
  try {
    await client.connect();
    await gate.connect();
    for (let attempt = 1; ; attempt += 1) {
      try {
        await client.query('BEGIN');
        // Whoever waits at the door waits no longer than this for an agent that is cut off and does not say so.
        await client.query(`SET LOCAL idle_in_transaction_session_timeout = '15s'; SET LOCAL lock_timeout = '15s'`);
        for (const { from, to } of renamings)
          await rename(client, gate, from, `ALTER DATABASE ${quote(from)} RENAME TO ${quote(to)}`);
        for (const statement of statements(quote)) await client.query(statement);
        await client.query('COMMIT');
        return;
      } catch (error) {
        if (attempt === attempts || (error as { code?: string }).code !== objectInUse) throw error;
        await client.query('ROLLBACK');
      }
    }
  } finally {
    await closeClient(client);
    await closeClient(gate);
  }
}

/** From its begin on the renaming lets nobody in, and waits 5 s for those to leave who are in: they are asked to until it ends. */
async function rename(client: Client, gate: Client, database: string, statement: string): Promise<void> {
  let isOver = false;
  const renaming = client.query(statement);
  const end = renaming
    .catch(() => undefined)
    .then(() => {
      isOver = true;
    });
  // When that does not work, the renaming fails by itself.
  const ask = async (): Promise<void> => {
    while (!isOver) {
      await gate.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [database]);
      await Promise.race([end, new Promise((resolve) => setTimeout(resolve, 50))]);
    }
  };
  await ask().catch(logFailure(`connections to ${database} could not be ended`));
  await renaming;
}
