// Backups: a base backup of the server that a Cluster stands for, as soon as it runs.
import { type ControllerContext, type ObjectKey, startController } from '../controllers/controller.ts';
import { recordEvent } from '../controllers/record-event.ts';
import { type Backup, findTypes, isDone } from './resources.ts';

/** Who takes them. */
export interface BaseBackups {
  /** Takes one of the server of a Cluster and answers its id; undefined while the server does not run. */
  find(namespace: string, cluster: string): (() => Promise<string>) | undefined;
  /** Calls back whenever one of the servers has begun to run. */
  onStart(listener: () => void): void;
}

const component = 'cloudnative-pg-backup';

export function startBackupController(context: ControllerContext, baseBackups: BaseBackups): void {
  const { registry, stopped } = context;
  const types = findTypes(registry);
  const takenHere = new Set<string>();
  const queue = startController(context, {
    name: component,
    type: types.backups,
    reconcile: async (key) => {
      const backup = registry.find<Backup>(types.backups, key.namespace, key.name);
      if (!backup || backup.metadata.deletionTimestamp || isDone(backup)) return;
      const { cluster, method = 'barmanObjectStore' } = backup.spec;
      const fail = (error: string) => finish(context, key, { phase: 'failed', error });
      if (method === 'volumeSnapshot') return fail('volume snapshots are not simulated');
      if (registry.find(types.clusters, key.namespace, cluster.name) === undefined)
        return fail(`Unknown cluster ${cluster.name}`);
      if (backup.status?.phase === 'running' && !takenHere.has(backup.metadata.uid))
        return fail('the instance that took it was restarted');
      const take = baseBackups.find(key.namespace, cluster.name);
      if (take === undefined) {
        if (backup.status?.phase !== 'pending') write(context, key, { phase: 'pending' });
        return;
      }
      takenHere.add(backup.metadata.uid);
      write(context, key, { phase: 'running', method, serverName: cluster.name, startedAt: registry.now() });
      try {
        const backupId = await take();
        if (!stopped.aborted) finish(context, key, { phase: 'completed', backupId });
      } catch (error) {
        if (!stopped.aborted) fail(error instanceof Error ? error.message : String(error));
      }
    },
  });
  baseBackups.onStart(() => {
    for (const { metadata, status } of registry.list<Backup>(types.backups))
      if (status?.phase === 'pending') queue.add({ namespace: metadata.namespace ?? '', name: metadata.name });
  });
}

type Status = NonNullable<Backup['status']>;

function write({ registry }: ControllerContext, { namespace, name }: ObjectKey, changes: Status): void {
  const { backups } = findTypes(registry);
  registry.update<Backup>(
    backups,
    namespace,
    name,
    (current) => {
      current.status = { ...current.status, ...changes };
    },
    { subresource: 'status' },
  );
}

function finish(context: ControllerContext, key: ObjectKey, changes: Status): void {
  const { registry, trace, cluster } = context;
  const backup = registry.find<Backup>(findTypes(registry).backups, key.namespace, key.name);
  if (backup === undefined) return;
  write(context, key, { ...changes, stoppedAt: registry.now() });
  const isCompleted = changes.phase === 'completed';
  recordEvent(registry, backup, {
    type: isCompleted ? 'Normal' : 'Warning',
    reason: isCompleted ? 'Completed' : 'Failed',
    message: isCompleted ? 'Backup completed' : `Backup failed: ${changes.error}`,
    component,
  });
  trace.record({
    service: 'cloudnative-pg',
    name: isCompleted ? 'base-backup-completed' : 'base-backup-failed',
    subject: `${cluster}/${key.namespace}/${key.name}`,
    details: isCompleted ? { backupId: changes.backupId } : { error: changes.error },
  });
}
