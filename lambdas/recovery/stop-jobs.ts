// Removes the Jobs of drills from the clusters of some environments.
import type { Configuration } from '../../config/schema.ts';
import { getEnvironment } from '../../core/configuration/get-configured.ts';
import type { KubernetesClient } from '../adapters/kubernetes-client.ts';
import { removeDrillJobs } from '../adapters/kubernetes-drill-jobs.ts';

export async function stopJobs(
  configuration: Configuration,
  clusterOf: (name: string) => KubernetesClient,
  environments: readonly string[],
): Promise<{ removed: string[]; left: string[] }> {
  const all = await Promise.all(
    environments.map(async (each) => {
      const { cluster, namespace } = getEnvironment(configuration, each);
      return await removeDrillJobs(clusterOf(cluster), namespace);
    }),
  );
  return { removed: all.flatMap(({ removed }) => removed), left: all.flatMap(({ left }) => left) };
}
