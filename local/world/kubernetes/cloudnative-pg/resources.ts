// Typed views of CloudNativePG's resources: the fields that the simulation acts on.
// https://cloudnative-pg.io/documentation/current/cloudnative-pg.v1/
import type { KubernetesObject } from '../resources/kubernetes-object.ts';
import type { ResourceType } from '../resources/resource-type.ts';
import type { ObjectRegistry } from '../storage/object-registry.ts';

export interface ScheduledBackup extends KubernetesObject {
  spec: {
    /** Cron with seconds first. */
    schedule: string;
    cluster: { name: string };
    suspend?: boolean;
    immediate?: boolean;
    backupOwnerReference?: 'none' | 'self' | 'cluster';
    method?: BackupMethod;
    pluginConfiguration?: { name: string };
  };
  status?: { lastCheckTime?: string; lastScheduleTime?: string; nextScheduleTime?: string };
}

export type BackupMethod = 'barmanObjectStore' | 'plugin' | 'volumeSnapshot';

export interface Backup extends KubernetesObject {
  spec: { cluster: { name: string }; method?: BackupMethod; pluginConfiguration?: { name: string } };
  status?: {
    phase?: 'pending' | 'started' | 'running' | 'completed' | 'failed';
    method?: BackupMethod;
    serverName?: string;
    backupId?: string;
    startedAt?: string;
    stoppedAt?: string;
    error?: string;
  };
}

/** The labels by which a Backup is known as a schedule's. */
export const label = {
  cluster: 'cnpg.io/cluster',
  immediate: 'cnpg.io/immediateBackup',
  schedule: 'cnpg.io/scheduled-backup',
} as const;

export function isDone({ status }: Backup): boolean {
  return status?.phase === 'completed' || status?.phase === 'failed';
}

/** The types of the installed definitions. @throws when a definition was removed. */
export function findTypes({ types }: ObjectRegistry): Record<'clusters' | 'backups' | 'schedules', ResourceType> {
  const get = (resource: string): ResourceType => {
    const type = types.findResource('postgresql.cnpg.io', resource);
    if (type === undefined) throw new Error(`the cluster has no ${resource}.postgresql.cnpg.io`);
    return type;
  };
  return { clusters: get('clusters'), backups: get('backups'), schedules: get('scheduledbackups') };
}
