// Counts what can be counted of a database, within the transaction that the client is in.
import type { Client } from 'pg';
import type { DatabaseFacts, TableCount } from '../../../contracts/backup-manifest.ts';

export interface FactQueries {
  readonly schemaVersionQuery: string | undefined;
  readonly newestRecordQuery: string | undefined;
}

const ownSchemas = `n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_%'`;

/** Every table is counted: an estimate would hide the loss of a few rows. */
export async function describeDatabase(client: Client, queries: FactQueries): Promise<DatabaseFacts> {
  const tables: TableCount[] = [];
  for (const name of await listTables(client)) {
    const { rows } = await client.query<{ count: string }>(`SELECT count(*) FROM ${name}`);
    tables.push({ name, rows: Number(rows[0]?.count) });
  }
  const schemaVersion = await ask(client, queries.schemaVersionQuery);
  const newestRecordAt = await ask(client, queries.newestRecordQuery);
  return {
    serverVersion: String(await ask(client, 'SHOW server_version')),
    serverVersionNumber: Number(await ask(client, 'SHOW server_version_num')),
    databaseBytes: Number(await ask(client, 'SELECT pg_database_size(current_database())')),
    tables,
    constraints: await count(
      client,
      `pg_constraint c JOIN pg_namespace n ON n.oid = c.connamespace`,
      "c.contype IN ('p', 'f', 'u', 'c', 'x')",
    ),
    indexes: await count(client, `pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace`, "c.relkind = 'i'"),
    ...(schemaVersion === undefined ? {} : { schemaVersion: toText(schemaVersion) }),
    ...(newestRecordAt === undefined ? {} : { newestRecordAt: toText(newestRecordAt) }),
  };
}

/** Quoted by the server; partitions and foreign tables belong to what they are part of. */
async function listTables(client: Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT format('%I.%I', n.nspname, c.relname) AS name
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND ${ownSchemas}
      ORDER BY 1`,
  );
  return rows.map(({ name }) => name);
}

async function count(client: Client, from: string, condition: string): Promise<number> {
  const { rows } = await client.query<{ count: string }>(
    `SELECT count(*) FROM ${from} WHERE ${condition} AND ${ownSchemas}`,
  );
  return Number(rows[0]?.count);
}

/** The one value that a query answers. */
async function ask(client: Client, query: string | undefined): Promise<unknown> {
  if (query === undefined) return undefined;
  const { rows } = await client.query({ text: query, rowMode: 'array' });
  const value: unknown = (rows as unknown[][])[0]?.[0];
  return value === null ? undefined : value;
}

function toText(value: unknown): string {
  return value instanceof Date ? value.toISOString() : String(value);
}
