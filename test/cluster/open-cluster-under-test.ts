// The cluster that the contract is tried on: the simulated one, or with CLUSTER_CONTEXT a context of the kubeconfig.
// Either is entered through the front, as a user of its own in a group of its own, so that the cluster's roles decide.
import { randomBytes } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { KubeConfig, type KubernetesObject, KubernetesObjectApi, Watch } from '@kubernetes/client-node';
import { parseAllDocuments } from 'yaml';
import { createKubernetesClient, type KubernetesClient } from '../../lambdas/adapters/kubernetes-client.ts';
import { type KubeContext, openKubeContext } from '../../local/world/kubernetes/real-cluster/open-kube-context.ts';
import { sendToCluster } from '../../local/world/kubernetes/real-cluster/send-to-cluster.ts';
import { startClusterFront } from '../../local/world/kubernetes/real-cluster/start-cluster-front.ts';
import { startTestCluster } from '../local/world/kubernetes/start-test-cluster.ts';

/** Serves `/echo?msg=…` on port 8080 by `netexec`, from Kubernetes' own end-to-end tests. */
const defaultImage = 'registry.k8s.io/e2e-test-images/agnhost:2.53';

export interface ClusterUnderTest {
  /** Made for this run, removed after it. */
  readonly namespace: string;
  readonly image: string;
  /** False for an API server alone: nothing becomes of what is created unless the test says what did. */
  readonly hasControllers: boolean;
  /** The adapters' client, as a member of the group that this ClusterRole of ours is bound to. */
  clientFor(role: string): KubernetesClient;
  /** The same without a group. */
  readonly outsider: KubernetesClient;
  /** The same with a token that nobody knows. */
  readonly stranger: KubernetesClient;
  create(object: KubernetesObject & Record<string, unknown>): Promise<void>;
  /** Resolves when an object of the collection is as wished; rejects after the time that a slow registry needs. */
  waitFor<T>(collection: string, isAsWished: (object: T) => boolean): Promise<void>;
  /** What the server says, as an administrator's request and for no effect, of an object with every field checked; undefined: it takes it. */
  findProblem(object: Manifest): Promise<string | undefined>;
  /** Writes the status of an object, as its controller would. */
  setStatus(path: string, status: object): Promise<void>;
  /** Lets go of an object that is deleted in the foreground, as the garbage collector would, where there is none. */
  collectGarbage(path: string): Promise<void>;
  /** Replaces the rules that a role has in this run. */
  setRules(role: string, rules: readonly object[]): Promise<void>;
  stop(): Promise<void>;
}

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

export interface PolicyRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

export interface Role {
  readonly name: string;
  readonly rules: readonly PolicyRule[];
}

/** Every ClusterRole that an administrator applies. */
export function readRoles(): readonly Role[] {
  const folder = fileURLToPath(new URL('../../gitops/platform/', import.meta.url));
  return globSync('*.yaml', { cwd: folder })
    .flatMap((file) => parseAllDocuments(readFileSync(join(folder, file), 'utf8')))
    .map((document) => document.toJS() as { kind: string; metadata: { name: string }; rules: PolicyRule[] })
    .filter(({ kind }) => kind === 'ClusterRole')
    .map(({ metadata, rules }) => ({ name: metadata.name, rules }));
}

export async function openClusterUnderTest(): Promise<ClusterUnderTest> {
  const suffix = randomBytes(4).toString('hex');
  const name = `automation-contract-${suffix}`;
  const directory = await mkdtemp(join(tmpdir(), 'contract-'));
  const image = process.env.CLUSTER_TEST_IMAGE ?? defaultImage;
  const hasControllers = process.env.CLUSTER_WITHOUT_CONTROLLERS !== 'true';
  const { context, kubeConfig, close } = await openCluster(image);
  const objects = KubernetesObjectApi.makeApiClient(kubeConfig);
  const rbac = 'rbac.authorization.k8s.io';
  const groupOf = (role: string): string => `${name}-${role}`;
  const roles = readRoles();
  const created: KubernetesObject[] = [];
  const create = async (object: KubernetesObject): Promise<void> => {
    await objects.create(object);
    created.push(object);
  };

  await create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  for (const { name: role, rules } of roles) {
    const copy = groupOf(role);
    await create({
      apiVersion: `${rbac}/v1`,
      kind: 'ClusterRole',
      metadata: { name: copy },
      rules,
    } as KubernetesObject);
    await create({
      apiVersion: `${rbac}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name: copy },
      roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: copy },
      subjects: [{ kind: 'Group', name: copy, apiGroup: rbac }],
    } as KubernetesObject);
  }
  const front = await startClusterFront({
    name,
    directory,
    context,
    authenticate: (token) => {
      if (roles.some((role) => role.name === token)) return { username: `${name}-user`, groups: [groupOf(token)] };
      return token === 'outsider' ? { username: `${name}-outsider`, groups: [] } : undefined;
    },
  });
  const certificateAuthority = Buffer.from(front.certificateAuthorityData, 'base64').toString();
  const clientOf = (token: string) =>
    createKubernetesClient(async () => ({ endpoint: front.url, certificateAuthority, token }));

  return {
    namespace: name,
    image,
    hasControllers,
    clientFor: clientOf,
    outsider: clientOf('outsider'),
    stranger: clientOf('stranger'),
    create,
    async findProblem(object) {
      const { apiVersion, kind, metadata } = object;
      const plural = kind.toLowerCase().replace(/y$/, 'ie').replace(/s$/, 'se');
      const group = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
      const scope = clusterWide.has(kind) ? '' : `/namespaces/${name}`;
      const moved = clusterWide.has(kind) ? metadata : { ...metadata, namespace: name };
      const answer = await sendToCluster(context, {
        method: 'POST',
        path: `${group}${scope}/${plural}s?dryRun=All&fieldValidation=Strict`,
        headers: { 'content-type': 'application/json', accept: 'application/json' },
        body: Buffer.from(JSON.stringify({ ...object, metadata: moved })),
      });
      const body = await text(answer);
      // 409: an administrator has applied it there already.
      return [201, 409].includes(answer.statusCode ?? 0) ? undefined : `${answer.statusCode}: ${body}`;
    },
    async collectGarbage(path) {
      if (hasControllers) return;
      const answer = await sendToCluster(context, {
        method: 'PATCH',
        path,
        headers: { 'content-type': MERGE },
        body: Buffer.from(JSON.stringify({ metadata: { finalizers: null } })),
      });
      const body = await text(answer);
      if (![200, 404].includes(answer.statusCode ?? 0)) throw new Error(`letting go of ${path}: ${body}`);
    },
    async setStatus(path, status) {
      const answer = await sendToCluster(context, {
        method: 'PATCH',
        path: `${path}/status`,
        headers: { 'content-type': MERGE },
        body: Buffer.from(JSON.stringify({ status })),
      });
      answer.resume();
      if (answer.statusCode !== 200) throw new Error(`the status of ${path} was answered with ${answer.statusCode}`);
    },
    async setRules(role, rules) {
      const object = { apiVersion: `${rbac}/v1`, kind: 'ClusterRole', metadata: { name: groupOf(role) }, rules };
      await objects.patch(object as KubernetesObject, undefined, undefined, undefined, undefined, MERGE);
    },
    async waitFor<T>(collection: string, isAsWished: (object: T) => boolean) {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const watch = await new Watch(kubeConfig).watch(
        collection,
        {},
        (_phase: string, object: T) => {
          if (isAsWished(object)) resolve();
        },
        (error) => reject(error ?? new Error(`the watch of ${collection} ended before what was waited for`)),
      );
      await promise.finally(() => watch.abort());
    },
    async stop() {
      // The namespace takes what is in it along.
      const ours = created.filter(({ metadata }) => metadata?.namespace === undefined);
      for (const object of ours) await objects.delete(object);
      await front.stop();
      await close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

const clusterWide = new Set(['Namespace', 'ClusterRole', 'ClusterRoleBinding', 'ClusterIssuer']);

const MERGE = 'application/merge-patch+json' as Parameters<KubernetesObjectApi['patch']>[5];

interface OpenedCluster {
  readonly context: KubeContext;
  readonly kubeConfig: KubeConfig;
  close(): Promise<void>;
}

async function openCluster(image: string): Promise<OpenedCluster> {
  const real = process.env.CLUSTER_CONTEXT;
  if (real !== undefined && real !== '') {
    const kubeConfig = new KubeConfig();
    kubeConfig.loadFromDefault();
    kubeConfig.setCurrentContext(real);
    return { context: await openKubeContext(real), kubeConfig, close: async () => undefined };
  }
  const { cluster, kubeConfig, stop } = await startTestCluster({ timePasses: true });
  cluster.registerProgram(image, (_pod, { path }) => {
    const url = new URL(path, 'http://pod');
    const isKnown = url.pathname === '/echo';
    return { status: isKnown ? 200 : 404, headers: {}, body: Buffer.from(url.searchParams.get('msg') ?? '') };
  });
  const context = {
    name: 'simulated',
    serverUrl: cluster.url,
    buildRequestOptions: async () => ({
      ca: Buffer.from(cluster.certificateAuthorityData, 'base64'),
      headers: { authorization: `Bearer ${cluster.administratorToken}` },
    }),
  };
  return { context, kubeConfig, close: stop };
}
