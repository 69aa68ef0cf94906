// Where clusters are, and who may enter them.
import type { DescribeAccessEntryResponse, DescribeClusterResponse } from '@aws-sdk/client-eks';
import { describe, expect, it } from '@jest/globals';
import { ClusterRegistry } from '../../../../local/services/eks/cluster-registry.ts';
import { createEksModule } from '../../../../local/services/eks/module.ts';
import { accountId, openRuntime, region } from '../service-runtime.ts';

const cluster = { name: 'main', region, endpoint: 'https://127.0.0.1:6443', certificateAuthorityData: 'Q0E=' };
const principalArn = `arn:aws:iam::${accountId}:role/worker`;

describe('a cluster', () => {
  it('is described once the world has registered it', async () => {
    const runtime = await openRuntime([createEksModule]);
    const read = () => runtime.call<DescribeClusterResponse>('eks', 'DescribeCluster', { name: 'main' });
    await expect(read()).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      status: 404,
      message: 'No cluster found for name: main.',
    });
    new ClusterRegistry(runtime.context.store).register(cluster);
    expect((await read()).cluster).toMatchObject({
      arn: `arn:aws:eks:${region}:${accountId}:cluster/main`,
      endpoint: cluster.endpoint,
      certificateAuthority: { data: 'Q0E=' },
      status: 'ACTIVE',
    });
  });

  it('is guarded by its ARN', async () => {
    const runtime = await openRuntime([createEksModule]);
    new ClusterRegistry(runtime.context.store).register(cluster);
    const Resource = `arn:aws:eks:${region}:${accountId}:cluster/other`;
    const as = await runtime.createRole('worker', { Effect: 'Allow', Action: 'eks:DescribeCluster', Resource });
    await expect(runtime.call('eks', 'DescribeCluster', { name: 'main' }, { as })).rejects.toMatchObject({
      name: 'AccessDeniedException',
      status: 403,
    });
  });
});

describe('an access entry', () => {
  const PolicyArn = 'arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy';
  const properties = {
    ClusterName: 'main',
    PrincipalArn: principalArn,
    KubernetesGroups: ['deployers'],
    AccessPolicies: [{ PolicyArn, AccessScope: { Type: 'namespace', Namespaces: ['dev'] } }],
  };

  it('maps a role to a user, groups and policies', async () => {
    const runtime = await openRuntime([createEksModule]);
    const { attributes } = await runtime.provide('AWS::EKS::AccessEntry', properties);
    const key = { clusterName: 'main', principalArn };
    const { accessEntry } = await runtime.call<DescribeAccessEntryResponse>('eks', 'DescribeAccessEntry', key);
    expect(accessEntry).toMatchObject({
      accessEntryArn: attributes.AccessEntryArn,
      kubernetesGroups: ['deployers'],
      username: `arn:aws:sts::${accountId}:assumed-role/worker/{{SessionName}}`,
    });
    expect(await runtime.call('eks', 'ListAssociatedAccessPolicies', key)).toMatchObject({
      associatedAccessPolicies: [{ policyArn: PolicyArn, accessScope: { type: 'namespace', namespaces: ['dev'] } }],
    });
    expect(await runtime.call('eks', 'ListAccessEntries', key)).toEqual({ accessEntries: [principalArn] });
  });

  it('that the template has dropped lets nobody in', async () => {
    const runtime = await openRuntime([createEksModule]);
    await runtime.provide('AWS::EKS::AccessEntry', properties);
    const next = await runtime.restart();
    expect(await next.call('eks', 'ListAccessEntries', { clusterName: 'main' })).toEqual({ accessEntries: [] });
  });
});
