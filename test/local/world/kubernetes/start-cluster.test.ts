import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { AppsV1Api, CoreV1Api } from '@kubernetes/client-node';
import type { User } from '../../../../local/world/kubernetes/authentication/user.ts';
import {
  clusterRoleBindings,
  deployments,
  jobs,
  roleBindings,
  roles,
} from '../../../../local/world/kubernetes/resources/built-in-types.ts';
import type { Deployment, Job } from '../../../../local/world/kubernetes/resources/workload-types.ts';
import { buildDeployment, startTestCluster, type TestCluster } from './start-test-cluster.ts';

const running: TestCluster[] = [];
const directories: string[] = [];
afterEach(async () => {
  for (const test of running.splice(0)) await test.stop();
  for (const directory of directories.splice(0)) await rm(directory, { recursive: true, force: true });
});

describe('a cluster that is started again', () => {
  it('goes on with its objects, versions, certificates and tokens', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'cluster-'));
    directories.push(directory);
    const first = await startTestCluster({ directory });
    first.cluster.registry.create(deployments, buildDeployment('web', 'registry.test/web:1'));
    await first.clock.advance(3_000);
    const before = first.cluster.registry.get<Deployment>(deployments, 'shop', 'web');
    const version = first.cluster.registry.store.currentVersion();
    await first.stop();
    const second = await startTestCluster({ directory });
    running.push(second);
    await second.clock.advance(1_000);
    const after = second.cluster.registry.get<Deployment>(deployments, 'shop', 'web');
    expect(after.metadata.uid).toBe(before.metadata.uid);
    expect(after.status).toMatchObject({ availableReplicas: 2 });
    expect(second.cluster.registry.store.currentVersion()).toBeGreaterThanOrEqual(version);
    expect(second.cluster.certificateAuthorityData).toBe(first.cluster.certificateAuthorityData);
    expect(second.cluster.administratorToken).toBe(first.cluster.administratorToken);
  });

  it('counts a process that went down with it as a failed attempt, and the job is tried again', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'cluster-'));
    directories.push(directory);
    const first = await startTestCluster({ directory, timePasses: true });
    first.cluster.registerJobImage('registry.test/sh', { command: '/bin/sh', args: ['-c'] });
    const started = first.trace.waitFor((activity) => activity.name === 'job-process-started');
    first.cluster.registry.create(jobs, {
      metadata: { name: 'long', namespace: 'shop' },
      spec: {
        backoffLimit: 1,
        template: {
          spec: {
            restartPolicy: 'Never',
            containers: [{ name: 'main', image: 'registry.test/sh:1', args: ['sleep 60'] }],
          },
        },
      },
    });
    await started;
    await first.stop();
    const second = await startTestCluster({ directory });
    running.push(second);
    second.cluster.registerJobImage('registry.test/sh', { command: '/bin/true' });
    await second.clock.advance(30_000);
    expect(second.cluster.registry.get<Job>(jobs, 'shop', 'long').status).toMatchObject({ failed: 1, succeeded: 1 });
  });
});

describe('access', () => {
  const users: Readonly<Record<string, User>> = {
    nobody: { username: 'nobody', groups: [] },
    deployer: { username: 'deployer', groups: ['deployers'] },
    viewer: { username: 'viewer', groups: [], accessPolicies: [{ name: 'AmazonEKSViewPolicy', namespaces: ['shop'] }] },
    owner: { username: 'owner', groups: [], accessPolicies: [{ name: 'AmazonEKSClusterAdminPolicy' }] },
  };
  const start = async () => {
    const test = await startTestCluster({ authenticate: (token) => users[token] });
    running.push(test);
    const { registry } = test.cluster;
    registry.create(roles, {
      metadata: { name: 'deploy', namespace: 'shop' },
      rules: [{ apiGroups: ['apps'], resources: ['deployments'], verbs: ['get', 'list'], resourceNames: [] }],
    });
    registry.create(roleBindings, {
      metadata: { name: 'deploy', namespace: 'shop' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'deploy' },
      subjects: [{ kind: 'Group', name: 'deployers' }],
    });
    return test;
  };

  it('is what roles bound to the user or a group allow, in their namespace', async () => {
    const test = await start();
    const apps = test.kubeConfigFor('deployer').makeApiClient(AppsV1Api);
    expect((await apps.listNamespacedDeployment({ namespace: 'shop' })).items).toEqual([]);
    await expect(apps.listNamespacedDeployment({ namespace: 'default' })).rejects.toMatchObject({ code: 403 });
    await expect(apps.deleteNamespacedDeployment({ namespace: 'shop', name: 'web' })).rejects.toThrow(
      /User .+deployer.+ cannot delete resource .+deployments.+ in API group .+apps.+ in the namespace .+shop/,
    );
  });

  it('is what EKS access policies allow', async () => {
    const test = await start();
    const viewer = test.kubeConfigFor('viewer').makeApiClient(CoreV1Api);
    expect((await viewer.listNamespacedPod({ namespace: 'shop' })).items).toEqual([]);
    await expect(viewer.listNamespacedSecret({ namespace: 'shop' })).rejects.toMatchObject({ code: 403 });
    await expect(viewer.listNamespacedPod({ namespace: 'default' })).rejects.toMatchObject({ code: 403 });
    const owner = test.kubeConfigFor('owner').makeApiClient(CoreV1Api);
    await owner.createNamespacedSecret({ namespace: 'default', body: { metadata: { name: 's' } } });
  });

  it('is nothing without a role, and everything with cluster-admin bound', async () => {
    const test = await start();
    const nobody = test.kubeConfigFor('nobody').makeApiClient(CoreV1Api);
    await expect(nobody.listNamespace()).rejects.toMatchObject({ code: 403 });
    test.cluster.registry.create(clusterRoleBindings, {
      metadata: { name: 'all' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
      subjects: [{ kind: 'User', name: 'nobody' }],
    });
    expect((await nobody.listNamespace()).items.length).toBeGreaterThan(1);
  });
});
