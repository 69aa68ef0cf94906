// A database of about so many bytes: rows as a table of records has them, half of it compressible.
import { Client } from 'pg';
import type { PostgresServer } from '../../local/world/postgres/server.ts';

const rowsAtOnce = 200_000;

/** Returns the bytes that it takes on disk. */
export async function generateDatabase(
  { port }: PostgresServer,
  { password, bytes }: { readonly password: string; readonly bytes: number },
): Promise<number> {
  const client = new Client({ host: '127.0.0.1', port, user: 'postgres', password, database: 'postgres' });
  await client.connect();
  try {
    await client.query(
      'CREATE TABLE records (id bigint PRIMARY KEY, table_id int NOT NULL, fields jsonb NOT NULL, updated_at timestamptz NOT NULL)',
    );
    for (let from = 0; ; from += rowsAtOnce) {
      await client.query(`
        INSERT INTO records
        SELECT n, n % 40, jsonb_build_object('Name', 'record ' || n, 'Key', md5(n::text), 'Secret', md5((n * 7)::text),
               'Status', (ARRAY['open', 'closed', 'waiting'])[1 + n % 3], 'Notes', repeat('the same words again ', 6)), now()
          FROM generate_series(${from + 1}, ${from + rowsAtOnce}) n`);
      const { rows } = await client.query<{ bytes: string }>('SELECT pg_database_size(current_database()) AS bytes');
      const size = Number(rows[0]?.bytes);
      if (size >= bytes) return size;
    }
  } finally {
    await client.end();
  }
}
