// Where the environments of the configuration run, and where they are recovered to: each with its cluster and its region.
import type { Configuration } from '../../config/schema.ts';

export type Site = 'primary' | 'recovery';

export interface ClusterPlace {
  readonly environment: string;
  readonly site: Site;
  readonly region: string;
  readonly cluster: string;
  readonly namespace: string;
  readonly argoNamespace: string;
}

/** Of the primary region first. */
export function listClusterPlaces({
  aws,
  environments,
  recovery,
}: Pick<Configuration, 'aws' | 'environments' | 'recovery'>): readonly ClusterPlace[] {
  const primary = Object.entries(environments).map(
    ([environment, { cluster, namespace, argoNamespace }]): ClusterPlace => ({
      ...{ environment, cluster, namespace, argoNamespace },
      ...{ site: 'primary', region: aws.primaryRegion },
    }),
  );
  const recovered = Object.entries(recovery.environments).map(
    ([environment, { cluster, namespace }]): ClusterPlace => ({
      ...{ environment, cluster, namespace, argoNamespace: environments[environment]?.argoNamespace ?? 'argocd' },
      ...{ site: 'recovery', region: aws.recoveryRegion },
    }),
  );
  return [...primary, ...recovered];
}

/** The region of a cluster. @throws Error when the configuration names no such one. */
export function regionOfCluster(places: readonly ClusterPlace[], name: string): string {
  const place = places.find(({ cluster }) => cluster === name);
  if (place === undefined) throw new Error(`no cluster ${name} in the configuration`);
  return place.region;
}
