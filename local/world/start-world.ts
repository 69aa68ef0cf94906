// The world around AWS for a local run: GitHub, an image registry, Slack, and a cluster for each environment.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { Configuration } from '../../config/schema.ts';
import type { Clock } from '../clock/clock.ts';
import type { Trace } from '../trace/trace.ts';
import { type BuildService, startBuildService } from './build-service.ts';
import { type GitHub, startGitHub } from './github/start-github.ts';
import { createEksAuthenticator, type FindAccessEntry } from './kubernetes/authentication/authenticate-eks-token.ts';
import type { JsonObject } from './kubernetes/resources/kubernetes-object.ts';
import { type Cluster, startCluster } from './kubernetes/start-cluster.ts';
import { type Registry, startRegistry } from './registry/start-registry.ts';
import { type Slack, startSlack } from './slack/start-slack.ts';

export interface WorldParts {
  readonly configuration: Configuration;
  /** Where the world keeps what it knows. */
  readonly directory: string;
  /** The folder that becomes the GitOps repository when there is none yet. */
  readonly gitOpsDirectory: string;
  readonly clock: Clock;
  readonly trace: Trace;
  /** Of the AWS endpoint that the clusters ask who a token's bearer is. */
  readonly endpointUrl: string;
  /** The access entry of a role in a cluster. */
  readonly findAccessEntry: (cluster: string, principalArn: string) => ReturnType<FindAccessEntry>;
  /** Where GitHub posts its webhooks. */
  readonly webhookUrl: string;
  readonly credentials: WorldCredentials;
  /** On which port each part listens, so that addresses last over restarts; free ones when absent. */
  readonly ports?: Readonly<Partial<Record<'github' | 'registry' | 'slack', number>>>;
}

export interface WorldCredentials {
  readonly webhookSecret: string;
  readonly slackToken: string;
}

export interface World {
  readonly github: GitHub;
  readonly registry: Registry;
  readonly slack: Slack;
  /** By EKS name. */
  readonly clusters: ReadonlyMap<string, Cluster>;
  readonly builds: BuildService;
  stop(): Promise<void>;
}

/** The tag of what runs before anything was promoted. */
const firstTag = 'bootstrap';

/** Starts everything, seeded so that each environment runs the first version of every service. */
export async function startWorld(parts: WorldParts): Promise<World> {
  const { configuration, directory, clock, trace, ports = {} } = parts;
  const { owner, gitops, repositories } = configuration.github;
  const shared = (name: 'github' | 'registry' | 'slack') => ({
    directory: join(directory, name),
    clock,
    trace,
    ...(ports[name] === undefined ? {} : { port: ports[name] }),
  });

  const registry = await startRegistry(shared('registry'));
  const slack = await startSlack({
    ...shared('slack'),
    token: parts.credentials.slackToken,
    channels: listChannels(configuration),
  });
  const github = await startGitHub({
    ...shared('github'),
    owner,
    webhookUrl: parts.webhookUrl,
    webhookSecret: parts.credentials.webhookSecret,
  });
  for (const repository of repositories) {
    await github.seedRepository(repository, buildSources(configuration, repository), {
      branches: listBranches(configuration),
    });
  }
  await github.seedRepository(gitops.repository, readFiles(parts.gitOpsDirectory), { defaultBranch: gitops.branch });
  for (const { image } of Object.values(configuration.services)) {
    await registry.pushImage({ repository: repositoryOf(image), tag: firstTag });
  }

  const clusters = new Map<string, Cluster>();
  for (const { cluster, argoNamespace, namespace, overlayPath } of Object.values(configuration.environments)) {
    const started = await startCluster({
      name: cluster,
      directory: join(directory, 'clusters', cluster),
      clock,
      trace,
      namespaces: [argoNamespace, namespace],
      describeImage: (image) => describeImage(registry, image),
      authenticate: createEksAuthenticator({
        clusterName: cluster,
        allowedEndpoints: [parts.endpointUrl],
        findAccessEntry: (principalArn) => parts.findAccessEntry(cluster, principalArn),
        now: () => clock.now(),
      }),
      argoCd: { resolveRepository: (url) => url.replace(/^https:\/\/github\.com/, github.url) },
    });
    applyManifests(started, [
      join(parts.gitOpsDirectory, 'platform', 'automation-access.yaml'),
      join(parts.gitOpsDirectory, 'argocd', `${basename(overlayPath)}.yaml`),
    ]);
    clusters.set(cluster, started);
  }

  // What GitHub's webhook to Argo CD does: without it a commit waits for the next poll.
  const gitOpsUrl = `https://github.com/${owner}/${gitops.repository}.git`;
  const unsubscribe = trace.subscribe((activity) => {
    if (activity.name !== 'commit-pushed' || !activity.subject.startsWith(`${owner}/${gitops.repository}@`)) return;
    for (const cluster of clusters.values()) cluster.argoCd.notifyPush(gitOpsUrl);
  });
  const builds = startBuildService({ configuration, github, registry, clock, trace });

  return {
    github,
    registry,
    slack,
    clusters,
    builds,
    async stop() {
      unsubscribe();
      builds.stop();
      await Promise.all([...clusters.values()].map((cluster) => cluster.stop()));
      await github.stop();
      await slack.stop();
      await registry.stop();
    },
  };
}

/** `ghcr.io/owner/name` → `owner/name`, as the registry itself calls it. */
export function repositoryOf(image: string): string {
  return image.slice(image.indexOf('/') + 1);
}

function listChannels({ notifications: { slack } }: Configuration): string[] {
  return [...new Set([slack.defaultChannel, ...Object.values(slack.channels)])];
}

function listBranches({ environments }: Configuration): string[] {
  return Object.values(environments).flatMap(({ branch }) =>
    branch === undefined || branch === 'main' ? [] : [branch],
  );
}

/** A file for each of the service's globs, so that a push can touch it. */
function buildSources({ services }: Configuration, repository: string): Record<string, string> {
  const own = Object.entries(services).filter(([, service]) => service.repository === repository);
  const files = own.flatMap(([name, { paths }]) =>
    paths.map((glob) => [join(glob.replace(/\*.*$/, ''), 'VERSION'), `first version of ${name}\n`]),
  );
  return { 'README.md': `# ${repository}\n`, ...Object.fromEntries(files) };
}

function readFiles(root: string, folder = root): Record<string, string> {
  return Object.assign(
    {},
    ...readdirSync(folder).map((entry) => {
      const path = join(folder, entry);
      return statSync(path).isDirectory()
        ? readFiles(root, path)
        : { [relative(root, path)]: readFileSync(path, 'utf8') };
    }),
  );
}

/** The tag decides how a container behaves; a build can add a word to it by a label. */
function describeImage(registry: Registry, image: string): { tag?: string; exists?: boolean } {
  const known = registry.describeImage(image);
  if (known === undefined) return { exists: false };
  const { tag, labels } = known;
  return { tag: labels.behaviour === undefined ? tag : `${tag}-${labels.behaviour}` };
}

/** What an administrator applies to a new cluster, once; a later start leaves it as it has become. */
function applyManifests(cluster: Cluster, files: readonly string[]): void {
  for (const document of files.flatMap((file) => parseAllDocuments(readFileSync(file, 'utf8')))) {
    const object = document.toJS() as JsonObject & {
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
