// The contract between our Kubernetes adapters and a cluster, simulated or real: see docs/local-runtime.md.
import { globSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createBreakGlassCluster } from '../../lambdas/adapters/kubernetes-break-glass.ts';
import {
  readApplication,
  readCanary,
  readWorkload,
  requestRefresh,
} from '../../lambdas/adapters/kubernetes-rollout-reader.ts';
import { createKubernetesServiceProbe } from '../../lambdas/adapters/kubernetes-service-probe.ts';
import { renderSource } from '../../local/world/kubernetes/argocd/render-source.ts';
import {
  type ClusterUnderTest,
  type Manifest,
  openClusterUnderTest,
  type PolicyRule,
  readRoles,
} from './open-cluster-under-test.ts';
import { listNames, pinIn, roleActions, unpullable } from './role-actions.ts';

/** A real cluster may have to pull an image first. */
const patienceMilliseconds = 180_000;

let cluster: ClusterUnderTest;
beforeAll(async () => {
  cluster = await openClusterUnderTest();
  const { namespace, image } = cluster;
  await cluster.create({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name: 'shop', namespace },
    spec: {
      project: 'default',
      source: { repoURL: 'https://github.invalid/shop/gitops.git', path: '.', targetRevision: 'main' },
      destination: { server: 'https://kubernetes.default.svc', namespace },
    },
    // An Application outside Argo CD's own namespace is left alone by it, so this stays as it is.
    status: {
      sync: {
        status: 'Synced',
        revision: 'cafe',
        comparedTo: {
          source: { repoURL: 'https://github.invalid/shop/gitops.git' },
          destination: { server: 'https://kubernetes.default.svc', namespace },
        },
      },
      health: { status: 'Healthy' },
      operationState: {
        operation: { sync: { revision: 'cafe' } },
        phase: 'Succeeded',
        message: 'successfully synced',
        startedAt: '2026-01-01T00:00:00Z',
        syncResult: { revision: 'cafe', source: { repoURL: 'https://github.invalid/shop/gitops.git' } },
      },
    },
  });
  await cluster.create({
    apiVersion: 'flagger.app/v1beta1',
    kind: 'Canary',
    metadata: { name: 'shop', namespace },
    // Suspended: a Flagger that is there leaves it alone.
    spec: {
      suspend: true,
      targetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'nothing' },
      service: { port: 80 },
      analysis: { interval: '1m', threshold: 1, maxWeight: 50, stepWeight: 10 },
    },
  });
  await cluster.create(buildDeployment('web', image, ['netexec', '--http-port=8080']));
  await cluster.create(buildDeployment('broken', unpullable, []));
  for (const name of ['pinned', ...listNames('certificate-renewals', 'deployments')])
    await cluster.create(buildDeployment(name, unpullable, []));
  await cluster.create({
    apiVersion: 'cert-manager.io/v1',
    kind: 'Certificate',
    metadata: { name: 'shop', namespace },
    spec: {
      secretName: 'shop-served',
      dnsNames: ['shop.example'],
      issuerRef: { name: 'nobody', kind: 'ClusterIssuer' },
    },
  });
  for (const name of listNames('certificate-checks', 'secrets'))
    await cluster.create({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name, namespace },
      stringData: { 'tls.crt': '' },
    });
  for (const app of ['web', 'idle']) {
    await cluster.create({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: app, namespace },
      spec: { selector: { app }, ports: [{ port: 80, targetPort: 8080 }] },
    });
  }
  if (!cluster.hasControllers) return await playControllers();
  await cluster.waitFor(
    `/apis/apps/v1/namespaces/${namespace}/deployments`,
    ({ metadata, status }: { metadata: { name: string }; status?: { availableReplicas?: number } }) =>
      metadata.name === 'web' && status?.availableReplicas === 1,
  );
  await cluster.waitFor(
    `/api/v1/namespaces/${namespace}/pods`,
    (pod: { status?: { containerStatuses?: { state?: { waiting?: { reason?: string } } }[] } }) =>
      /Pull/.test(pod.status?.containerStatuses?.[0]?.state?.waiting?.reason ?? ''),
  );
}, patienceMilliseconds);
afterAll(() => cluster.stop(), patienceMilliseconds);

function buildDeployment(name: string, image: string, args: readonly string[]) {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: cluster.namespace },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels: { app: name } }, spec: { containers: [{ name, image, args }] } },
    },
  };
}

function repositoryOf(image: string): string {
  return image.replace(/:[^:/]+$/, '');
}

/** What an API server alone leaves undone: a Deployment that is complete, and a pod whose image cannot be pulled. */
async function playControllers(): Promise<void> {
  const { namespace } = cluster;
  const ready = { replicas: 1, updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1, observedGeneration: 1 };
  await cluster.setStatus(`/apis/apps/v1/namespaces/${namespace}/deployments/web`, ready);
  await cluster.setStatus(`/apis/apps/v1/namespaces/${namespace}/deployments/broken`, { observedGeneration: 1 });
  // The endpoints of a Service without a ready pod.
  await cluster.create({ apiVersion: 'v1', kind: 'Endpoints', metadata: { name: 'idle', namespace } });
  const pod = { metadata: { name: 'broken-1', namespace, labels: { app: 'broken' } } };
  const spec = { containers: [{ name: 'broken', image: unpullable }] };
  await cluster.create({ apiVersion: 'v1', kind: 'Pod', ...pod, spec });
  const waiting = { reason: 'ImagePullBackOff', message: 'Back-off pulling image' };
  const container = {
    name: 'broken',
    image: unpullable,
    imageID: '',
    ready: false,
    restartCount: 0,
    state: { waiting },
  };
  await cluster.setStatus(`/api/v1/namespaces/${namespace}/pods/broken-1`, {
    phase: 'Pending',
    containerStatuses: [container],
  });
}

const automation = () => cluster.clientFor('deployment-automation');
const probe = () =>
  createKubernetesServiceProbe(automation(), (name) => ({ namespace: cluster.namespace, name, port: 80 }));
const pin = () => pinIn(cluster);

describe('a Canary', () => {
  it('is read before Flagger has looked at it', async () => {
    expect(await readCanary(automation(), cluster.namespace, 'shop')).toEqual({
      phase: '',
      weight: 0,
      failedChecks: 0,
      isSuspended: true,
      phaseSince: undefined,
    });
  });
});

describe('an Application', () => {
  it('is read with the revisions that Argo CD compared and applied', async () => {
    expect(await readApplication(automation(), cluster.namespace, 'shop')).toEqual({
      syncStatus: 'Synced',
      syncRevision: 'cafe',
      healthStatus: 'Healthy',
      healthMessage: undefined,
      operationPhase: 'Succeeded',
      operationMessage: 'successfully synced',
      operationRevision: 'cafe',
    });
  });

  it('is asked to look at Git now, which changes nothing else', async () => {
    const path = `/apis/argoproj.io/v1alpha1/namespaces/${cluster.namespace}/applications/shop`;
    const read = async () => JSON.parse((await automation()({ method: 'GET', path })).body) as Application;
    const before = await read();
    await requestRefresh(automation(), cluster.namespace, 'shop');
    const after = await read();
    expect(after.metadata.annotations).toMatchObject({ 'argocd.argoproj.io/refresh': 'normal' });
    expect(after.spec).toEqual(before.spec);
  });

  it('that does not exist is a NotFoundError', async () => {
    await expect(readApplication(automation(), cluster.namespace, 'none')).rejects.toMatchObject({
      name: 'NotFoundError',
    });
  });
});

describe('a Deployment', () => {
  it('that is complete has its replicas, its image and no problems', async () => {
    const image = repositoryOf(cluster.image);
    const target = { service: 'web', deployment: 'web', image };
    expect(await readWorkload(automation(), cluster.namespace, target)).toEqual({
      service: 'web',
      image: cluster.image,
      desiredReplicas: 1,
      updatedReplicas: 1,
      availableReplicas: 1,
      totalReplicas: 1,
      isObserved: true,
      stalledBecause: undefined,
      podProblems: [],
    });
  });

  it('whose image cannot be pulled says so', async () => {
    const target = { service: 'broken', deployment: 'broken', image: repositoryOf(unpullable) };
    const workload = await readWorkload(automation(), cluster.namespace, target);
    expect(workload).toMatchObject({ image: unpullable, availableReplicas: 0 });
    expect(workload.podProblems.join()).toMatch(/ErrImagePull|ImagePullBackOff/);
  });
});

describe('the way past Git', () => {
  it('overrides an image in the Application, leaves other overrides alone, and takes just its own away', async () => {
    const path = `/apis/argoproj.io/v1alpha1/namespaces/${cluster.namespace}/applications/shop`;
    const readImages = async (): Promise<readonly string[] | undefined> =>
      (JSON.parse((await automation()({ method: 'GET', path })).body) as Application).spec.source.kustomize?.images;
    const application = createBreakGlassCluster(automation(), { namespace: cluster.namespace, name: 'shop' });
    const other = { ...pin(), entry: 'other-blue', image: 'registry.invalid/automation/other' };
    expect(await application.overrideImages([other])).toBe('cafe');
    await application.overrideImages([{ ...pin(), digest: `sha256:${'2'.repeat(64)}` }]);
    await application.overrideImages([pin()]);
    expect(await readImages()).toEqual([`other-blue=${other.image}@${other.digest}`, `${pin().image}@${pin().digest}`]);
    await application.removeOverrides([other]);
    await application.removeOverrides([{ ...pin(), digest: `sha256:${'2'.repeat(64)}` }]);
    expect(await readImages()).toEqual([`${pin().image}@${pin().digest}`]);
    await application.removeOverrides([pin()]);
    expect(await readImages()).toBeUndefined();
  });

  it('sets the image of the container that has it, and does nothing where there is none', async () => {
    const application = createBreakGlassCluster(automation(), { namespace: cluster.namespace, name: 'shop' });
    await application.setImage(pin());
    const target = { service: 'pinned', deployment: 'pinned', image: pin().image };
    const { image } = await readWorkload(automation(), cluster.namespace, target);
    expect(image).toBe(`${pin().image}@${pin().digest}`);
    await application.setImage({ ...pin(), deployment: 'none' });
    await application.setImage({ ...pin(), image: 'registry.invalid/automation/other' });
  });
});

describe('the service probe', () => {
  it('reaches the pods with path and query', async () => {
    if (!cluster.hasControllers) return;
    expect(await probe().get('web', '/echo?msg=hello', 5_000)).toMatchObject({ status: 200, body: 'hello' });
  });

  it('passes on what the service answers, and what the API server does when no pod is ready', async () => {
    if (cluster.hasControllers) expect(await probe().get('web', '/nowhere', 5_000)).toMatchObject({ status: 404 });
    expect(await probe().get('idle', '/', 5_000)).toMatchObject({ status: 503 });
  });
});

describe('the ClusterRoles of gitops/platform', () => {
  it('are those that actions are listed for', () => {
    expect(Object.keys(roleActions).toSorted()).toEqual(
      readRoles()
        .map(({ name }) => name)
        .toSorted(),
    );
  });

  describe.each(Object.entries(roleActions))('%s', (role, actions) => {
    it.each(Object.entries(actions))('is needed, and is enough, to %s', async (_what, act) => {
      await act(cluster.clientFor(role), cluster);
      await expect(act(cluster.outsider, cluster)).rejects.toMatchObject({ name: 'ForbiddenError' });
    });

    it('gives no permission that nothing needs', async () => {
      const rules = readRoles().find(({ name }) => name === role)?.rules ?? [];
      const permissions = rules.flatMap(listPermissions);
      const idle: unknown[] = [];
      for (const permission of permissions) {
        await cluster.setRules(
          role,
          permissions.filter((other) => other !== permission),
        );
        if (!(await isSomethingForbidden(role))) idle.push(permission);
      }
      await cluster.setRules(role, rules);
      expect(permissions.length).toBeGreaterThan(0);
      expect(idle).toEqual([]);
    }, 120_000);
  });
});

/** A rule for each single thing that the rule allows. */
function listPermissions({ apiGroups, resources, resourceNames, verbs }: PolicyRule): PolicyRule[] {
  return apiGroups.flatMap((group) =>
    resources.flatMap((resource) =>
      verbs.flatMap((verb) =>
        (resourceNames ?? [undefined]).map((name) => ({
          apiGroups: [group],
          resources: [resource],
          verbs: [verb],
          ...(name !== undefined && { resourceNames: [name] }),
        })),
      ),
    ),
  );
}

/** A real cluster learns of a changed role a moment later; so a few rounds of questions, each as long as it takes. */
async function isSomethingForbidden(role: string): Promise<boolean> {
  const actions = Object.values(roleActions[role] ?? {});
  for (let round = 0; round < 20; round += 1) {
    const results = await Promise.allSettled(actions.map((act) => act(cluster.clientFor(role), cluster)));
    if (results.some((result) => result.status === 'rejected' && result.reason.name === 'ForbiddenError')) return true;
  }
  return false;
}

describe('what stands in gitops', () => {
  const files = new Map(
    globSync('**/*.yaml', { cwd: 'gitops' }).map((file) => [file, readFileSync(`gitops/${file}`, 'utf8')]),
  );
  // What Argo CD applies, and what an administrator applies once.
  const paths = [
    ...globSync(['overlays/*', '{certificates,databases}/{dev,staging,prod}'], { cwd: 'gitops' }),
    'argocd',
    'platform',
  ];

  it.each(paths)(
    '%s is taken by the API server, with every field known',
    async (path) => {
      const { objects } = renderSource(files, { repoURL: '', path });
      const problems: string[] = [];
      for (const object of objects as unknown as Manifest[]) {
        const problem = await cluster.findProblem(object);
        if (problem !== undefined) problems.push(`${object.kind} ${object.metadata.name}: ${problem}`);
      }
      expect(problems).toEqual([]);
      expect(objects.length).toBeGreaterThan(0);
    },
    60_000,
  );
});

describe('a client', () => {
  it('whose token nobody knows gets a ForbiddenError', async () => {
    await expect(readApplication(cluster.stranger, cluster.namespace, 'shop')).rejects.toMatchObject({
      name: 'ForbiddenError',
      message: expect.stringContaining('401'),
    });
  });
});

interface Application {
  readonly metadata: { readonly annotations?: Record<string, string> };
  readonly spec: { readonly source: { readonly kustomize?: { readonly images?: readonly string[] } } };
}
