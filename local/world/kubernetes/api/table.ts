// Tables: what `kubectl get` asks for (`as=Table`) so that the server decides on the columns.
import { findField } from '../resources/json-path.ts';
import type { KubernetesObject } from '../resources/kubernetes-object.ts';
import type { PrinterColumn, ResourceType } from '../resources/resource-type.ts';
import type { Pod } from '../resources/workload-types.ts';

interface Column {
  readonly name: string;
  readonly type: string;
  readonly priority?: number;
  readonly read: (object: KubernetesObject, nowMilliseconds: number) => string | number;
}

/** Whether the Accept header asks for a table before plain JSON. */
export function wantsTable(accept: string | undefined): boolean {
  const first = (accept ?? '').split(',')[0] ?? '';
  return /as=Table/.test(first) && /g=meta\.k8s\.io/.test(first);
}

/** `resourceVersion` is the list's; `include` is kubectl's includeObject. */
export function buildTable(
  type: ResourceType,
  items: readonly KubernetesObject[],
  options: { metadata: object; nowMilliseconds: number; include?: string; withHeader?: boolean },
): object {
  const columns = listColumns(type);
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: options.metadata,
    columnDefinitions:
      options.withHeader === false
        ? []
        : columns.map(({ name, type: kind, priority = 0 }) => ({
            name,
            type: kind,
            format: name === 'Name' ? 'name' : '',
            description: name,
            priority,
          })),
    rows: items.map((item) => ({
      cells: columns.map(({ read }) => read(item, options.nowMilliseconds)),
      object: describeRow(item, options.include),
    })),
  };
}

function describeRow(item: KubernetesObject, include: string | undefined): object | undefined {
  if (include === 'Object') return item;
  if (include === 'None') return undefined;
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: item.metadata };
}

const nameColumn: Column = { name: 'Name', type: 'string', read: (object) => object.metadata.name };
const ageColumn: Column = {
  name: 'Age',
  type: 'string',
  read: (object, now) => formatAge(now - Date.parse(object.metadata.creationTimestamp)),
};

function field(name: string, path: string, fallback: string | number = '<none>'): Column {
  return {
    name,
    type: typeof fallback === 'number' ? 'integer' : 'string',
    read: (object) => {
      const value = findField(object, path);
      return typeof value === 'number' || (typeof value === 'string' && value !== '') ? value : fallback;
    },
  };
}

function ratio(name: string, ready: string, total: string): Column {
  return {
    name,
    type: 'string',
    read: (object) => `${findField(object, ready) ?? 0}/${findField(object, total) ?? 0}`,
  };
}

const count = (name: string, path: string): Column => ({
  name,
  type: 'integer',
  read: (object) => Object.keys((findField(object, path) as object | undefined) ?? {}).length,
});

const builtInColumns: Readonly<Record<string, readonly Column[]>> = {
  '/pods': [
    { name: 'Ready', type: 'string', read: (pod) => readPodReadiness(pod as Pod) },
    { name: 'Status', type: 'string', read: (pod) => readPodStatus(pod as Pod) },
    {
      name: 'Restarts',
      type: 'integer',
      read: (pod) =>
        ((pod as Pod).status?.containerStatuses ?? []).reduce((sum, status) => sum + status.restartCount, 0),
    },
  ],
  '/services': [
    field('Type', 'spec.type'),
    field('Cluster-IP', 'spec.clusterIP'),
    {
      name: 'Port(s)',
      type: 'string',
      read: (service) => {
        const ports = findField(service, 'spec.ports');
        return Array.isArray(ports) ? ports.map((port) => `${port.port}/${port.protocol}`).join(',') : '<none>';
      },
    },
  ],
  '/namespaces': [field('Status', 'status.phase')],
  '/configmaps': [count('Data', 'data')],
  '/secrets': [field('Type', 'type'), count('Data', 'data')],
  '/persistentvolumeclaims': [field('Status', 'status.phase'), field('Volume', 'spec.volumeName')],
  '/events': [
    field('Type', 'type'),
    field('Reason', 'reason'),
    {
      name: 'Object',
      type: 'string',
      read: (event) =>
        `${String(findField(event, 'involvedObject.kind')).toLowerCase()}/${findField(event, 'involvedObject.name')}`,
    },
    field('Message', 'message'),
  ],
  'apps/deployments': [
    ratio('Ready', 'status.readyReplicas', 'spec.replicas'),
    field('Up-to-date', 'status.updatedReplicas', 0),
    field('Available', 'status.availableReplicas', 0),
  ],
  'apps/replicasets': [
    field('Desired', 'spec.replicas', 0),
    field('Current', 'status.replicas', 0),
    field('Ready', 'status.readyReplicas', 0),
  ],
  'apps/statefulsets': [ratio('Ready', 'status.readyReplicas', 'spec.replicas')],
  'batch/jobs': [
    {
      name: 'Status',
      type: 'string',
      read: (job) => {
        const conditions = findField(job, 'status.conditions');
        const finished = Array.isArray(conditions)
          ? conditions.find((condition) => condition.status === 'True')
          : undefined;
        return finished?.type ?? 'Running';
      },
    },
    ratio('Completions', 'status.succeeded', 'spec.completions'),
  ],
  'batch/cronjobs': [field('Schedule', 'spec.schedule'), field('Suspend', 'spec.suspend', 'False')],
  'apiextensions.k8s.io/customresourcedefinitions': [field('Created at', 'metadata.creationTimestamp')],
};

function listColumns(type: ResourceType): readonly Column[] {
  const own = type.custom
    ? (type.columns ?? []).map(readDeclaredColumn)
    : (builtInColumns[`${type.group}/${type.resource}`] ?? []);
  return [nameColumn, ...own, ageColumn];
}

function readDeclaredColumn(column: PrinterColumn): Column {
  return { ...field(column.name, column.jsonPath, ''), type: column.type, priority: column.priority ?? 0 };
}

function readPodReadiness(pod: Pod): string {
  const statuses = pod.status?.containerStatuses ?? [];
  return `${statuses.filter((status) => status.ready).length}/${pod.spec.containers.length}`;
}

function readPodStatus(pod: Pod): string {
  if (pod.metadata.deletionTimestamp) return 'Terminating';
  for (const { state } of pod.status?.containerStatuses ?? []) {
    const reason = state.waiting?.reason ?? state.terminated?.reason;
    if (reason) return reason;
  }
  return pod.status?.phase ?? 'Pending';
}

/** As kubectl shows ages: `45s`, `3m20s`, `5h`, `12d`. */
function formatAge(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  if (seconds < 120) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 10) return `${minutes}m${seconds % 60 === 0 ? '' : `${seconds % 60}s`}`;
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours}h` : `${Math.floor(hours / 24)}d`;
}
