// `fence-database` and `open-database`: the live database takes no writes while its environment moves away, and takes them again.
import type { AgentResult } from '../../contracts/backup-manifest.ts';
import { closeClient, createClient } from './database/open-snapshot.ts';
import type { AgentSettings } from './settings.ts';

type Done = Omit<AgentResult, 'outcome' | 'finishedAt'>;

/**
 * Readers go on reading: whoever still has the old address sees what there was, and an error where they write. It belongs to the database,
 * not to its name: what a fail-back puts in its place takes writes. Idempotent. @throws Error with the reason.
 */
export async function fenceDatabase(settings: AgentSettings): Promise<Done> {
  const live = await change(settings, (name) => `ALTER DATABASE ${name} SET default_transaction_read_only = on`);
  return { reason: `${live} in the region that is left takes no writes any more`, databaseName: live };
}

/** Idempotent. @throws Error with the reason. */
export async function openDatabase(settings: AgentSettings): Promise<Done> {
  const live = await change(settings, (name) => `ALTER DATABASE ${name} RESET default_transaction_read_only`);
  return { reason: `${live} takes writes`, databaseName: live };
}

async function change(settings: AgentSettings, statement: (name: string) => string): Promise<string> {
  const live = process.env.PGDATABASE ?? settings.database;
  const administration = createClient('postgres');
  await administration.connect();
  try {
    await administration.query(statement(administration.escapeIdentifier(live)));
    // The setting holds for sessions that begin from now on.
    await administration.query(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()',
      [live],
    );
    return live;
  } finally {
    await closeClient(administration);
  }
}
