// A cluster as a rollout sees it: the environment's Application, its Deployments and its canaries.
import type { Configuration } from '../../config/schema.ts';
import { getEnvironment, getService } from '../../core/configuration/get-configured.ts';
import type { RolloutCluster } from '../../core/promotion/observe-rollout.ts';
import type { KubernetesClient } from './kubernetes-client.ts';
import { readApplication, readCanary, readWorkload, requestRefresh } from './kubernetes-rollout-reader.ts';

export function createRolloutCluster(
  configuration: Configuration,
  clientOf: (cluster: string) => KubernetesClient,
  environment: string,
): RolloutCluster {
  const { cluster, namespace, argoNamespace, argoApplication } = getEnvironment(configuration, environment);
  const client = clientOf(cluster);
  const namespaceOf = (service: string) => getService(configuration, service).namespace?.[environment] ?? namespace;
  return {
    readApplication: async () => await readApplication(client, argoNamespace, argoApplication),
    requestRefresh: async () => await requestRefresh(client, argoNamespace, argoApplication),
    readWorkload: async ({ service, deployment }, image) =>
      await readWorkload(client, namespaceOf(service), { service, deployment, image }),
    readCanary: async (service) =>
      await readCanary(client, namespaceOf(service), getService(configuration, service).deployment ?? service),
  };
}
