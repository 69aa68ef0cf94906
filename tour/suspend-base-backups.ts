// Lets a tour's nights pass without base backups, as a person would have it: Argo CD is told to leave the databases as they are meanwhile.
import { findTypes, type ScheduledBackup } from '../local/world/kubernetes/cloudnative-pg/resources.ts';
import type { KubernetesObject } from '../local/world/kubernetes/resources/kubernetes-object.ts';
import type { System } from './start-system.ts';

type Application = KubernetesObject & { spec: { syncPolicy?: { automated?: { enabled?: boolean } } } };

/** Of the environment's databases. Returns what makes them go on. Does nothing where the cluster is a real one. */
export function suspendBaseBackups({ configuration, world }: System, environment: string): () => void {
  const { cluster = '', namespace = '', argoNamespace = '' } = configuration.environments[environment] ?? {};
  const registry = world.clusters.get(cluster)?.registry;
  const applications = registry?.types.findResource('argoproj.io', 'applications');
  if (registry === undefined || applications === undefined) return () => undefined;
  const { schedules } = findTypes(registry);
  const own = registry
    .list<Application>(applications, argoNamespace)
    .filter(({ metadata }) => metadata.name.endsWith('-databases'));
  const setSuspended = (suspend: boolean): void => {
    for (const { metadata } of registry.list<ScheduledBackup>(schedules, namespace))
      registry.update<ScheduledBackup>(schedules, namespace, metadata.name, (current) => {
        current.spec.suspend = suspend;
      });
  };
  const setPolicies = (policyOf: (application: Application) => Application['spec']['syncPolicy']): void => {
    for (const application of own)
      registry.update<Application>(applications, argoNamespace, application.metadata.name, (current) => {
        current.spec.syncPolicy = policyOf(application);
      });
  };
  setPolicies(({ spec: { syncPolicy } }) => ({
    ...syncPolicy,
    automated: { ...syncPolicy?.automated, enabled: false },
  }));
  setSuspended(true);
  return () => {
    setSuspended(false);
    setPolicies(({ spec: { syncPolicy } }) => syncPolicy);
  };
}
