// The clusters that the environments run in: a simulated one for each EKS name, or fronts before a real one.
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Configuration } from '../../config/schema.ts';
import type { Clock } from '../clock/clock.ts';
import type { Trace } from '../trace/trace.ts';
import type { AcmeAuthorities } from './acme-authorities.ts';
import { type ClusterPlace, listClusterPlaces } from './cluster-places.ts';
import { createEksAuthenticator, type FindAccessEntry } from './kubernetes/authentication/authenticate-eks-token.ts';
import type { Authenticate } from './kubernetes/authentication/user.ts';
import type { BaseBackups } from './kubernetes/cloudnative-pg/backup-controller.ts';
import type { AskPrometheus } from './kubernetes/flagger/measure-canary.ts';
import { createRelay, relayImage } from './kubernetes/flagger/run-relay.ts';
import { keepSecret } from './kubernetes/keep-secret.ts';
import type { JobImage } from './kubernetes/pods/container-process.ts';
import type { DescribeImage } from './kubernetes/pods/image-behaviour.ts';
import { listMissingObjects, type MissingObject } from './kubernetes/real-cluster/list-missing-objects.ts';
import type { KubeContext } from './kubernetes/real-cluster/open-kube-context.ts';
import { type ClusterFront, startClusterFront } from './kubernetes/real-cluster/start-cluster-front.ts';
import type { JsonObject } from './kubernetes/resources/kubernetes-object.ts';
import { parseYamlDocuments } from './kubernetes/resources/parse-yaml.ts';
import type { Pod } from './kubernetes/resources/workload-types.ts';
import { type Cluster, startCluster } from './kubernetes/start-cluster.ts';

export interface ClusterParts {
  readonly configuration: Configuration;
  /** One folder in it for each cluster. */
  readonly directory: string;
  /** The GitOps folder, with what an administrator applies to a new cluster. */
  readonly gitOpsDirectory: string;
  readonly clock: Clock;
  readonly trace: Trace;
  /** Of the AWS endpoint that the clusters ask who a token's bearer is. */
  readonly endpointUrl: string;
  /** Of the automation's HTTP API, as the clusters' controllers are told it, without a slash at the end. */
  readonly automationUrl: string;
  /** The bearer tokens by which the automation knows them. */
  readonly controllerTokens: { readonly argocd: string; readonly flagger: string };
  /** The access entry of a role in a cluster. */
  readonly findAccessEntry: (cluster: string, principalArn: string) => ReturnType<FindAccessEntry>;
}

/** What simulated clusters need from the rest of the world. */
export interface ClusterSurroundings {
  readonly describeImage: DescribeImage;
  /** Where a repository of GitHub really is. */
  readonly resolveRepository: (url: string) => string;
  /** What the process of a Job gets beside its pod's own environment. */
  readonly jobEnvironment: (cluster: string, pod: Pod) => Readonly<Record<string, string>>;
  /** Commands of this machine in the place of images, by their beginning. */
  readonly jobImages: Readonly<Record<string, JobImage>>;
  readonly acmeAuthorities: AcmeAuthorities;
  readonly baseBackups: (cluster: string) => BaseBackups;
  readonly findPrometheus: () => AskPrometheus | undefined;
}

/** By EKS name, seeded with what an administrator would apply. */
export async function startSimulatedClusters(
  parts: ClusterParts,
  surroundings: ClusterSurroundings,
): Promise<ReadonlyMap<string, Cluster>> {
  const clusters = new Map<string, Cluster>();
  const { sealingKeysNamespace } = parts.configuration.configurationBackups;
  for (const [name, places] of groupByCluster(parts.configuration)) {
    const cluster = await startCluster({
      name,
      directory: join(parts.directory, name),
      clock: parts.clock,
      trace: parts.trace,
      namespaces: [
        ...places.flatMap(({ argoNamespace, namespace }) => [argoNamespace, namespace]),
        ...(sealingKeysNamespace === undefined ? [] : [sealingKeysNamespace]),
      ],
      describeImage: surroundings.describeImage,
      jobImages: surroundings.jobImages,
      authenticate: createAuthenticator(parts, name),
      argoCd: { resolveRepository: surroundings.resolveRepository },
      jobEnvironment: (pod) => surroundings.jobEnvironment(name, pod),
      acmeAuthorities: surroundings.acmeAuthorities,
      baseBackups: surroundings.baseBackups(name),
      findPrometheus: surroundings.findPrometheus,
    });
    // First what the controllers are told with, so that nothing that happens is told to nobody.
    keepSecret(cluster.registry, 'argocd', 'argocd-notifications-secret', {
      'automation-url': parts.automationUrl,
      'automation-token': parts.controllerTokens.argocd,
    });
    keepSecret(cluster.registry, 'flagger-system', 'automation-relay', {
      AUTOMATION_URL: parts.automationUrl,
      AUTOMATION_TOKEN: parts.controllerTokens.flagger,
    });
    cluster.registerBehaviour(relayImage, { pullError: false });
    cluster.registerProgram(relayImage, createRelay(cluster.registry));
    applyManifests(cluster, listManifests(parts, places));
    clusters.set(name, cluster);
  }
  return clusters;
}

export interface ClusterFronts {
  /** By EKS name, all before the same cluster. */
  readonly fronts: ReadonlyMap<string, ClusterFront>;
  /** What an administrator has yet to apply to it. */
  readonly missing: readonly MissingObject[];
}

/** @throws StatusError when the cluster of the context cannot be reached. */
export async function startClusterFronts(parts: ClusterParts, context: KubeContext): Promise<ClusterFronts> {
  const manifests = listManifests(parts, listClusterPlaces(parts.configuration));
  const missing = await listMissingObjects(context, manifests);
  const fronts = new Map<string, ClusterFront>();
  for (const name of groupByCluster(parts.configuration).keys()) {
    const directory = join(parts.directory, `${name}-front`);
    fronts.set(
      name,
      await startClusterFront({ name, directory, context, authenticate: createAuthenticator(parts, name) }),
    );
  }
  return { fronts, missing };
}

function groupByCluster(configuration: Configuration): Map<string, ClusterPlace[]> {
  return Map.groupBy(listClusterPlaces(configuration), ({ cluster }) => cluster);
}

function createAuthenticator({ clock, endpointUrl, findAccessEntry }: ClusterParts, clusterName: string): Authenticate {
  return createEksAuthenticator({
    clusterName,
    allowedEndpoints: [endpointUrl],
    findAccessEntry: (principalArn) => findAccessEntry(clusterName, principalArn),
    now: () => clock.now(),
  });
}

/** Each once, in the order in which an administrator applies them. */
function listManifests({ configuration, gitOpsDirectory }: ClusterParts, places: readonly ClusterPlace[]): string[] {
  const files = places.flatMap(({ site, environment }) => {
    const { overlayPath: waiting } = configuration.recovery.environments[environment] ?? {};
    const access = waiting === undefined ? [] : [join('platform', 'recovery-access.yaml')];
    if (site === 'recovery') return [...access, join('argocd', `${basename(waiting ?? '')}.yaml`)];
    const { overlayPath = '', strategy } = configuration.environments[environment] ?? {};
    return [
      join('platform', 'automation-access.yaml'),
      ...access,
      join('platform', 'configuration-backups.yaml'),
      join('platform', `configuration-backups-${basename(overlayPath)}.yaml`),
      join('argocd', 'notifications.yaml'),
      ...(strategy === 'canary' ? [join('platform', 'flagger-relay.yaml')] : []),
      join('argocd', `${basename(overlayPath)}.yaml`),
    ];
  });
  return [...new Set(files)].map((file) => join(gitOpsDirectory, file));
}

/** What an administrator applies to a new cluster, once; a later start leaves it as it has become. */
function applyManifests(cluster: Cluster, files: readonly string[]): void {
  for (const { value, error } of files.flatMap((file) => parseYamlDocuments(readFileSync(file, 'utf8')))) {
    if (error !== undefined) throw new Error(`a manifest for cluster ${cluster.name} cannot be read: ${error}`);
    const object = value as JsonObject & {
      apiVersion: string;
      kind: string;
      metadata: { name: string; namespace?: string };
    };
    const type = cluster.registry.types.findKind(object.apiVersion, object.kind);
    if (type === undefined) throw new Error(`cluster ${cluster.name} knows no ${object.kind} of ${object.apiVersion}`);
    if (cluster.registry.find(type, object.metadata.namespace, object.metadata.name) === undefined)
      cluster.registry.create(type, object);
  }
}
