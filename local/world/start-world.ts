// The world around AWS for a local run: GitHub, an image registry, Slack, and a cluster for each environment.
import { join } from 'node:path';
import type { Configuration } from '../../config/schema.ts';
import { openAcmeAuthorities } from './acme-authorities.ts';
import { type BuildService, startBuildService } from './build-service.ts';
import { type CanaryUsers, startCanaryUsers } from './canary-users.ts';
import { type GitHub, startGitHub } from './github/start-github.ts';
import type { AskPrometheus } from './kubernetes/flagger/measure-canary.ts';
import type { JobImage } from './kubernetes/pods/container-process.ts';
import type { MissingObject } from './kubernetes/real-cluster/list-missing-objects.ts';
import type { KubeContext } from './kubernetes/real-cluster/open-kube-context.ts';
import type { ClusterFront } from './kubernetes/real-cluster/start-cluster-front.ts';
import type { ServedNames } from './kubernetes/serving/served-names.ts';
import type { Cluster } from './kubernetes/start-cluster.ts';
import { type PagerDuty, startPagerDuty } from './pager-duty/start-pager-duty.ts';
import { connectBaseBackups } from './postgres/connect-base-backups.ts';
import { putDatabaseSecrets } from './postgres/put-database-secrets.ts';
import { type Databases, startDatabases } from './postgres/start-databases.ts';
import { type Registry, startRegistry } from './registry/start-registry.ts';
import { describeImage, seedImages } from './seed-images.ts';
import { seedRepositories } from './seed-repositories.ts';
import { type Slack, startSlack } from './slack/start-slack.ts';
import { type ClusterParts, startClusterFronts, startSimulatedClusters } from './start-clusters.ts';

export interface WorldParts extends Omit<ClusterParts, 'automationUrl' | 'controllerTokens'> {
  /** Where the world keeps what it knows. */
  readonly directory: string;
  /** The folder that becomes the GitOps repository when there is none yet; with what is applied to a new cluster. */
  readonly gitOpsDirectory: string;
  /** A real cluster in place of the simulated ones. */
  readonly kubeContext?: KubeContext | undefined;
  /** The automation's HTTP API, which GitHub and the clusters' controllers post to. */
  readonly automationUrl: string;
  readonly credentials: WorldCredentials;
  /** Commands of this machine that Jobs run in the place of images, by the image. */
  readonly jobImages?: Readonly<Record<string, JobImage>>;
  /** What AWS gives the pods of a service account: the credentials of its role, as variables. */
  readonly podEnvironment?: PodEnvironment;
  /** On which port each part listens, so that addresses last over restarts; free ones when absent. */
  readonly ports?: Readonly<Partial<Record<'github' | 'registry' | 'slack' | 'pager-duty', number>>>;
}

/** By EKS cluster, namespace and service account. */
export type PodEnvironment = (
  cluster: string,
  namespace: string,
  serviceAccount: string,
) => Readonly<Record<string, string>>;

export interface WorldCredentials {
  readonly webhookSecret: string;
  readonly slackToken: string;
  readonly pagerDutyRoutingKey: string;
  readonly slackSigningSecret: string;
  readonly alertmanagerToken: string;
  readonly metricsToken: string;
  readonly argocdToken: string;
  readonly flaggerToken: string;
}

/** What a simulated cluster and the front before a real one have in common. */
export interface ReachableCluster {
  readonly url: string;
  readonly certificateAuthorityData: string;
  /** A loopback URL of a service in it. */
  serviceUrl(namespace: string, service: string): Promise<string>;
  stop(): Promise<void>;
}

export interface World {
  readonly github: GitHub;
  readonly registry: Registry;
  readonly slack: Slack;
  readonly pagerDuty: PagerDuty;
  /** The simulated ones by EKS name; none beside a real cluster. */
  readonly clusters: ReadonlyMap<string, Cluster>;
  /** Every cluster by its EKS name, as AWS knows it. */
  readonly reachableClusters: ReadonlyMap<string, ReachableCluster>;
  /** Every name that a simulated cluster serves over TLS, with its addresses. */
  servedNames(): ServedNames;
  /** Calls back when they change, until the world stops. */
  onServedNamesChange(listener: () => void): void;
  /** PEM of the roots of the simulated ACME servers, by the issuer that names the server in the configuration. */
  certificateAuthorities(): Promise<Readonly<Record<string, string>>>;
  /** What an administrator has yet to apply to a real cluster. */
  readonly missingObjects: readonly MissingObject[];
  readonly builds: BuildService;
  /** Of the simulated clusters. */
  readonly canaryUsers: CanaryUsers;
  readonly databases: Databases;
  /** From now on the clusters' Flagger asks this Prometheus; undefined: it reads the pods' own counters again. */
  setPrometheus(ask: AskPrometheus | undefined): void;
  stop(): Promise<void>;
}

/** Starts everything, seeded so that each environment runs the first version of every service. */
export async function startWorld(parts: WorldParts): Promise<World> {
  const { configuration, directory, clock, trace, ports = {} } = parts;
  const { owner, gitops } = configuration.github;
  const shared = (name: 'github' | 'registry' | 'slack' | 'pager-duty') => ({
    directory: join(directory, name),
    clock,
    trace,
    ...(ports[name] === undefined ? {} : { port: ports[name] }),
  });

  const registry = await startRegistry(shared('registry'));
  const slack = await startSlack({
    ...shared('slack'),
    token: parts.credentials.slackToken,
    signingSecret: parts.credentials.slackSigningSecret,
    interactionUrl: `${parts.automationUrl}/webhooks/slack`,
    users: listMembers(configuration),
    channels: listChannels(configuration),
  });
  const pagerDuty = await startPagerDuty({
    ...shared('pager-duty'),
    routingKey: parts.credentials.pagerDutyRoutingKey,
  });
  const github = await startGitHub({
    ...shared('github'),
    owner,
    webhookUrl: `${parts.automationUrl}/webhooks/github`,
    webhookSecret: parts.credentials.webhookSecret,
  });
  await seedRepositories(github, configuration, parts.gitOpsDirectory);
  await seedImages(registry, configuration, Object.keys(parts.jobImages ?? {}));

  const { jobImages = {}, podEnvironment = () => ({}) } = parts;
  const databases = await startDatabases({
    configuration,
    directory: join(directory, 'databases'),
    trace,
    podEnvironment,
    // A real cluster knows nothing of these databases, and its CloudNativePG takes backups of its own.
    hasOperator: parts.kubeContext === undefined,
  });

  const clusterParts = {
    ...parts,
    directory: join(directory, 'clusters'),
    controllerTokens: { argocd: parts.credentials.argocdToken, flagger: parts.credentials.flaggerToken },
  };
  const { fronts, missing } = parts.kubeContext
    ? await startClusterFronts(clusterParts, parts.kubeContext)
    : { fronts: new Map<string, ClusterFront>(), missing: [] };
  let prometheus: AskPrometheus | undefined;
  const acmeAuthorities = openAcmeAuthorities(join(directory, 'acme'), () => clock.now());
  const clusters = parts.kubeContext
    ? new Map<string, Cluster>()
    : await startSimulatedClusters(clusterParts, {
        describeImage: (image) => describeImage(registry, image),
        resolveRepository: (url) => github.findDirectory(url) ?? url,
        jobEnvironment: (cluster, { metadata, spec }) =>
          podEnvironment(cluster, metadata.namespace ?? 'default', spec.serviceAccountName ?? 'default'),
        jobImages,
        acmeAuthorities,
        baseBackups: (cluster) => connectBaseBackups(configuration, databases, cluster),
        findPrometheus: () => prometheus,
      });
  putDatabaseSecrets(configuration, databases, clusters);
  letCertificatesGrowStale(configuration, clusters);
  const reachableClusters: ReadonlyMap<string, ReachableCluster> = parts.kubeContext ? fronts : clusters;

  // What GitHub's webhook to Argo CD does: without it a commit waits for the next poll.
  const gitOpsUrl = `https://github.com/${owner}/${gitops.repository}.git`;
  const unsubscribe = trace.subscribe((activity) => {
    if (activity.name !== 'commit-pushed' || !activity.subject.startsWith(`${owner}/${gitops.repository}@`)) return;
    for (const cluster of clusters.values()) cluster.argoCd.notifyPush(gitOpsUrl);
  });
  const builds = startBuildService({ configuration, github, registry, clock, trace });
  const canaryUsers = startCanaryUsers({
    clock,
    trace,
    requestsPerSecond: 10,
    serviceUrl: async (cluster, namespace, service) => await clusters.get(cluster)?.serviceUrl(namespace, service),
  });

  return {
    github,
    registry,
    slack,
    pagerDuty,
    clusters,
    reachableClusters,
    servedNames: () => new Map([...clusters.values()].flatMap((cluster) => [...cluster.servedNames()])),
    onServedNamesChange(listener) {
      for (const cluster of clusters.values()) cluster.onServedNamesChange(listener);
    },
    async certificateAuthorities() {
      // A real cluster's cert-manager knows nothing of them.
      if (clusters.size === 0) return {};
      const { issuers } = configuration.certificates;
      const roots = Object.entries(issuers).map(async ([issuer, { acmeServer }]) =>
        acmeServer === undefined ? [] : [[issuer, (await acmeAuthorities(acmeServer)).root] as const],
      );
      return Object.fromEntries((await Promise.all(roots)).flat());
    },
    missingObjects: missing,
    builds,
    canaryUsers,
    databases,
    setPrometheus(ask) {
      prometheus = ask;
    },
    async stop() {
      unsubscribe();
      await canaryUsers.stop();
      builds.stop();
      await Promise.all([...reachableClusters.values()].map((cluster) => cluster.stop()));
      await databases.stop();
      await github.stop();
      await slack.stop();
      await pagerDuty.stop();
      await registry.stop();
    },
  };
}

/** What has to be restarted after a renewal does not load it by itself. */
function letCertificatesGrowStale(
  { certificates, services }: Configuration,
  clusters: ReadonlyMap<string, Cluster>,
): void {
  const deployments = new Set(Object.values(certificates.endpoints).flatMap(({ restart }) => restart));
  for (const [name, { image, deployment = name }] of Object.entries(services)) {
    if (!deployments.has(deployment)) continue;
    for (const cluster of clusters.values()) cluster.registerBehaviour(image, { reloadsCertificates: false });
  }
}

function listChannels({ notifications: { slack } }: Configuration): string[] {
  return [...new Set([slack.defaultChannel, ...Object.values(slack.channels)])];
}

/** The people whom the configuration knows in Slack, by member id. */
function listMembers({ approvals }: Configuration): Record<string, { name: string; email: string }> {
  const members = Object.entries(approvals.slackUsers);
  return Object.fromEntries(members.map(([id, login]) => [id, { name: login, email: `${login}@pyairtable.example` }]));
}
