// Discovery: what groups, versions and resources are served.
import { formatApiVersion, type ResourceType } from '../resources/resource-type.ts';
import type { TypeRegistry } from '../resources/type-registry.ts';

const verbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

/** The body for a discovery path; undefined when the path is none or its group version is not served. */
export function findDiscovery(types: TypeRegistry, pathname: string): object | undefined {
  const segments = pathname.split('/').filter((segment) => segment !== '');
  const [root, first, second] = segments;
  if (pathname === '/api' || pathname === '/api/')
    return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] };
  if (root === 'api' && first === 'v1' && segments.length === 2) return describeVersion(types, '', 'v1');
  if (root !== 'apis') return undefined;
  if (segments.length === 1)
    return { kind: 'APIGroupList', apiVersion: 'v1', groups: listGroups(types).map(describeGroup(types)) };
  if (segments.length === 2 && first !== undefined && listGroups(types).includes(first))
    return { kind: 'APIGroup', apiVersion: 'v1', ...describeGroup(types)(first) };
  if (segments.length === 3 && first !== undefined && second !== undefined)
    return describeVersion(types, first, second);
  return undefined;
}

function listGroups(types: TypeRegistry): string[] {
  const groups = new Set(types.all().flatMap((type) => (type.group === '' ? [] : [type.group])));
  return [...groups, 'authorization.k8s.io'];
}

function listVersions(types: TypeRegistry, group: string): string[] {
  if (group === 'authorization.k8s.io') return ['v1'];
  return [...new Set(types.all().flatMap((type) => (type.group === group ? type.servedVersions : [])))];
}

function describeGroup(types: TypeRegistry): (group: string) => { name: string } {
  return (group) => {
    const versions = listVersions(types, group).map((version) => ({ groupVersion: `${group}/${version}`, version }));
    return { name: group, versions, preferredVersion: versions[0] };
  };
}

function describeVersion(types: TypeRegistry, group: string, version: string): object | undefined {
  const resources = types
    .all()
    .filter((type) => type.group === group && type.servedVersions.includes(version))
    .flatMap(describeType);
  if (group === 'authorization.k8s.io' && version === 'v1') resources.push(...accessReviews);
  if (resources.length === 0) return undefined;
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion: formatApiVersion(group, version), resources };
}

const accessReviews = [
  {
    name: 'selfsubjectaccessreviews',
    singularName: 'selfsubjectaccessreview',
    namespaced: false,
    kind: 'SelfSubjectAccessReview',
    verbs: ['create'],
  },
];

function describeType(type: ResourceType): object[] {
  const { resource, kind, namespaced } = type;
  const main = {
    name: resource,
    singularName: type.singular,
    namespaced,
    kind,
    verbs,
    ...(type.shortNames.length > 0 ? { shortNames: type.shortNames } : {}),
    ...(type.categories.length > 0 ? { categories: type.categories } : {}),
  };
  const sub = (name: string, of: object, allowed: string[]) => ({
    name: `${resource}/${name}`,
    singularName: '',
    namespaced,
    ...of,
    verbs: allowed,
  });
  const readWrite = ['get', 'patch', 'update'];
  return [
    main,
    ...(type.hasStatus ? [sub('status', { kind }, readWrite)] : []),
    ...(type.scale ? [sub('scale', { group: 'autoscaling', version: 'v1', kind: 'Scale' }, readWrite)] : []),
    ...(type.group === '' && resource === 'pods' ? [sub('log', { kind }, ['get'])] : []),
    ...(type.group === '' && (resource === 'services' || resource === 'pods')
      ? [sub('proxy', { kind: type.kind === 'Pod' ? 'PodProxyOptions' : 'ServiceProxyOptions' }, ['create', 'get'])]
      : []),
  ];
}
