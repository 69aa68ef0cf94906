import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { RouteSplitter } from '../../../../../local/world/kubernetes/pods/split-route.ts';
import { deployments, services } from '../../../../../local/world/kubernetes/resources/built-in-types.ts';
import { startTraffic } from '../../../../../local/world/traffic.ts';
import { buildDeployment, startTestCluster, type TestCluster } from '../start-test-cluster.ts';

describe('the metrics of pods', () => {
  let test: TestCluster;
  beforeEach(async () => {
    test = await startTestCluster();
    const { registry } = test.cluster;
    for (const [name, tag] of [
      ['web-primary', 'v1'],
      ['web-canary', 'v2-errors-50'],
    ] as const) {
      const deployment = buildDeployment(name, `registry.test/web:${tag}`, { replicas: 1 });
      deployment.spec.template.spec.containers[0] = { name: 'web', image: `registry.test/web:${tag}` };
      registry.create(deployments, deployment);
      registry.create(services, {
        metadata: { name, namespace: 'shop' },
        spec: { selector: { app: name }, ports: [{ port: 80 }] },
      });
    }
    const routes = registry.types.findResource('gateway.networking.k8s.io', 'httproutes');
    if (!routes) throw new Error('no HTTPRoutes are served');
    const backendRefs = [
      { name: 'web-primary', port: 80, weight: 80 },
      { name: 'web-canary', port: 80, weight: 20 },
    ];
    registry.create(routes, { metadata: { name: 'web', namespace: 'shop' }, spec: { rules: [{ backendRefs }] } });
    await test.clock.advance(3_000);
  });
  afterEach(async () => await test.stop());

  it('count real requests by pod and status, split by the weights of the route', async () => {
    const { cluster, clock } = test;
    const traffic = startTraffic({ clock, url: await cluster.serviceUrl('shop', 'web'), requestsPerSecond: 10 });
    await clock.advance(9_500);
    await traffic.stop();
    expect(Object.fromEntries(traffic.answers)).toEqual({ 200: 90, 500: 10 });

    const targets = (await (await fetch(`${cluster.metricsUrl}/targets`)).json()) as {
      targets: string[];
      labels: Record<string, string>;
    }[];
    expect(targets.map(({ labels }) => [labels.cluster, labels.namespace, labels.container])).toEqual([
      ['test', 'shop', 'web'],
      ['test', 'shop', 'web'],
    ]);
    const texts = await Promise.all(
      targets.map(async ({ targets: [host], labels }) =>
        (await fetch(`http://${host}${labels.__metrics_path__}`)).text(),
      ),
    );
    const canary = texts.find((text) => text.includes('status="500"'));
    const primary = texts.find((text) => text !== canary);
    expect(canary).toContain('http_requests_total{service="web",status="500"} 10\n');
    expect(canary).toContain('http_requests_total{service="web",status="200"} 10\n');
    expect(primary).toContain('http_requests_total{service="web",status="200"} 80\n');
    expect(primary).toContain('http_request_duration_seconds_bucket{service="web",le="+Inf"} 80\n');
    expect(primary).toContain('http_request_duration_seconds_count{service="web"} 80\n');
  });

  it('leave the health checks out', async () => {
    const url = await test.cluster.serviceUrl('shop', 'web-primary');
    await fetch(`${url}/health`);
    expect(await (await fetch(`${url}/metrics`)).text()).toContain('_count{service="web"} 0\n');
  });
});

describe('RouteSplitter', () => {
  it('is exact over every hundred requests and spreads them evenly', () => {
    const splitter = new RouteSplitter();
    const backends = [
      { name: 'primary', weight: 90 },
      { name: 'canary', weight: 10 },
    ];
    const choices = Array.from({ length: 100 }, () => splitter.choose('r', backends));
    expect(choices.filter((name) => name === 'canary')).toHaveLength(10);
    expect(choices.slice(0, 10).filter((name) => name === 'canary')).toHaveLength(1);
  });

  it('chooses nothing where nothing has a weight', () => {
    expect(new RouteSplitter().choose('r', [{ name: 'primary', weight: 0 }])).toBeUndefined();
  });
});
