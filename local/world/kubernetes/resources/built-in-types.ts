// The resource types every cluster serves.
import type { ResourceType, ScalePaths } from './resource-type.ts';

type Options = Partial<
  Pick<
    ResourceType,
    'namespaced' | 'shortNames' | 'categories' | 'hasStatus' | 'scale' | 'selectableFields' | 'singular'
  >
>;

const replicaScale: ScalePaths = {
  specReplicasPath: '.spec.replicas',
  statusReplicasPath: '.status.replicas',
  labelSelectorPath: '.spec.selector',
};

function define(group: string, version: string, resource: string, kind: string, options: Options = {}): ResourceType {
  return {
    group,
    version,
    servedVersions: [version],
    resource,
    singular: options.singular ?? kind.toLowerCase(),
    kind,
    namespaced: options.namespaced ?? true,
    shortNames: options.shortNames ?? [],
    categories: options.categories ?? [],
    hasStatus: options.hasStatus ?? false,
    ...(options.scale ? { scale: options.scale } : {}),
    custom: false,
    selectableFields: options.selectableFields ?? [],
  };
}

const cluster = { namespaced: false };
const rbac = 'rbac.authorization.k8s.io';

export const namespaces = define('', 'v1', 'namespaces', 'Namespace', {
  ...cluster,
  shortNames: ['ns'],
  hasStatus: true,
  selectableFields: ['status.phase'],
});
export const pods = define('', 'v1', 'pods', 'Pod', {
  shortNames: ['po'],
  categories: ['all'],
  hasStatus: true,
  selectableFields: [
    'spec.nodeName',
    'spec.restartPolicy',
    'spec.schedulerName',
    'spec.serviceAccountName',
    'status.phase',
    'status.podIP',
    'status.nominatedNodeName',
  ],
});
export const services = define('', 'v1', 'services', 'Service', {
  shortNames: ['svc'],
  categories: ['all'],
  hasStatus: true,
  selectableFields: ['spec.clusterIP', 'spec.type'],
});
export const endpoints = define('', 'v1', 'endpoints', 'Endpoints', { shortNames: ['ep'], singular: 'endpoints' });
export const configMaps = define('', 'v1', 'configmaps', 'ConfigMap', { shortNames: ['cm'] });
export const secrets = define('', 'v1', 'secrets', 'Secret', { selectableFields: ['type'] });
export const persistentVolumeClaims = define('', 'v1', 'persistentvolumeclaims', 'PersistentVolumeClaim', {
  shortNames: ['pvc'],
  hasStatus: true,
});
export const serviceAccounts = define('', 'v1', 'serviceaccounts', 'ServiceAccount', { shortNames: ['sa'] });
export const events = define('', 'v1', 'events', 'Event', {
  shortNames: ['ev'],
  selectableFields: [
    'involvedObject.kind',
    'involvedObject.namespace',
    'involvedObject.name',
    'involvedObject.uid',
    'involvedObject.apiVersion',
    'involvedObject.resourceVersion',
    'involvedObject.fieldPath',
    'reason',
    'reportingComponent',
    'source',
    'type',
  ],
});
export const deployments = define('apps', 'v1', 'deployments', 'Deployment', {
  shortNames: ['deploy'],
  categories: ['all'],
  hasStatus: true,
  scale: replicaScale,
});
export const replicaSets = define('apps', 'v1', 'replicasets', 'ReplicaSet', {
  shortNames: ['rs'],
  categories: ['all'],
  hasStatus: true,
  scale: replicaScale,
  selectableFields: ['status.replicas'],
});
export const statefulSets = define('apps', 'v1', 'statefulsets', 'StatefulSet', {
  shortNames: ['sts'],
  categories: ['all'],
  hasStatus: true,
  scale: replicaScale,
});
export const jobs = define('batch', 'v1', 'jobs', 'Job', {
  categories: ['all'],
  hasStatus: true,
  selectableFields: ['status.successful'],
});
export const cronJobs = define('batch', 'v1', 'cronjobs', 'CronJob', {
  shortNames: ['cj'],
  categories: ['all'],
  hasStatus: true,
});
export const customResourceDefinitions = define(
  'apiextensions.k8s.io',
  'v1',
  'customresourcedefinitions',
  'CustomResourceDefinition',
  { ...cluster, shortNames: ['crd', 'crds'], categories: ['api-extensions'], hasStatus: true },
);
export const roles = define(rbac, 'v1', 'roles', 'Role');
export const roleBindings = define(rbac, 'v1', 'rolebindings', 'RoleBinding');
export const clusterRoles = define(rbac, 'v1', 'clusterroles', 'ClusterRole', cluster);
export const clusterRoleBindings = define(rbac, 'v1', 'clusterrolebindings', 'ClusterRoleBinding', cluster);
export const ingresses = define('networking.k8s.io', 'v1', 'ingresses', 'Ingress', {
  shortNames: ['ing'],
  hasStatus: true,
});

/** In the order discovery lists them. */
export const builtInTypes: readonly ResourceType[] = [
  namespaces,
  pods,
  services,
  endpoints,
  configMaps,
  secrets,
  persistentVolumeClaims,
  serviceAccounts,
  events,
  define('', 'v1', 'nodes', 'Node', { ...cluster, shortNames: ['no'], hasStatus: true }),
  define('', 'v1', 'persistentvolumes', 'PersistentVolume', { ...cluster, shortNames: ['pv'], hasStatus: true }),
  define('', 'v1', 'resourcequotas', 'ResourceQuota', { shortNames: ['quota'], hasStatus: true }),
  define('', 'v1', 'limitranges', 'LimitRange', { shortNames: ['limits'] }),
  deployments,
  replicaSets,
  statefulSets,
  define('apps', 'v1', 'daemonsets', 'DaemonSet', { shortNames: ['ds'], categories: ['all'], hasStatus: true }),
  jobs,
  cronJobs,
  ingresses,
  define('networking.k8s.io', 'v1', 'networkpolicies', 'NetworkPolicy', { shortNames: ['netpol'] }),
  define('policy', 'v1', 'poddisruptionbudgets', 'PodDisruptionBudget', { shortNames: ['pdb'], hasStatus: true }),
  define('autoscaling', 'v2', 'horizontalpodautoscalers', 'HorizontalPodAutoscaler', {
    shortNames: ['hpa'],
    categories: ['all'],
    hasStatus: true,
  }),
  define('storage.k8s.io', 'v1', 'storageclasses', 'StorageClass', { ...cluster, shortNames: ['sc'] }),
  define('scheduling.k8s.io', 'v1', 'priorityclasses', 'PriorityClass', { ...cluster, shortNames: ['pc'] }),
  define('coordination.k8s.io', 'v1', 'leases', 'Lease'),
  roles,
  roleBindings,
  clusterRoles,
  clusterRoleBindings,
  customResourceDefinitions,
];
