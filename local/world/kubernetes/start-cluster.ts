// A simulated Kubernetes cluster: an API server over HTTPS, the controllers of a real one, and Argo CD.
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Clock } from '../../clock/clock.ts';
import { openJournalStore } from '../../storage/journal-store.ts';
import type { Trace } from '../../trace/trace.ts';
import type { AcmeAuthorities } from '../acme-authorities.ts';
import { handleRequest } from './api/handle-request.ts';
import { type ArgoCd, type ArgoCdOptions, startArgoCd } from './argocd/start-argocd.ts';
import { ensureAdministratorToken, findAdministrator } from './authentication/token-file.ts';
import type { Authenticate } from './authentication/user.ts';
import { bootstrapCluster } from './bootstrap-cluster.ts';
import { buildKubeconfig } from './build-kubeconfig.ts';
import { startCertManager } from './cert-manager/start-cert-manager.ts';
import type { BaseBackups } from './cloudnative-pg/backup-controller.ts';
import { startCloudNativePg } from './cloudnative-pg/start-cloudnative-pg.ts';
import type { ControllerContext } from './controllers/controller.ts';
import { startControllers } from './controllers/start-controllers.ts';
import type { AskPrometheus } from './flagger/measure-canary.ts';
import { startFlagger } from './flagger/start-flagger.ts';
import type { JobImage } from './pods/container-process.ts';
import { createPodAccess } from './pods/create-pod-access.ts';
import { type DescribeImage, decideBehaviour, type ImageBehaviour } from './pods/image-behaviour.ts';
import { startNodeAgent } from './pods/node-agent.ts';
import type { PodAccess } from './pods/pod-access.ts';
import { PodLogs } from './pods/pod-logs.ts';
import { PodMetrics } from './pods/pod-metrics.ts';
import { serveMetrics } from './pods/serve-metrics.ts';
import { type PodProgram, ServiceRouter } from './pods/service-router.ts';
import type { Pod } from './resources/workload-types.ts';
import { startIngressController } from './serving/ingress-controller.ts';
import { startPodTls } from './serving/pod-tls.ts';
import { type ServedNames, ServedNamesBook } from './serving/served-names.ts';
import { ObjectRegistry } from './storage/object-registry.ts';
import { ObjectStore } from './storage/object-store.ts';
import { ensureCertificates } from './tls/certificates.ts';

export interface ClusterOptions {
  readonly name: string;
  /** Where the cluster keeps its objects, certificates, logs and Git clones; one cluster each. */
  readonly directory: string;
  readonly clock: Clock;
  readonly trace: Trace;
  /** 0 or absent: any free port. */
  readonly port?: number;
  /** Who a bearer token is, beside the administrator. */
  readonly authenticate?: Authenticate;
  /** By the prefix of an image, what stands in for it: known before a pod that an earlier run left is looked at. */
  readonly jobImages?: Readonly<Record<string, JobImage>>;
  /** What the registry knows of an image: deployments are pinned by digest, behaviours follow the tag. */
  readonly describeImage?: DescribeImage;
  /** Given to the processes of Jobs beside their pod's own environment. */
  readonly jobEnvironment?: (pod: Pod) => Readonly<Record<string, string>>;
  /** Created when they are missing, e.g. `pyairtable-dev`. */
  readonly namespaces?: readonly string[];
  readonly argoCd?: ArgoCdOptions;
  /** What stands behind the ACME servers that Issuers name; cert-manager runs where it is given. */
  readonly acmeAuthorities?: AcmeAuthorities;
  /** Who takes the base backups of its databases; CloudNativePG's schedules are kept where it is given. */
  readonly baseBackups?: BaseBackups;
  /** A real Prometheus that scrapes the pods: Flagger asks it, once there is one. */
  readonly findPrometheus?: () => AskPrometheus | undefined;
}

export interface Cluster {
  readonly name: string;
  /** `https://127.0.0.1:<port>`. */
  readonly url: string;
  /** The CA certificate, base64 of PEM, as kubeconfigs and EKS DescribeCluster carry it. */
  readonly certificateAuthorityData: string;
  /** The administrator's kubeconfig, YAML; also in the file `kubeconfig` of the directory. */
  readonly kubeconfig: string;
  readonly kubeconfigPath: string;
  readonly administratorToken: string;
  /** The objects, for what runs in the same process. */
  readonly registry: ObjectRegistry;
  readonly argoCd: ArgoCd;
  /** For a Prometheus outside: `/targets` lists the ready pods (http_sd), each with the way to its metrics. */
  readonly metricsUrl: string;
  /** Runs containers whose image begins with the prefix as real processes. */
  registerJobImage(imagePrefix: string, image: JobImage): void;
  /** Overrides how containers behave whose image begins with the prefix. */
  registerBehaviour(imagePrefix: string, behaviour: Partial<ImageBehaviour>): void;
  /** Lets a function answer HTTP requests to pods whose image begins with the prefix. */
  registerProgram(imagePrefix: string, program: PodProgram): void;
  /** A loopback URL of the service as the gateway serves it: by its HTTPRoute's weights, over the ready pods. */
  serviceUrl(namespace: string, service: string): Promise<string>;
  /** The names that are served over TLS, and on which loopback addresses. */
  servedNames(): ServedNames;
  /** Calls back when they change; returns the function that stops it. */
  onServedNamesChange(listener: () => void): () => void;
  /** Ends watches, job processes and servers; what was stored is durable. */
  stop(): Promise<void>;
}

/** Starts the cluster, or goes on with what an earlier run left in its directory. */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const { name, directory, clock, trace } = options;
  await mkdir(directory, { recursive: true });
  const certificates = await ensureCertificates(directory);
  const administratorToken = await ensureAdministratorToken(directory);
  const store = await openJournalStore(join(directory, 'objects'));
  const registry = new ObjectRegistry(new ObjectStore(store), clock);
  const stopping = new AbortController();
  const context: ControllerContext = { cluster: name, registry, clock, trace, stopped: stopping.signal };

  const jobImages = new Map(Object.entries(options.jobImages ?? {}));
  const behaviours = new Map<string, Partial<ImageBehaviour>>();
  const programs = new Map<string, PodProgram>();
  const describeImage = options.describeImage ?? (() => undefined);
  const behaviourOf = (image: string) => decideBehaviour(image, describeImage(image), findByPrefix(behaviours, image));
  const logs = new PodLogs(join(directory, 'logs'));
  const metrics = new PodMetrics();
  const router = new ServiceRouter({
    registry,
    metrics,
    describeImage,
    behaviourOf,
    findProgram: (image) => findByPrefix(programs, image),
  });

  bootstrapCluster(registry, options.namespaces ?? []);
  startControllers(context);
  if (options.acmeAuthorities) startCertManager(context, options.acmeAuthorities);
  if (options.baseBackups) startCloudNativePg(context, options.baseBackups);
  const served = new ServedNamesBook();
  startIngressController(context, served);
  startPodTls(context, served, behaviourOf);
  const argoCd = startArgoCd(context, join(directory, 'git'), options.argoCd ?? {});
  startNodeAgent({
    ...context,
    logs,
    nodeName: 'node-1',
    behaviourOf,
    findJobImage: (image) => findByPrefix(jobImages, image),
    jobEnvironment: options.jobEnvironment ?? (() => ({})),
  });

  const access = createPodAccess(registry, logs, router);
  const metricsServer = await serveMetrics(name, registry, access);
  const findPrometheus = options.findPrometheus ?? (() => undefined);
  startFlagger({ ...context, metrics, findPrometheus, reach: (target, request) => router.forward(target, request) });
  const server = await listen(options, certificates, {
    registry,
    clock,
    pods: access,
    authenticate: async (token) =>
      findAdministrator(administratorToken, token) ?? (await options.authenticate?.(token)),
    stopped: stopping.signal,
  });
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const certificateAuthorityData = Buffer.from(certificates.authority).toString('base64');
  const kubeconfig = buildKubeconfig({ name, url, certificateAuthorityData, token: administratorToken });
  const kubeconfigPath = join(directory, 'kubeconfig');
  await writeFile(kubeconfigPath, kubeconfig, { mode: 0o600 });
  await store.flush();

  return {
    name,
    url,
    certificateAuthorityData,
    kubeconfig,
    kubeconfigPath,
    administratorToken,
    registry,
    argoCd,
    metricsUrl: metricsServer.url,
    registerJobImage: (prefix, image) => void jobImages.set(prefix, image),
    registerBehaviour: (prefix, behaviour) => void behaviours.set(prefix, behaviour),
    registerProgram: (prefix, program) => void programs.set(prefix, program),
    serviceUrl: (namespace, service) => router.url(namespace, service),
    servedNames: () => served.names(),
    onServedNamesChange: (listener) => served.subscribe(listener),
    stop: async () => {
      stopping.abort();
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await Promise.all([closed, router.close(), metricsServer.stop(), argoCd.idle()]);
      await store.close();
    },
  };
}

/** The longest registered prefix decides. */
function findByPrefix<T>(byPrefix: ReadonlyMap<string, T>, image: string): T | undefined {
  const prefixes = [...byPrefix.keys()].filter((prefix) => image.startsWith(prefix));
  const longest = prefixes.sort((a, b) => b.length - a.length)[0];
  return longest === undefined ? undefined : byPrefix.get(longest);
}

async function listen(
  options: ClusterOptions,
  certificates: { certificate: string; key: string },
  parts: {
    registry: ObjectRegistry;
    clock: Clock;
    pods: PodAccess;
    authenticate: Authenticate;
    stopped: AbortSignal;
  },
) {
  const server = createServer({ cert: certificates.certificate, key: certificates.key }, (request, response) => {
    void handleRequest(parts, request, response);
  });
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}
