// Role-based access control: whether roles bound to a user, or EKS access policies, allow a request.
// https://kubernetes.io/docs/reference/access-authn-authz/rbac/ https://docs.aws.amazon.com/eks/latest/userguide/access-policy-permissions.html
import type { User } from '../authentication/user.ts';
import { clusterRoleBindings, clusterRoles, roleBindings, roles } from '../resources/built-in-types.ts';
import type { KubernetesObject } from '../resources/kubernetes-object.ts';
import type { ObjectRegistry } from '../storage/object-registry.ts';
import { findPolicyRules } from './access-policies.ts';

export interface Attributes {
  readonly verb: string;
  readonly group: string;
  /** With its subresource: `deployments/scale`. */
  readonly resource: string;
  readonly namespace?: string;
  readonly name?: string;
}

export interface PolicyRule {
  readonly verbs: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
}

interface Binding extends KubernetesObject {
  roleRef: { kind: string; name: string };
  subjects?: { kind: string; name: string; namespace?: string }[];
}

interface Role extends KubernetesObject {
  rules?: PolicyRule[];
}

/** Whether the user may do it. Members of `system:masters` may do everything. */
export function decideAccess(registry: ObjectRegistry, user: User, attributes: Attributes): boolean {
  if (user.groups.includes('system:masters')) return true;
  const rules = [...listPolicyRules(user, attributes), ...listBoundRules(registry, user, attributes)];
  return rules.some((rule) => allows(rule, attributes));
}

function listPolicyRules(user: User, { namespace }: Attributes): readonly PolicyRule[] {
  return (user.accessPolicies ?? []).flatMap((policy) => {
    const inScope = policy.namespaces?.some((pattern) =>
      pattern.endsWith('*') ? namespace?.startsWith(pattern.slice(0, -1)) : pattern === namespace,
    );
    return (inScope ?? true) ? findPolicyRules(policy.name, policy.namespaces !== undefined) : [];
  });
}

function listBoundRules(registry: ObjectRegistry, user: User, { namespace }: Attributes): readonly PolicyRule[] {
  const inCluster = registry.list<Binding>(clusterRoleBindings);
  const inNamespace = namespace === undefined ? [] : registry.list<Binding>(roleBindings, namespace);
  return [...inCluster, ...inNamespace].flatMap((binding) => {
    if (!binding.subjects?.some((subject) => isSubject(user, subject))) return [];
    const { kind, name } = binding.roleRef;
    const role =
      kind === 'ClusterRole'
        ? registry.find<Role>(clusterRoles, undefined, name)
        : registry.find<Role>(roles, binding.metadata.namespace, name);
    return role?.rules ?? [];
  });
}

function isSubject(user: User, subject: { kind: string; name: string; namespace?: string }): boolean {
  if (subject.kind === 'Group') return user.groups.includes(subject.name);
  if (subject.kind === 'User') return user.username === subject.name;
  return user.username === `system:serviceaccount:${subject.namespace}:${subject.name}`;
}

function allows(rule: PolicyRule, { verb, group, resource, name }: Attributes): boolean {
  const has = (list: readonly string[] | undefined, value: string) =>
    list?.includes('*') === true || list?.includes(value) === true;
  const subresource = resource.includes('/') ? `*/${resource.split('/')[1]}` : resource;
  return (
    has(rule.verbs, verb) &&
    has(rule.apiGroups, group) &&
    (has(rule.resources, resource) || rule.resources?.includes(subresource) === true) &&
    (!rule.resourceNames ||
      rule.resourceNames.length === 0 ||
      (name !== undefined && rule.resourceNames.includes(name)))
  );
}

/** The refusal in the API server's words. */
export function describeDenial(user: User, { verb, group, resource, namespace }: Attributes): string {
  const scope = namespace === undefined ? 'at the cluster scope' : `in the namespace "${namespace}"`;
  return `User "${user.username}" cannot ${verb} resource "${resource}" in API group "${group}" ${scope}`;
}
