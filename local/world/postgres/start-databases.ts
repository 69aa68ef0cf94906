// The databases of the configuration: one server for each environment's, since each stands for an instance of its own. Those of
// the recovery region are empty.
import { join } from 'node:path';
import type { Configuration } from '../../../config/schema.ts';
import type { Trace } from '../../trace/trace.ts';
import { listClusterPlaces, type Site } from '../cluster-places.ts';
import { openArchiveStore } from './archive/archive-store.ts';
import { type Database, openDatabase } from './database.ts';

export interface PlacedDatabase {
  readonly environment: string;
  readonly name: string;
  readonly site: Site;
  readonly database: Database;
}

export interface Databases {
  /** @throws Error when the configuration has no such one. */
  get(environment: string, name: string, site?: Site): Database;
  list(): readonly PlacedDatabase[];
  /** Calls back whenever the server of one has begun to run. */
  onStart(listener: () => void): void;
  stop(): Promise<void>;
}

export interface DatabasesParts {
  readonly configuration: Pick<Configuration, 'application' | 'aws' | 'databases' | 'environments' | 'recovery'>;
  readonly directory: string;
  readonly trace: Pick<Trace, 'record'>;
  /** Whether somebody else decides when base backups are taken; else the first is taken at a server's first start. */
  readonly hasOperator: boolean;
  /** What AWS gives the pods of a service account; the database's is named as its server. */
  readonly podEnvironment: (
    cluster: string,
    namespace: string,
    serviceAccount: string,
  ) => Readonly<Record<string, string>>;
}

export async function startDatabases(parts: DatabasesParts): Promise<Databases> {
  const all: PlacedDatabase[] = [];
  const listeners = new Set<() => void>();
  const onStart = (): void => {
    for (const listener of listeners) listener();
  };
  for (const [name, { environments }] of Object.entries(parts.configuration.databases)) {
    for (const { environment, site } of listClusterPlaces(parts.configuration)) {
      const placed = environments[environment];
      if (placed === undefined) continue;
      const isLive = site === 'primary';
      const directory = join(parts.directory, `${environment}-${name}${isLive ? '' : '-recovery'}`);
      const archiving =
        isLive && placed.archive ? connectArchive(parts, environment, name, placed.archive.server) : undefined;
      all.push({
        environment,
        name,
        site,
        database: await openDatabase(directory, name, { seeded: isLive, archiving, onStart }),
      });
    }
  }
  return {
    get(environment, name, site = 'primary') {
      const found = all.find((one) => one.environment === environment && one.name === name && one.site === site);
      if (found === undefined) throw new Error(`no database ${name} in ${environment}`);
      return found.database;
    },
    list: () => all,
    onStart: (listener) => void listeners.add(listener),
    async stop() {
      await Promise.all(all.map(({ database }) => database.stop()));
    },
  };
}

/** As the ObjectStore of gitops/databases says it. */
function connectArchive(
  { configuration: { application, environments }, trace, hasOperator, podEnvironment }: DatabasesParts,
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
    takesFirst: !hasOperator,
    onFailure: (subject: string, { message }: Error) =>
      trace.record({
        service: 'postgres',
        name: 'archive-failed',
        subject: `${environment}/${name}`,
        details: { subject, message },
      }),
  };
}
