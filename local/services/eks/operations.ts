// DescribeCluster, ListClusters, DescribeAccessEntry, ListAccessEntries. https://docs.aws.amazon.com/eks/latest/APIReference/
import type {
  DescribeAccessEntryCommandInput,
  DescribeClusterCommandInput,
  ListAccessEntriesCommandInput,
  ListAssociatedAccessPoliciesCommandInput,
} from '@aws-sdk/client-eks';
import type { RuntimeContext } from '../../runtime/context.ts';
import { AwsError, type CallContext, type Operation } from '../../runtime/service.ts';
import type { AccessEntries } from './access-entries.ts';
import type { ClusterRegistry, RegisteredCluster } from './cluster-registry.ts';

export function createOperations(
  context: RuntimeContext,
  clusters: ClusterRegistry,
  entries: AccessEntries,
): Record<string, Operation> {
  const clusterArn = (name: string, call: CallContext): string =>
    `arn:aws:eks:${call.region}:${context.accountId}:cluster/${name}`;
  const getCluster = (name: string | undefined, call: CallContext): RegisteredCluster => {
    const cluster = clusters.find(call.region, name ?? '');
    if (cluster === undefined)
      throw new AwsError('ResourceNotFoundException', `No cluster found for name: ${name}.`, { status: 404 });
    return cluster;
  };
  return {
    DescribeCluster: {
      authorize: ({ name = '' }: DescribeClusterCommandInput, call: CallContext) => [
        { action: 'eks:DescribeCluster', resource: clusterArn(name, call) },
      ],
      handle: ({ name }: DescribeClusterCommandInput, call: CallContext) => {
        const cluster = getCluster(name, call);
        return {
          cluster: {
            name: cluster.name,
            arn: clusterArn(cluster.name, call),
            endpoint: cluster.endpoint,
            status: 'ACTIVE',
            certificateAuthority: { data: cluster.certificateAuthorityData },
            accessConfig: { authenticationMode: 'API' },
          },
        };
      },
    },
    ListClusters: {
      authorize: (_: object, call: CallContext) => [{ action: 'eks:ListClusters', resource: clusterArn('*', call) }],
      handle: (_: object, call: CallContext) => ({ clusters: clusters.list(call.region).map(({ name }) => name) }),
    },
    DescribeAccessEntry: {
      authorize: ({ clusterName = '' }: DescribeAccessEntryCommandInput, call: CallContext) => [
        { action: 'eks:DescribeAccessEntry', resource: clusterArn(clusterName, call) },
      ],
      handle: ({ clusterName = '', principalArn = '' }: DescribeAccessEntryCommandInput, call: CallContext) => {
        const entry = entries.find(call.region, clusterName, principalArn);
        if (entry === undefined) {
          throw new AwsError(
            'ResourceNotFoundException',
            `The specified principalArn could not be found. You can view your available access entries with 'list-access-entries'.`,
            { status: 404 },
          );
        }
        const { region: _region, policies: _policies, ...accessEntry } = entry;
        return { accessEntry };
      },
    },
    ListAssociatedAccessPolicies: {
      authorize: ({ clusterName = '' }: ListAssociatedAccessPoliciesCommandInput, call: CallContext) => [
        { action: 'eks:ListAssociatedAccessPolicies', resource: clusterArn(clusterName, call) },
      ],
      handle: (input: ListAssociatedAccessPoliciesCommandInput, call: CallContext) => {
        const { clusterName = '', principalArn = '' } = input;
        const { policies = [] } = entries.find(call.region, clusterName, principalArn) ?? {};
        return {
          clusterName,
          principalArn,
          associatedAccessPolicies: policies.map(({ PolicyArn, AccessScope }) => ({
            policyArn: PolicyArn,
            accessScope: { type: AccessScope.Type, namespaces: [...(AccessScope.Namespaces ?? [])] },
          })),
        };
      },
    },
    ListAccessEntries: {
      authorize: ({ clusterName = '' }: ListAccessEntriesCommandInput, call: CallContext) => [
        { action: 'eks:ListAccessEntries', resource: clusterArn(clusterName, call) },
      ],
      handle: ({ clusterName = '' }: ListAccessEntriesCommandInput, call: CallContext) => ({
        accessEntries: entries.list(call.region, clusterName).map(({ principalArn }) => principalArn),
      }),
    },
  };
}
