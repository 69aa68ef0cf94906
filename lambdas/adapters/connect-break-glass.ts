// The way past Git into each environment's cluster, as the running function reaches it.
import type { Configuration } from '../../config/schema.ts';
import { getEnvironment } from '../../core/configuration/get-configured.ts';
import type { BreakGlassCluster } from '../../core/rollback/break-glass.ts';
import { connectClusters } from './connect-clusters.ts';
import { createBreakGlassCluster } from './kubernetes-break-glass.ts';

export function connectBreakGlass(configuration: Configuration): (environment: string) => BreakGlassCluster {
  const clientOf = connectClusters();
  return (environment) => {
    const { cluster, argoNamespace, argoApplication } = getEnvironment(configuration, environment);
    return createBreakGlassCluster(clientOf(cluster), { namespace: argoNamespace, name: argoApplication });
  };
}
