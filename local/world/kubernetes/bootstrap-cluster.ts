// What is there before anybody asks: system namespaces, a node, default roles, installed definitions, Argo CD's project.
import { defaultRoles } from './authorization/default-roles.ts';
import { clusterRoles, customResourceDefinitions, namespaces } from './resources/built-in-types.ts';
import { installedDefinitions } from './resources/installed-definitions.ts';
import type { JsonObject } from './resources/kubernetes-object.ts';
import type { ResourceType } from './resources/resource-type.ts';
import type { ObjectRegistry } from './storage/object-registry.ts';

const systemNamespaces = ['default', 'kube-system', 'kube-public', 'argocd', 'flagger-system', 'cert-manager'];

/** Creates what is missing; what exists is left as it is. */
export function bootstrapCluster(registry: ObjectRegistry, ownNamespaces: readonly string[]): void {
  for (const name of [...systemNamespaces, ...ownNamespaces]) ensure(registry, namespaces, { metadata: { name } });
  for (const role of defaultRoles) ensure(registry, clusterRoles, role);
  for (const definition of installedDefinitions) ensure(registry, customResourceDefinitions, definition);
  const nodes = registry.types.findResource('', 'nodes');
  if (nodes)
    ensure(registry, nodes, { metadata: { name: 'node-1', labels: { 'kubernetes.io/hostname': 'node-1' } }, spec: {} });
  const projects = registry.types.findResource('argoproj.io', 'appprojects');
  if (projects)
    ensure(registry, projects, {
      metadata: { name: 'default', namespace: 'argocd' },
      spec: {
        sourceRepos: ['*'],
        destinations: [{ namespace: '*', server: '*' }],
        clusterResourceWhitelist: [{ group: '*', kind: '*' }],
      },
    });
}

function nameOf(object: JsonObject): string {
  return String((object.metadata as JsonObject).name);
}

function ensure(registry: ObjectRegistry, type: ResourceType, object: JsonObject): void {
  const namespace = (object.metadata as JsonObject).namespace;
  if (!registry.find(type, typeof namespace === 'string' ? namespace : '', nameOf(object)))
    registry.create(type, object);
}
