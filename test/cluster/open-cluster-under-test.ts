// The cluster that the contract is tried on: the simulated one, or with CLUSTER_CONTEXT a context of the kubeconfig.
// Either is entered through the front, as a user of its own in a group of its own, so that the cluster's roles decide.
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KubeConfig, type KubernetesObject, KubernetesObjectApi, Watch } from '@kubernetes/client-node';
import { parseAllDocuments } from 'yaml';
import { createKubernetesClient, type KubernetesClient } from '../../lambdas/adapters/kubernetes-client.ts';
import { type KubeContext, openKubeContext } from '../../local/world/kubernetes/real-cluster/open-kube-context.ts';
import { startClusterFront } from '../../local/world/kubernetes/real-cluster/start-cluster-front.ts';
import { startTestCluster } from '../local/world/kubernetes/start-test-cluster.ts';

/** Serves `/echo?msg=…` on port 8080 by `netexec`, from Kubernetes' own end-to-end tests. */
const defaultImage = 'registry.k8s.io/e2e-test-images/agnhost:2.53';

export interface ClusterUnderTest {
  /** Made for this run, removed after it. */
  readonly namespace: string;
  readonly image: string;
  /** The adapters' client, as a member of the group that the automation's ClusterRole is bound to. */
  readonly automation: KubernetesClient;
  /** The same without that group. */
  readonly outsider: KubernetesClient;
  /** The same with a token that nobody knows. */
  readonly stranger: KubernetesClient;
  create(object: KubernetesObject & Record<string, unknown>): Promise<void>;
  /** Resolves when an object of the collection is as wished; rejects after the time that a slow registry needs. */
  waitFor<T>(collection: string, isAsWished: (object: T) => boolean): Promise<void>;
  /** Replaces the rules that the automation has. */
  setRules(rules: readonly object[]): Promise<void>;
  stop(): Promise<void>;
}

export interface PolicyRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

/** The rules of the ClusterRole that an administrator applies. */
export async function readAutomationRules(): Promise<readonly PolicyRule[]> {
  const text = await readFile(new URL('../../gitops/platform/automation-access.yaml', import.meta.url), 'utf8');
  const [role] = parseAllDocuments(text).map((document) => document.toJS() as { rules: PolicyRule[] });
  return role?.rules ?? [];
}

export async function openClusterUnderTest(): Promise<ClusterUnderTest> {
  const suffix = randomBytes(4).toString('hex');
  const name = `automation-contract-${suffix}`;
  const directory = await mkdtemp(join(tmpdir(), 'contract-'));
  const image = process.env.CLUSTER_TEST_IMAGE ?? defaultImage;
  const { context, kubeConfig, close } = await openCluster(image);
  const objects = KubernetesObjectApi.makeApiClient(kubeConfig);
  const rbac = 'rbac.authorization.k8s.io';
  const role = { apiVersion: `${rbac}/v1`, kind: 'ClusterRole', metadata: { name } };
  const created: KubernetesObject[] = [];
  const create = async (object: KubernetesObject): Promise<void> => {
    await objects.create(object);
    created.push(object);
  };

  await create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  await create({ ...role, rules: await readAutomationRules() } as KubernetesObject);
  await create({
    apiVersion: `${rbac}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name },
    roleRef: { apiGroup: rbac, kind: 'ClusterRole', name },
    subjects: [{ kind: 'Group', name, apiGroup: rbac }],
  } as KubernetesObject);
  const front = await startClusterFront({
    name,
    directory,
    context,
    authenticate: (token) => {
      if (token === 'automation') return { username: `${name}-user`, groups: [name] };
      return token === 'outsider' ? { username: `${name}-outsider`, groups: [] } : undefined;
    },
  });
  const certificateAuthority = Buffer.from(front.certificateAuthorityData, 'base64').toString();
  const clientOf = (token: string) =>
    createKubernetesClient(async () => ({ endpoint: front.url, certificateAuthority, token }));

  return {
    namespace: name,
    image,
    automation: clientOf('automation'),
    outsider: clientOf('outsider'),
    stranger: clientOf('stranger'),
    create,
    async setRules(rules) {
      await objects.patch({ ...role, rules } as KubernetesObject, undefined, undefined, undefined, undefined, MERGE);
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
  const { cluster, kubeConfig, stop } = await startTestCluster();
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
