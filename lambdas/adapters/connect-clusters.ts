// The clusters as the running function reaches them.
import { EKSClient } from '@aws-sdk/client-eks';
import { awsClientOptions } from '../platform/aws-client-options.ts';
import { systemClock } from '../platform/system-clock.ts';
import { createEksClusters } from './eks-clusters.ts';
import type { KubernetesClient } from './kubernetes-client.ts';

/** Clients by cluster name, in the function's own region. */
export function connectClusters(): (clusterName: string) => KubernetesClient {
  return createEksClusters(new EKSClient(awsClientOptions), systemClock, process.env.AWS_REGION ?? 'us-east-1');
}
