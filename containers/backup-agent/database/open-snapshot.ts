// Holds one snapshot of the database open, so that the dump and the counts see the very same rows.
import { Client } from 'pg';
import { logFailure } from '../log.ts';

export interface DatabaseSnapshot {
  readonly client: Client;
  /** For `pg_dump --snapshot`. */
  readonly id: string;
  readonly lsn: string;
  readonly takenAt: string;
  close(): Promise<void>;
}

/** A client with libpq's own variables; a server that is away is an error after 15 s, not a wait. */
export function createClient(database?: string): Client {
  const client = new Client({
    ...(database === undefined ? {} : { database }),
    connectionTimeoutMillis: 15_000,
    application_name: 'backup-agent',
  });
  // A connection that breaks is noticed by the next query; without a listener it would end the process.
  client.on('error', logFailure('a connection broke'));
  return client;
}

/** After what counts is done, or has failed: a connection that does not end properly is gone, which is what was wanted. */
export async function closeClient(client: Client): Promise<void> {
  await client.end().catch(logFailure('a connection did not end properly'));
}

export async function openSnapshot(): Promise<DatabaseSnapshot> {
  const client = createClient();
  await client.connect();
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  const { rows } = await client.query<{ id: string; lsn: string; now: Date }>(
    `SELECT pg_export_snapshot() AS id, pg_current_wal_lsn()::text AS lsn, now() AS now`,
  );
  const [taken] = rows;
  if (taken === undefined) throw new Error('the server exported no snapshot');
  return {
    client,
    id: taken.id,
    lsn: taken.lsn,
    takenAt: taken.now.toISOString(),
    // Nothing was written: the end of the connection is the end of the snapshot.
    close: () => closeClient(client),
  };
}
