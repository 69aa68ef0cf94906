// Asks a database of the platform as a person with psql would.
import { Client } from 'pg';
import type { System } from './start-system.ts';

export async function queryDatabase<Row extends object>(
  { world }: Pick<System, 'world'>,
  { environment, name }: { readonly environment: string; readonly name: string },
  text: string,
): Promise<Row[]> {
  const { host, port, user, password, database } = world.databases.get(environment, name);
  const client = new Client({ host, port, user, password, database });
  await client.connect();
  try {
    return (await client.query<Row>(text)).rows;
  } finally {
    await client.end();
  }
}
