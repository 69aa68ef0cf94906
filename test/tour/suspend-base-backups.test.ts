// Base backups pause for a tour's nights, and Argo CD leaves it so; afterwards everything is as it was.
import { expect, it } from '@jest/globals';
import { findTypes, type ScheduledBackup } from '../../local/world/kubernetes/cloudnative-pg/resources.ts';
import type { KubernetesObject } from '../../local/world/kubernetes/resources/kubernetes-object.ts';
import type { System } from '../../tour/start-system.ts';
import { suspendBaseBackups } from '../../tour/suspend-base-backups.ts';
import { startTestCluster } from '../local/world/kubernetes/start-test-cluster.ts';

it('suspends the schedules and their Application, and lets both go on', async () => {
  const test = await startTestCluster({ namespaces: ['shop', 'argocd'] });
  try {
    const { registry } = test.cluster;
    const { schedules } = findTypes(registry);
    const applications = registry.types.findResource('argoproj.io', 'applications');
    if (applications === undefined) throw new Error('the cluster has no Applications');
    const automated = { prune: false, selfHeal: true };
    registry.create<ScheduledBackup>(schedules, {
      metadata: { name: 'base-backup', namespace: 'shop' },
      spec: { schedule: '0 30 1 * * *', cluster: { name: 'orders' } },
    });
    registry.create<KubernetesObject & { spec: object }>(applications, {
      metadata: { name: 'shop-databases', namespace: 'argocd' },
      spec: { project: 'default', syncPolicy: { automated } },
    });
    const read = () => [
      registry.find<ScheduledBackup>(schedules, 'shop', 'base-backup')?.spec.suspend ?? false,
      registry.find<KubernetesObject & { spec: { syncPolicy: object } }>(applications, 'argocd', 'shop-databases')?.spec
        .syncPolicy,
    ];
    const system = {
      configuration: { environments: { dev: { cluster: 'test', namespace: 'shop', argoNamespace: 'argocd' } } },
      world: { clusters: new Map([['test', test.cluster]]) },
    } as unknown as System;
    const resume = suspendBaseBackups(system, 'dev');
    expect(read()).toEqual([true, { automated: { ...automated, enabled: false } }]);
    resume();
    expect(read()).toEqual([false, { automated }]);
  } finally {
    await test.stop();
  }
});
