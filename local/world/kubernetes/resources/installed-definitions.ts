// The CustomResourceDefinitions that a platform like ours has installed: Argo CD, Flagger, the Gateway API, cert-manager, CloudNativePG, Sealed Secrets.
import type { JsonObject } from './kubernetes-object.ts';
import type { PrinterColumn } from './resource-type.ts';

interface Options {
  readonly versions?: readonly string[];
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  readonly scope?: 'Namespaced' | 'Cluster';
  readonly status?: boolean;
  readonly columns?: readonly PrinterColumn[];
}

function define(group: string, plural: string, kind: string, options: Options = {}): JsonObject {
  const [first = 'v1', ...others] = options.versions ?? ['v1'];
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: options.scope ?? 'Namespaced',
      names: {
        plural,
        singular: kind.toLowerCase(),
        kind,
        listKind: `${kind}List`,
        shortNames: options.shortNames ?? [],
        categories: options.categories ?? [],
      },
      versions: [first, ...others].map((name) => ({
        name,
        served: true,
        storage: name === first,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
        ...(options.status ? { subresources: { status: {} } } : {}),
        ...(options.columns ? { additionalPrinterColumns: options.columns } : {}),
      })),
    },
  };
}

const column = (name: string, jsonPath: string, priority = 0): PrinterColumn => ({
  name,
  type: 'string',
  jsonPath,
  priority,
});
const readyColumns = [
  column('Ready', '.status.conditions[?(@.type=="Ready")].status'),
  column('Status', '.status.conditions[?(@.type=="Ready")].message', 1),
];

/** Created at the first start of a cluster. Like the real ones, Argo CD's have no status subresource. */
export const installedDefinitions: readonly JsonObject[] = [
  define('argoproj.io', 'applications', 'Application', {
    versions: ['v1alpha1'],
    shortNames: ['app', 'apps'],
    columns: [
      column('Sync Status', '.status.sync.status'),
      column('Health Status', '.status.health.status'),
      column('Revision', '.status.sync.revision', 10),
    ],
  }),
  define('argoproj.io', 'appprojects', 'AppProject', {
    versions: ['v1alpha1'],
    shortNames: ['appproj', 'appprojs'],
  }),
  define('flagger.app', 'canaries', 'Canary', {
    versions: ['v1beta1'],
    categories: ['all'],
    status: true,
    columns: [column('Status', '.status.phase'), column('Weight', '.status.canaryWeight')],
  }),
  define('flagger.app', 'metrictemplates', 'MetricTemplate', { versions: ['v1beta1'], status: true }),
  define('flagger.app', 'alertproviders', 'AlertProvider', { versions: ['v1beta1'], status: true }),
  define('cert-manager.io', 'certificates', 'Certificate', {
    shortNames: ['cert', 'certs'],
    categories: ['cert-manager'],
    status: true,
    columns: [
      column('Ready', '.status.conditions[?(@.type=="Ready")].status'),
      column('Secret', '.spec.secretName'),
      column('Issuer', '.spec.issuerRef.name', 1),
    ],
  }),
  define('cert-manager.io', 'certificaterequests', 'CertificateRequest', {
    shortNames: ['cr', 'crs'],
    categories: ['cert-manager'],
    status: true,
    columns: readyColumns,
  }),
  define('cert-manager.io', 'issuers', 'Issuer', { categories: ['cert-manager'], status: true, columns: readyColumns }),
  define('cert-manager.io', 'clusterissuers', 'ClusterIssuer', {
    categories: ['cert-manager'],
    scope: 'Cluster',
    status: true,
    columns: readyColumns,
  }),
  define('gateway.networking.k8s.io', 'httproutes', 'HTTPRoute', { categories: ['gateway-api'], status: true }),
  define('acme.cert-manager.io', 'orders', 'Order', {
    categories: ['cert-manager', 'cert-manager-acme'],
    status: true,
    columns: [column('State', '.status.state'), column('Reason', '.status.reason', 1)],
  }),
  define('acme.cert-manager.io', 'challenges', 'Challenge', {
    categories: ['cert-manager', 'cert-manager-acme'],
    status: true,
    columns: [
      column('State', '.status.state'),
      column('Domain', '.spec.dnsName'),
      column('Reason', '.status.reason', 1),
    ],
  }),
  define('postgresql.cnpg.io', 'clusters', 'Cluster', { status: true, columns: [column('Status', '.status.phase')] }),
  define('postgresql.cnpg.io', 'backups', 'Backup', {
    status: true,
    columns: [
      column('Cluster', '.spec.cluster.name'),
      column('Method', '.spec.method'),
      column('Phase', '.status.phase'),
      column('Error', '.status.error'),
    ],
  }),
  define('postgresql.cnpg.io', 'scheduledbackups', 'ScheduledBackup', {
    status: true,
    columns: [column('Cluster', '.spec.cluster.name'), column('Last Backup', '.status.lastScheduleTime')],
  }),
  define('barmancloud.cnpg.io', 'objectstores', 'ObjectStore', { status: true }),
  define('bitnami.com', 'sealedsecrets', 'SealedSecret', { versions: ['v1alpha1'], status: true }),
];
