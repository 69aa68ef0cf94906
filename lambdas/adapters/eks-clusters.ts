// Connects to EKS clusters by name: the endpoint from EKS, the token from our own role.
import { DescribeClusterCommand, type EKSClient } from '@aws-sdk/client-eks';
import { AppError } from '../../core/app-error.ts';
import type { Clock } from '../../core/clock.ts';
import { createEksToken, readCredentials, readStsEndpoint } from './eks-token.ts';
import { type ClusterConnection, createKubernetesClient, type KubernetesClient } from './kubernetes-client.ts';

/** A cluster takes a token for 15 minutes. */
const tokenMilliseconds = 10 * 60_000;

/** Clients by cluster name; endpoint and token are kept as long as they are good. */
export function createEksClusters(
  eks: EKSClient,
  clock: Clock,
  region: string,
): (clusterName: string) => KubernetesClient {
  const connections = new Map<string, { readonly connection: ClusterConnection; readonly madeAt: number }>();
  return (clusterName) =>
    createKubernetesClient(async ({ refresh }) => {
      const known = connections.get(clusterName);
      if (!refresh && known !== undefined && clock.now() - known.madeAt < tokenMilliseconds) return known.connection;
      const connection = await connect(eks, clock, region, clusterName);
      connections.set(clusterName, { connection, madeAt: clock.now() });
      return connection;
    });
}

async function connect(eks: EKSClient, clock: Clock, region: string, clusterName: string): Promise<ClusterConnection> {
  const { cluster } = await eks.send(new DescribeClusterCommand({ name: clusterName }));
  if (cluster?.endpoint === undefined) {
    throw new AppError(
      'UpstreamUnavailableError',
      `cluster ${clusterName} has no endpoint: it is ${cluster?.status ?? 'unknown'}`,
    );
  }
  const authority = cluster.certificateAuthority?.data;
  return {
    endpoint: cluster.endpoint,
    certificateAuthority: authority === undefined ? undefined : Buffer.from(authority, 'base64').toString('utf8'),
    token: await createEksToken(
      clusterName,
      { region, endpoint: readStsEndpoint(region) },
      readCredentials(),
      new Date(clock.now()),
    ),
  };
}
