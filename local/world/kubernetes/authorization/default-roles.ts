// The cluster roles that every cluster has for people: view, edit, admin, cluster-admin.
import type { JsonObject } from '../resources/kubernetes-object.ts';
import { findPolicyRules } from './access-policies.ts';

function define(name: string, policy: string): JsonObject {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name, labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults' } },
    rules: structuredClone(findPolicyRules(policy, false)),
  };
}

/** Created at the first start of a cluster. */
export const defaultRoles: readonly JsonObject[] = [
  define('cluster-admin', 'AmazonEKSClusterAdminPolicy'),
  define('admin', 'AmazonEKSAdminPolicy'),
  define('edit', 'AmazonEKSEditPolicy'),
  define('view', 'AmazonEKSViewPolicy'),
];
