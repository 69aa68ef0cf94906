// The databases of the configuration: one server for each environment's, since each stands for an instance of its own.
import { join } from 'node:path';
import type { Configuration } from '../../../config/schema.ts';
import { type Database, openDatabase } from './database.ts';

export interface Databases {
  /** @throws Error when the configuration has no such one. */
  get(environment: string, name: string): Database;
  list(): readonly { readonly environment: string; readonly name: string; readonly database: Database }[];
  stop(): Promise<void>;
}

export async function startDatabases(
  { databases }: Pick<Configuration, 'databases'>,
  directory: string,
): Promise<Databases> {
  const all: { environment: string; name: string; database: Database }[] = [];
  for (const [name, { environments }] of Object.entries(databases)) {
    for (const environment of Object.keys(environments))
      all.push({ environment, name, database: await openDatabase(join(directory, `${environment}-${name}`), name) });
  }
  return {
    get(environment, name) {
      const found = all.find((one) => one.environment === environment && one.name === name);
      if (found === undefined) throw new Error(`no database ${name} in ${environment}`);
      return found.database;
    },
    list: () => all,
    async stop() {
      await Promise.all(all.map(({ database }) => database.stop()));
    },
  };
}
