// amcheck: whether indexes and tables are sound as the server keeps them. @see https://www.postgresql.org/docs/current/amcheck.html
import type { Client } from 'pg';

/** Whether it was checked: not every server has the extension. @throws the server's error for an index that is not sound. */
export async function checkStructure(client: Client): Promise<boolean> {
  const { rowCount } = await client.query(`SELECT 1 FROM pg_available_extensions WHERE name = 'amcheck'`);
  if (rowCount === 0) return false;
  await client.query('CREATE EXTENSION amcheck');
  await client.query(`
    SELECT bt_index_check(index => c.oid, heapallindexed => true)
      FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am a ON a.oid = c.relam
     WHERE a.amname = 'btree' AND c.relpersistence = 'p' AND i.indisready AND i.indisvalid AND c.relkind = 'i'`);
  return true;
}
