// The rules of the access policies that EKS offers, as far as the served resources go.
import type { PolicyRule } from './decide-access.ts';

const read = ['get', 'list', 'watch'];
const write = [...read, 'create', 'delete', 'deletecollection', 'patch', 'update'];

const workloadGroups: Readonly<Record<string, readonly string[]>> = {
  '': [
    'configmaps',
    'endpoints',
    'persistentvolumeclaims',
    'pods',
    'services',
    'serviceaccounts',
    'events',
    'pods/log',
    'namespaces',
    'resourcequotas',
    'limitranges',
  ],
  apps: [
    'daemonsets',
    'deployments',
    'deployments/scale',
    'replicasets',
    'replicasets/scale',
    'statefulsets',
    'statefulsets/scale',
  ],
  batch: ['cronjobs', 'jobs'],
  'networking.k8s.io': ['ingresses', 'networkpolicies'],
  policy: ['poddisruptionbudgets'],
  autoscaling: ['horizontalpodautoscalers'],
};

const readOnly = new Set(['endpoints', 'events', 'pods/log', 'namespaces', 'resourcequotas', 'limitranges']);

const viewRules: readonly PolicyRule[] = Object.entries(workloadGroups).map(([group, resources]) => ({
  verbs: read,
  apiGroups: [group],
  resources: [...resources, ...resources.map((resource) => `${resource}/status`)],
}));
const editRules: readonly PolicyRule[] = [
  ...viewRules,
  ...Object.entries(workloadGroups).map(([group, resources]) => ({
    verbs: write,
    apiGroups: [group],
    resources: resources.filter((resource) => !readOnly.has(resource)),
  })),
  {
    verbs: write,
    apiGroups: [''],
    resources: ['secrets', 'pods/proxy', 'services/proxy', 'pods/exec', 'pods/portforward'],
  },
];
const adminRules: readonly PolicyRule[] = [
  ...editRules,
  { verbs: write, apiGroups: ['rbac.authorization.k8s.io'], resources: ['roles', 'rolebindings'] },
];

const rulesByPolicy: Readonly<Record<string, readonly PolicyRule[]>> = {
  AmazonEKSAdminViewPolicy: [{ verbs: read, apiGroups: ['*'], resources: ['*'] }],
  AmazonEKSViewPolicy: viewRules,
  AmazonEKSEditPolicy: editRules,
  AmazonEKSAdminPolicy: adminRules,
};

/** Rules of a policy by its name; none for an unknown one. */
export function findPolicyRules(name: string, namespaced: boolean): readonly PolicyRule[] {
  if (name === 'AmazonEKSClusterAdminPolicy')
    return namespaced ? adminRules : [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }];
  return rulesByPolicy[name] ?? [];
}
