// The clusters of both regions, as a function of the recovery region reaches them.
import { EKSClient } from '@aws-sdk/client-eks';
import type { Configuration } from '../../config/schema.ts';
import type { Site } from '../../contracts/ledger/fail-overs.ts';
import { awsClientOptions } from '../platform/aws-client-options.ts';
import { systemClock } from '../platform/system-clock.ts';
import { createEksClusters } from './eks-clusters.ts';
import type { KubernetesClient } from './kubernetes-client.ts';

/** Clients by site and cluster name. The primary region is asked only when it is meant. */
export function connectSites({
  aws,
}: Pick<Configuration, 'aws'>): (site: Site) => (clusterName: string) => KubernetesClient {
  const clustersOf = (region: string) =>
    createEksClusters(new EKSClient({ ...awsClientOptions, region }), systemClock, region);
  const sites = { primary: clustersOf(aws.primaryRegion), recovery: clustersOf(aws.recoveryRegion) };
  return (site) => sites[site];
}
