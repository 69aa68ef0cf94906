// The databases of the configuration: one server for each environment's, since each stands for an instance of its own.
import { join } from 'node:path';
import type { Configuration } from '../../../config/schema.ts';
import type { Trace } from '../../trace/trace.ts';
import { openArchiveStore } from './archive/archive-store.ts';
import { type Database, openDatabase } from './database.ts';

export interface Databases {
  /** @throws Error when the configuration has no such one. */
  get(environment: string, name: string): Database;
  list(): readonly { readonly environment: string; readonly name: string; readonly database: Database }[];
  stop(): Promise<void>;
}

export interface DatabasesParts {
  readonly configuration: Pick<Configuration, 'application' | 'databases' | 'environments'>;
  readonly directory: string;
  readonly trace: Pick<Trace, 'record'>;
  /** What AWS gives the pods of a service account; the database's is named as its server. */
  readonly podEnvironment: (
    cluster: string,
    namespace: string,
    serviceAccount: string,
  ) => Readonly<Record<string, string>>;
}

export async function startDatabases(parts: DatabasesParts): Promise<Databases> {
  const all: { environment: string; name: string; database: Database }[] = [];
  for (const [name, { environments }] of Object.entries(parts.configuration.databases)) {
    for (const [environment, { archive }] of Object.entries(environments)) {
      const directory = join(parts.directory, `${environment}-${name}`);
      const archiving = archive && connectArchive(parts, environment, name, archive.server);
      all.push({ environment, name, database: await openDatabase(directory, name, archiving) });
    }
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

/** As the ObjectStore of gitops/databases says it. */
function connectArchive(
  { configuration: { application, environments }, trace, podEnvironment }: DatabasesParts,
  environment: string,
  name: string,
  server: string,
) {
  const { cluster = '', namespace = '' } = environments[environment] ?? {};
  return {
    store: openArchiveStore({
      bucket: `${application}-${environment}-backups`,
      prefix: `point-in-time/${server}/`,
      variables: () => podEnvironment(cluster, namespace, server),
    }),
    onFailure: (subject: string, { message }: Error) =>
      trace.record({
        service: 'postgres',
        name: 'archive-failed',
        subject: `${environment}/${name}`,
        details: { subject, message },
      }),
  };
}
