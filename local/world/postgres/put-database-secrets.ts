// The Secrets by which the pods of an environment find their databases.
import type { Configuration } from '../../../config/schema.ts';
import { listClusterPlaces } from '../cluster-places.ts';
import { secrets } from '../kubernetes/resources/built-in-types.ts';
import type { KubernetesObject } from '../kubernetes/resources/kubernetes-object.ts';
import type { Cluster } from '../kubernetes/start-cluster.ts';
import type { Databases } from './start-databases.ts';

type Secret = KubernetesObject & { type?: string; data?: Record<string, string> };

/** With libpq's own variables; written at every start, for the ports change. */
export function putDatabaseSecrets(
  configuration: Configuration,
  databases: Databases,
  clusters: ReadonlyMap<string, Cluster>,
): void {
  const places = listClusterPlaces(configuration);
  for (const { environment, name, site, database } of databases.list()) {
    const place = places.find((each) => each.environment === environment && each.site === site);
    const { cluster = '', namespace = '' } = place ?? {};
    const registry = clusters.get(cluster)?.registry;
    const secretName = configuration.databases[name]?.environments[environment]?.credentials;
    if (registry === undefined || secretName === undefined) continue;
    const variables = {
      PGHOST: database.host,
      PGPORT: String(database.port),
      PGUSER: database.user,
      PGPASSWORD: database.password,
      PGDATABASE: database.database,
    };
    const data = Object.fromEntries(
      Object.entries(variables).map(([key, value]) => [key, Buffer.from(value).toString('base64')]),
    );
    if (registry.find(secrets, namespace, secretName) === undefined)
      registry.create(secrets, { metadata: { name: secretName, namespace }, type: 'Opaque', data });
    else
      registry.update<Secret>(secrets, namespace, secretName, (secret) => {
        secret.data = data;
      });
  }
}
