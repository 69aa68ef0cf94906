// Which kinds of objects are backed up, and in which namespaces.
import type { Configuration } from '../../config/schema.ts';

export interface BackedUpResource {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
}

const define = (group: string, version: string, plural: string, kind: string): BackedUpResource => ({
  group,
  version,
  plural,
  kind,
});

const applications = define('argoproj.io', 'v1alpha1', 'applications', 'Application');

/** gitops/platform/configuration-backups.yaml permits exactly these. */
export const backedUpResources: readonly BackedUpResource[] = [
  define('', 'v1', 'configmaps', 'ConfigMap'),
  define('', 'v1', 'secrets', 'Secret'),
  define('', 'v1', 'persistentvolumeclaims', 'PersistentVolumeClaim'),
  applications,
  define('flagger.app', 'v1beta1', 'canaries', 'Canary'),
  define('cert-manager.io', 'v1', 'certificates', 'Certificate'),
  define('bitnami.com', 'v1alpha1', 'sealedsecrets', 'SealedSecret'),
];

export function nameOf({ group, plural }: BackedUpResource): string {
  return group === '' ? plural : `${plural}.${group}`;
}

/** The collection's path in the Kubernetes API. */
export function pathOf({ group, version, plural }: BackedUpResource, namespace: string): string {
  return `${group === '' ? `/api/${version}` : `/apis/${group}/${version}`}/namespaces/${namespace}/${plural}`;
}

/** The collections of an environment: everything in its namespaces, and of Argo CD's own just the Applications. */
export function listCollections(
  { environments, configurationBackups }: Pick<Configuration, 'environments' | 'configurationBackups'>,
  environment: string,
): readonly { readonly namespace: string; readonly resource: BackedUpResource }[] {
  const found = environments[environment];
  if (found === undefined) return [];
  const own = [found.namespace, ...(configurationBackups.additionalNamespaces[environment] ?? [])];
  return [
    ...own.flatMap((namespace) => backedUpResources.map((resource) => ({ namespace, resource }))),
    ...(own.includes(found.argoNamespace) ? [] : [{ namespace: found.argoNamespace, resource: applications }]),
  ];
}
