// The contract between our Kubernetes adapters and a cluster, simulated or real: see docs/local-runtime.md.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Pin } from '../../core/rollback/break-glass.ts';
import { createBreakGlassCluster } from '../../lambdas/adapters/kubernetes-break-glass.ts';
import {
  readApplication,
  readCanary,
  readWorkload,
  requestRefresh,
} from '../../lambdas/adapters/kubernetes-rollout-reader.ts';
import { createKubernetesServiceProbe } from '../../lambdas/adapters/kubernetes-service-probe.ts';
import { type ClusterUnderTest, openClusterUnderTest, readAutomationRules } from './open-cluster-under-test.ts';

/** A real cluster may have to pull an image first. */
const patienceMilliseconds = 180_000;
const unpullable = 'registry.invalid/automation/missing:pull-error';

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
      analysis: { interval: '1m', threshold: 1 },
    },
  });
  await cluster.create(buildDeployment('web', image, ['netexec', '--http-port=8080']));
  await cluster.create(buildDeployment('broken', unpullable, []));
  await cluster.create(buildDeployment('pinned', unpullable, []));
  for (const app of ['web', 'idle']) {
    await cluster.create({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: app, namespace },
      spec: { selector: { app }, ports: [{ port: 80, targetPort: 8080 }] },
    });
  }
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

const probe = () =>
  createKubernetesServiceProbe(cluster.automation, (name) => ({ namespace: cluster.namespace, name, port: 80 }));

const pin: Pin = {
  get namespace() {
    return cluster.namespace;
  },
  deployment: 'pinned',
  entry: repositoryOf(unpullable),
  image: repositoryOf(unpullable),
  digest: `sha256:${'1'.repeat(64)}`,
};

/** Everything that the functions do in a cluster, each by its name. */
const actions: Readonly<Record<string, (client: ClusterUnderTest['automation']) => Promise<unknown>>> = {
  'read an Application': (client) => readApplication(client, cluster.namespace, 'shop'),
  'refresh an Application': (client) => requestRefresh(client, cluster.namespace, 'shop'),
  'read a Canary': (client) => readCanary(client, cluster.namespace, 'shop'),
  'read a Deployment and its pods': (client) =>
    readWorkload(client, cluster.namespace, {
      service: 'broken',
      deployment: 'broken',
      image: repositoryOf(unpullable),
    }),
  async 'override what Git says of an image'(client) {
    const application = createBreakGlassCluster(client, { namespace: cluster.namespace, name: 'shop' });
    await application.overrideImages([pin]);
    await application.removeOverrides([pin]);
  },
  'set the image of a Deployment': (client) =>
    createBreakGlassCluster(client, { namespace: cluster.namespace, name: 'shop' }).setImage(pin),
  async 'ask a service'(client) {
    const locate = (name: string) => ({ namespace: cluster.namespace, name, port: 80 });
    const { status } = await createKubernetesServiceProbe(client, locate).get('web', '/echo?msg=hello', 5_000);
    if (status === 403) throw Object.assign(new Error('forbidden'), { name: 'ForbiddenError' });
  },
};

describe('a Canary', () => {
  it('is read before Flagger has looked at it', async () => {
    expect(await readCanary(cluster.automation, cluster.namespace, 'shop')).toEqual({
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
    expect(await readApplication(cluster.automation, cluster.namespace, 'shop')).toEqual({
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
    const read = async () => JSON.parse((await cluster.automation({ method: 'GET', path })).body) as Application;
    const before = await read();
    await requestRefresh(cluster.automation, cluster.namespace, 'shop');
    const after = await read();
    expect(after.metadata.annotations).toMatchObject({ 'argocd.argoproj.io/refresh': 'normal' });
    expect(after.spec).toEqual(before.spec);
  });

  it('that does not exist is a NotFoundError', async () => {
    await expect(readApplication(cluster.automation, cluster.namespace, 'none')).rejects.toMatchObject({
      name: 'NotFoundError',
    });
  });
});

describe('a Deployment', () => {
  it('that is complete has its replicas, its image and no problems', async () => {
    const image = repositoryOf(cluster.image);
    const target = { service: 'web', deployment: 'web', image };
    expect(await readWorkload(cluster.automation, cluster.namespace, target)).toEqual({
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
    const workload = await readWorkload(cluster.automation, cluster.namespace, target);
    expect(workload).toMatchObject({ image: unpullable, availableReplicas: 0 });
    expect(workload.podProblems.join()).toMatch(/ErrImagePull|ImagePullBackOff/);
  });
});

describe('the way past Git', () => {
  it('overrides an image in the Application, leaves other overrides alone, and takes just its own away', async () => {
    const path = `/apis/argoproj.io/v1alpha1/namespaces/${cluster.namespace}/applications/shop`;
    const readImages = async (): Promise<readonly string[] | undefined> =>
      (JSON.parse((await cluster.automation({ method: 'GET', path })).body) as Application).spec.source.kustomize
        ?.images;
    const application = createBreakGlassCluster(cluster.automation, { namespace: cluster.namespace, name: 'shop' });
    const other = { ...pin, entry: 'other-blue', image: 'registry.invalid/automation/other' };
    expect(await application.overrideImages([other])).toBe('cafe');
    await application.overrideImages([{ ...pin, digest: `sha256:${'2'.repeat(64)}` }]);
    await application.overrideImages([pin]);
    expect(await readImages()).toEqual([`other-blue=${other.image}@${other.digest}`, `${pin.image}@${pin.digest}`]);
    await application.removeOverrides([other]);
    await application.removeOverrides([{ ...pin, digest: `sha256:${'2'.repeat(64)}` }]);
    expect(await readImages()).toEqual([`${pin.image}@${pin.digest}`]);
    await application.removeOverrides([pin]);
    expect(await readImages()).toBeUndefined();
  });

  it('sets the image of the container that has it, and does nothing where there is none', async () => {
    const application = createBreakGlassCluster(cluster.automation, { namespace: cluster.namespace, name: 'shop' });
    await application.setImage(pin);
    const target = { service: 'pinned', deployment: 'pinned', image: pin.image };
    const { image } = await readWorkload(cluster.automation, cluster.namespace, target);
    expect(image).toBe(`${pin.image}@${pin.digest}`);
    await application.setImage({ ...pin, deployment: 'none' });
    await application.setImage({ ...pin, image: 'registry.invalid/automation/other' });
  });
});

describe('the service probe', () => {
  it('reaches the pods with path and query', async () => {
    expect(await probe().get('web', '/echo?msg=hello', 5_000)).toMatchObject({ status: 200, body: 'hello' });
  });

  it('passes on what the service answers, and what the API server does when no pod is ready', async () => {
    expect(await probe().get('web', '/nowhere', 5_000)).toMatchObject({ status: 404 });
    expect(await probe().get('idle', '/', 5_000)).toMatchObject({ status: 503 });
  });
});

describe('gitops/platform/automation-access.yaml', () => {
  it.each(Object.entries(actions))('is needed, and is enough, to %s', async (_what, act) => {
    await act(cluster.automation);
    await expect(act(cluster.outsider)).rejects.toMatchObject({ name: 'ForbiddenError' });
  });

  it('gives no permission that nothing needs', async () => {
    const rules = await readAutomationRules();
    const permissions = rules.flatMap(({ apiGroups, resources, verbs }) =>
      apiGroups.flatMap((group) =>
        resources.flatMap((resource) =>
          verbs.map((verb) => ({ apiGroups: [group], resources: [resource], verbs: [verb] })),
        ),
      ),
    );
    const idle: unknown[] = [];
    for (const permission of permissions) {
      await cluster.setRules(permissions.filter((other) => other !== permission));
      if (!(await isSomethingForbidden())) idle.push(permission);
    }
    await cluster.setRules(rules);
    expect(permissions.length).toBeGreaterThan(3);
    expect(idle).toEqual([]);
  }, 60_000);
});

/** A real cluster learns of a changed role a moment later; so a few rounds of questions, each as long as it takes. */
async function isSomethingForbidden(): Promise<boolean> {
  for (let round = 0; round < 20; round += 1) {
    const results = await Promise.allSettled(Object.values(actions).map((act) => act(cluster.automation)));
    if (results.some((result) => result.status === 'rejected' && result.reason.name === 'ForbiddenError')) return true;
  }
  return false;
}

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
