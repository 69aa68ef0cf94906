// ScheduledBackups: a Backup at each time of the schedule.
import { type ControllerContext, keyOf, startController } from '../controllers/controller.ts';
import { recordEvent } from '../controllers/record-event.ts';
import { buildControllerReference, type KubernetesObject } from '../resources/kubernetes-object.ts';
import { decideBackup } from './decide-backup.ts';
import { type Backup, findTypes, isDone, label, type ScheduledBackup } from './resources.ts';

const component = 'cloudnative-pg-scheduledbackup';

export function startScheduledBackupController(context: ControllerContext): void {
  const { registry, clock } = context;
  const types = findTypes(registry);
  startController(context, {
    name: component,
    type: types.schedules,
    // What waits for the end of a backup is woken by it.
    relate: ({ resource, object }) => {
      const name = object.metadata.labels?.[label.schedule];
      return resource !== 'postgresql.cnpg.io/backups' || name === undefined
        ? []
        : [{ namespace: object.metadata.namespace ?? '', name }];
    },
    reconcile: ({ namespace, name }, queue) => {
      const schedule = registry.find<ScheduledBackup>(types.schedules, namespace, name);
      if (!schedule || schedule.metadata.deletionTimestamp || schedule.spec.suspend) return;
      const own = registry
        .list<Backup>(types.backups, namespace)
        .filter(({ metadata }) => metadata.labels?.[label.schedule] === name);
      if (!own.every(isDone)) return;
      const { backupAt, isImmediate, status, nextAt } = decideBackup(schedule, clock.now());
      if (backupAt !== undefined) createBackup(context, schedule, backupAt, isImmediate);
      if (status !== undefined)
        registry.update<ScheduledBackup>(
          types.schedules,
          namespace,
          name,
          (current) => {
            current.status = { ...current.status, ...status };
          },
          { subresource: 'status' },
        );
      if (nextAt !== undefined) queue.addAt(keyOf(schedule), nextAt);
    },
  });
}

/** Its name is that of its time: one that is there already is of a life that did not come to say so. */
function createBackup({ registry }: ControllerContext, schedule: ScheduledBackup, at: number, isImmediate: boolean) {
  const types = findTypes(registry);
  const { namespace, name } = schedule.metadata;
  const { cluster, method = 'barmanObjectStore', pluginConfiguration, backupOwnerReference } = schedule.spec;
  const backupName = `${name}-${new Date(at).toISOString().slice(0, 19).replaceAll(/[-:T]/g, '')}`;
  if (registry.find(types.backups, namespace, backupName) !== undefined) return;
  const owner: KubernetesObject | undefined =
    backupOwnerReference === 'self'
      ? schedule
      : backupOwnerReference === 'cluster'
        ? registry.find(types.clusters, namespace, cluster.name)
        : undefined;
  registry.create<Backup>(types.backups, {
    metadata: {
      name: backupName,
      namespace,
      labels: { [label.cluster]: cluster.name, [label.immediate]: String(isImmediate), [label.schedule]: name },
      ...(owner === undefined ? {} : { ownerReferences: [buildControllerReference(owner)] }),
    },
    spec: { cluster, method, ...(pluginConfiguration === undefined ? {} : { pluginConfiguration }) },
  });
  recordEvent(registry, schedule, { reason: 'BackupSchedule', message: `Created backup ${backupName}`, component });
}
