import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  deployments,
  pods,
  replicaSets,
  services,
} from '../../../../../local/world/kubernetes/resources/built-in-types.ts';
import type { Deployment, Pod, ReplicaSet } from '../../../../../local/world/kubernetes/resources/workload-types.ts';
import { buildDeployment, startTestCluster, type TestCluster } from '../start-test-cluster.ts';

let test: TestCluster;
const digest = `sha256:${'a'.repeat(64)}`;

beforeAll(async () => {
  test = await startTestCluster({
    describeImage: (image) =>
      image.endsWith(digest)
        ? { tag: '2.0.0-crash', labels: { 'org.opencontainers.image.version': '2.0.0' } }
        : image.includes('/missing')
          ? { exists: false }
          : undefined,
  });
});
afterAll(() => test.stop());

const get = (name: string) => test.cluster.registry.get<Deployment>(deployments, 'shop', name);
const conditionOf = (name: string, type: string) =>
  get(name).status?.conditions?.find((condition) => condition.type === type);
const podsOf = (name: string) =>
  test.cluster.registry
    .list<Pod>(pods, 'shop')
    .filter((pod) => pod.metadata.labels?.app === name && !pod.metadata.deletionTimestamp);
const create = (name: string, image: string, spec?: Record<string, unknown>) =>
  test.cluster.registry.create<Deployment>(deployments, buildDeployment(name, image, spec));
const setImage = (name: string, image: string) =>
  test.cluster.registry.update<Deployment>(deployments, 'shop', name, (current) => {
    current.spec.template.spec.containers[0]!.image = image;
  });

describe('a deployment', () => {
  it('becomes available after its pods have started', async () => {
    create('good', 'registry.test/good:1.0.0');
    await test.clock.advance(0);
    expect(get('good').status).toMatchObject({ observedGeneration: 1, replicas: 2, unavailableReplicas: 2 });
    await test.clock.advance(3_000);
    expect(get('good').status).toMatchObject({
      replicas: 2,
      updatedReplicas: 2,
      readyReplicas: 2,
      availableReplicas: 2,
    });
    expect(conditionOf('good', 'Available')).toMatchObject({ status: 'True', reason: 'MinimumReplicasAvailable' });
    expect(conditionOf('good', 'Progressing')).toMatchObject({ status: 'True', reason: 'NewReplicaSetAvailable' });
  });

  it('never has fewer available pods than allowed while it rolls, and counts its revisions', async () => {
    create('rolling', 'registry.test/rolling:1', {
      replicas: 4,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
    });
    await test.clock.advance(3_000);
    const available: number[] = [];
    const totals: number[] = [];
    const stop = test.cluster.registry.store.subscribe(() => {
      const { status } = get('rolling');
      available.push(status?.availableReplicas ?? 0);
      totals.push(podsOf('rolling').length);
    });
    setImage('rolling', 'registry.test/rolling:2');
    await test.clock.advance(20_000);
    stop();
    expect(Math.min(...available)).toBe(4);
    expect(Math.max(...totals)).toBe(5);
    expect(podsOf('rolling').map((pod) => pod.spec.containers[0]?.image)).toEqual(
      Array(4).fill('registry.test/rolling:2'),
    );
    expect(get('rolling').metadata.annotations).toMatchObject({ 'deployment.kubernetes.io/revision': '2' });
  });

  it('goes back to an old template without a new replica set', async () => {
    setImage('rolling', 'registry.test/rolling:1');
    await test.clock.advance(20_000);
    const sets = test.cluster.registry
      .list<ReplicaSet>(replicaSets, 'shop')
      .filter((set) => set.metadata.name.startsWith('rolling-'));
    expect(sets.map((set) => set.metadata.annotations?.['deployment.kubernetes.io/revision']).sort()).toEqual([
      '2',
      '3',
    ]);
    expect(get('rolling').status?.availableReplicas).toBe(4);
  });

  it.each([
    ['crashing', 'registry.test/x:1-crash', 'CrashLoopBackOff'],
    ['pull-failing', 'registry.test/x:1-pull-error', 'ImagePullBackOff'],
    ['absent', 'registry.test/missing:1', 'ImagePullBackOff'],
    ['crashing-by-digest', `registry.test/x@${digest}`, 'CrashLoopBackOff'],
  ])('that is %s exceeds its progress deadline and leaves the old pods serving', async (name, image, reason) => {
    create(name, `registry.test/x:0`);
    await test.clock.advance(3_000);
    setImage(name, image);
    await test.clock.advance(30_000);
    const bad = podsOf(name).find((pod) => pod.spec.containers[0]?.image === image);
    expect(bad?.status?.containerStatuses?.[0]?.state.waiting?.reason).toBe(reason);
    expect(conditionOf(name, 'Progressing')).toMatchObject({ status: 'True', reason: 'ReplicaSetUpdated' });
    await test.clock.advance(40_000);
    expect(conditionOf(name, 'Progressing')).toMatchObject({ status: 'False', reason: 'ProgressDeadlineExceeded' });
    expect(conditionOf(name, 'Available')).toMatchObject({ status: 'True' });
  });

  it('that is unready runs without taking traffic', async () => {
    create('unready', 'registry.test/x:1-unready');
    await test.clock.advance(5_000);
    expect(podsOf('unready').map((pod) => pod.status?.phase)).toEqual(['Running', 'Running']);
    expect(get('unready').status?.readyReplicas).toBe(0);
  });

  it('that is slow becomes available, late', async () => {
    create('slow', 'registry.test/x:1-slow');
    await test.clock.advance(20_000);
    expect(get('slow').status?.availableReplicas).toBe(0);
    await test.clock.advance(15_000);
    expect(get('slow').status?.availableReplicas).toBe(2);
  });

  it('that starts slowly becomes available later still', async () => {
    create('slow-start', 'registry.test/x:1-slow-start');
    await test.clock.advance(110_000);
    expect(get('slow-start').status?.availableReplicas).toBe(0);
    await test.clock.advance(15_000);
    expect(get('slow-start').status?.availableReplicas).toBe(2);
  });

  it('recovers from a bad release by a good one', async () => {
    setImage('crashing', 'registry.test/x:2');
    await test.clock.advance(5_000);
    expect(conditionOf('crashing', 'Progressing')).toMatchObject({ status: 'True', reason: 'NewReplicaSetAvailable' });
  });

  it('takes its replica sets and pods along when it is deleted', async () => {
    test.cluster.registry.delete(deployments, 'shop', 'good');
    await test.clock.advance(5_000);
    const left = [replicaSets, pods].flatMap((type) => test.cluster.registry.list(type, 'shop'));
    expect(left.filter((object) => object.metadata.name.startsWith('good-'))).toEqual([]);
  });
});

describe('a service', () => {
  it('answers over HTTP from its ready pods, in turns', async () => {
    create('web', 'registry.test/web:3.1.4');
    test.cluster.registry.create(services, {
      metadata: { name: 'web', namespace: 'shop' },
      spec: { selector: { app: 'web' }, ports: [{ name: 'http', port: 80 }] },
    });
    const url = await test.cluster.serviceUrl('shop', 'web');
    expect((await fetch(url)).status).toBe(503);
    await test.clock.advance(3_000);
    const answers = [await (await fetch(url)).json(), await (await fetch(url)).json()] as {
      pod: string;
      version: string;
    }[];
    expect(answers.map((answer) => answer.version)).toEqual(['3.1.4', '3.1.4']);
    expect(new Set(answers.map((answer) => answer.pod)).size).toBe(2);
  });

  it('answers errors at the rate that the tag says, its health path apart', async () => {
    setImage('web', 'registry.test/web:3.1.5-errors-50');
    await test.clock.advance(10_000);
    const url = await test.cluster.serviceUrl('shop', 'web');
    const statuses: number[] = [];
    for (let count = 0; count < 8; count += 1) statuses.push((await fetch(url)).status);
    expect(statuses.filter((status) => status === 500)).toHaveLength(4);
    for (let count = 0; count < 4; count += 1) expect((await fetch(`${url}/health`)).status).toBe(200);
  });
});
