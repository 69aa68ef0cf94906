// The front before a cluster that knows no EKS: our own simulated one, reached by its kubeconfig file as any cluster is.
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AppsV1Api, CustomObjectsApi, KubeConfig, Watch } from '@kubernetes/client-node';
import { createEksToken } from '../../../../../lambdas/adapters/eks-token.ts';
import { createEksAuthenticator } from '../../../../../local/world/kubernetes/authentication/authenticate-eks-token.ts';
import { buildKubeconfig } from '../../../../../local/world/kubernetes/build-kubeconfig.ts';
import { listMissingObjects } from '../../../../../local/world/kubernetes/real-cluster/list-missing-objects.ts';
import { openKubeContext } from '../../../../../local/world/kubernetes/real-cluster/open-kube-context.ts';
import {
  type ClusterFront,
  startClusterFront,
} from '../../../../../local/world/kubernetes/real-cluster/start-cluster-front.ts';
import { clusterRoleBindings, clusterRoles } from '../../../../../local/world/kubernetes/resources/built-in-types.ts';
import { buildDeployment, startTestCluster, type TestCluster } from '../start-test-cluster.ts';

const application = {
  group: 'argoproj.io',
  version: 'v1alpha1',
  namespace: 'argocd',
  plural: 'applications',
  name: 'shop',
};
const inherited = process.env.KUBECONFIG;
let real: TestCluster;
let sts: Server;
let stsUrl: string;
let directory: string;
let front: ClusterFront;

/** STS as far as the front asks it: whose access key signed. */
function startSts(): Promise<Server> {
  const server = createServer((incoming, response) => {
    const [role] = (new URL(incoming.url ?? '/', 'http://sts').searchParams.get('X-Amz-Credential') ?? '').split('/');
    const arn = `arn:aws:sts::123456789012:assumed-role/${role}/session`;
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ Arn: arn }));
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'front-'));
  real = await startTestCluster();
  sts = await startSts();
  stsUrl = `http://127.0.0.1:${(sts.address() as AddressInfo).port}`;
  const { registry } = real.cluster;
  const applications = registry.types.findKind('argoproj.io/v1alpha1', 'Application');
  if (applications === undefined) throw new Error('the cluster knows no Applications');
  registry.create(applications, {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name: 'shop', namespace: 'argocd' },
    spec: {
      project: 'default',
      source: { repoURL: 'https://github.test/shop/gitops.git', path: '.' },
      destination: { server: 'https://kubernetes.default.svc', namespace: 'shop' },
    },
  });
  registry.create(clusterRoles, {
    metadata: { name: 'automation' },
    rules: [
      { apiGroups: ['argoproj.io'], resources: ['applications'], verbs: ['get', 'patch'] },
      { apiGroups: ['apps'], resources: ['deployments'], verbs: ['get', 'list', 'watch', 'create'] },
    ],
  });
  registry.create(clusterRoleBindings, {
    metadata: { name: 'automation' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'automation' },
    subjects: [{ kind: 'Group', name: 'deployment-automation' }],
  });
  process.env.KUBECONFIG = real.cluster.kubeconfigPath;
  front = await startClusterFront({
    name: 'shop-eks',
    directory,
    context: await openKubeContext('test'),
    authenticate: createEksAuthenticator({
      clusterName: 'shop-eks',
      allowedEndpoints: [stsUrl],
      findAccessEntry: (arn) => {
        if (arn.endsWith('/reader')) return { username: arn, groups: ['deployment-automation'] };
        return arn.endsWith('/outsider') ? { username: arn, groups: ['others', 'more'] } : undefined;
      },
      now: () => Date.now(),
    }),
  });
});
afterAll(async () => {
  if (inherited === undefined) delete process.env.KUBECONFIG;
  else process.env.KUBECONFIG = inherited;
  await front.stop();
  await real.stop();
  sts.close();
  await rm(directory, { recursive: true, force: true });
});

async function tokenOf(role: string, cluster = 'shop-eks'): Promise<string> {
  const credentials = { accessKeyId: role, secretAccessKey: 'secret' };
  return createEksToken(cluster, { region: 'eu-central-1', endpoint: stsUrl }, credentials, new Date());
}

async function connectAs(role: string): Promise<KubeConfig> {
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromString(buildKubeconfig({ ...front, token: await tokenOf(role) }));
  return kubeConfig;
}

async function send(token: string, path: string, headers: Record<string, string> = {}, body?: Buffer) {
  const { promise, resolve, reject } = Promise.withResolvers<{ code: number; body: string }>();
  const ca = Buffer.from(front.certificateAuthorityData, 'base64');
  request(
    `${front.url}${path}`,
    { ca, method: body ? 'POST' : 'GET', headers: { authorization: `Bearer ${token}`, ...headers } },
    (response) => {
      text(response).then((answer) => resolve({ code: response.statusCode ?? 0, body: answer }), reject);
    },
  )
    .on('error', reject)
    .end(body);
  return promise;
}

describe('a function with an EKS token', () => {
  it('reads and patches what the roles of the real cluster give to its group', async () => {
    const api = (await connectAs('reader')).makeApiClient(CustomObjectsApi);
    expect(await api.getNamespacedCustomObject(application)).toMatchObject({ metadata: { name: 'shop' } });
    await api.patchNamespacedCustomObject({
      ...application,
      body: [{ op: 'add', path: '/metadata/annotations', value: { seen: 'yes' } }],
    });
    expect(await api.getNamespacedCustomObject(application)).toMatchObject({
      metadata: { annotations: { seen: 'yes' } },
    });
    await expect(api.deleteNamespacedCustomObject(application)).rejects.toThrow(
      /User .+role\/reader.+ cannot delete resource .+applications/,
    );
  });

  it("is refused what they do not give, in the real cluster's words", async () => {
    const api = (await connectAs('outsider')).makeApiClient(CustomObjectsApi);
    await expect(api.getNamespacedCustomObject(application)).rejects.toMatchObject({
      code: 403,
      body: expect.stringContaining('role/outsider'),
    });
  });

  it('watches, and sees changes as they happen', async () => {
    const watch = new Watch(await connectAs('reader'));
    const { promise: seen, resolve } = Promise.withResolvers<string>();
    const ended = Promise.withResolvers<void>();
    const controller = await watch.watch(
      '/apis/apps/v1/namespaces/shop/deployments',
      {},
      (phase, object: { metadata: { name: string } }) => resolve(`${phase} ${object.metadata.name}`),
      () => ended.resolve(),
    );
    const apps = real.kubeConfig.makeApiClient(AppsV1Api);
    await apps.createNamespacedDeployment({ namespace: 'shop', body: buildDeployment('late', 'registry.test/late:1') });
    expect(await seen).toBe('ADDED late');
    controller.abort();
    await ended.promise;
  });

  it('cannot become somebody else', async () => {
    const path = '/apis/argoproj.io/v1alpha1/namespaces/argocd/applications/shop';
    const token = await tokenOf('outsider');
    const refused = await send(token, path, { 'impersonate-user': 'root', 'impersonate-group': 'system:masters' });
    expect(refused).toMatchObject({ code: 403, body: expect.stringContaining('impersonates already') });
  });

  it("is not known without an access entry, nor by the kubeconfig's own token", async () => {
    expect(await send(await tokenOf('stranger'), '/version')).toMatchObject({ code: 401 });
    expect(await send('k8s-aws-v1.nonsense', '/version')).toMatchObject({ code: 401 });
    expect(await send(real.cluster.administratorToken, '/version')).toMatchObject({ code: 401 });
  });

  it('may not send more than the API server takes', async () => {
    const body = Buffer.alloc(3 * 1024 * 1024 + 1, ' ');
    const path = '/apis/apps/v1/namespaces/shop/deployments';
    expect(await send(await tokenOf('reader'), path, { 'content-type': 'application/json' }, body)).toMatchObject({
      code: 413,
    });
  });
});

describe('a context of the kubeconfig', () => {
  it('that does not exist is told with those that do', async () => {
    await expect(openKubeContext('other')).rejects.toThrow(/no context other, it has test/);
  });

  it('whose server is silent or away makes the front say so', async () => {
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const serverUrl = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    const context = { name: 'silent', serverUrl, buildRequestOptions: async () => ({}) };
    const authenticate = () => ({ username: 'anyone', groups: [] });
    const own = await startClusterFront({ name: 'silent', directory, context, authenticate, timeoutMilliseconds: 50 });
    const before = front;
    front = own;
    try {
      expect(await send('any', '/version')).toMatchObject({ code: 504, body: expect.stringContaining('was silent') });
      silent.closeAllConnections();
      await new Promise((resolve) => silent.close(resolve));
      expect(await send('any', '/version')).toMatchObject({ code: 503, body: expect.stringContaining('ECONNREFUSED') });
    } finally {
      front = before;
      await own.stop();
    }
  });

  it('tells which objects of the manifests are not in its cluster', async () => {
    const context = await openKubeContext('test');
    const missing = await listMissingObjects(context, [
      'gitops/platform/automation-access.yaml',
      'gitops/argocd/dev.yaml',
    ]);
    expect(missing.map(({ kind, name, manifest }) => `${manifest}: ${kind} ${name}`)).toEqual([
      'gitops/platform/automation-access.yaml: ClusterRole deployment-automation',
      'gitops/platform/automation-access.yaml: ClusterRoleBinding deployment-automation',
      'gitops/platform/automation-access.yaml: ClusterRole certificate-checks',
      'gitops/platform/automation-access.yaml: ClusterRoleBinding certificate-checks',
      'gitops/platform/automation-access.yaml: ClusterRole backup-jobs',
      'gitops/platform/automation-access.yaml: ClusterRoleBinding backup-jobs',
      'gitops/platform/automation-access.yaml: ClusterRole certificate-renewals',
      'gitops/platform/automation-access.yaml: ClusterRoleBinding certificate-renewals',
      'gitops/argocd/dev.yaml: Application pyairtable-dev',
      'gitops/argocd/dev.yaml: Application pyairtable-dev-certificates',
      'gitops/argocd/dev.yaml: Application pyairtable-dev-databases',
    ]);
  });
});

describe('a service in the cluster', () => {
  it('is reached at a loopback address', async () => {
    const { registry } = real.cluster;
    real.cluster.registerProgram('registry.test/web', () => ({
      status: 200,
      body: Buffer.from('hello from web'),
      headers: {},
    }));
    const services = registry.types.findResource('', 'services');
    if (services === undefined) throw new Error('the cluster knows no Services');
    registry.create(services, {
      metadata: { name: 'web', namespace: 'shop' },
      spec: { selector: { app: 'web' }, ports: [{ name: 'http', port: 80, targetPort: 8080 }] },
    });
    const apps = real.kubeConfig.makeApiClient(AppsV1Api);
    await apps.createNamespacedDeployment({ namespace: 'shop', body: buildDeployment('web', 'registry.test/web:1') });
    await real.clock.advance(5_000);
    const answer = await fetch(await front.serviceUrl('shop', 'web'));
    expect(await answer.text()).toBe('hello from web');
    await expect(front.serviceUrl('shop', 'other')).rejects.toThrow('services/other does not exist');
  });
});
