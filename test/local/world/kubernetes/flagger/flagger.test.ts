// The simulated Flagger against what is documented of the real one: phases, conditions, weights, gates, thresholds, levers.
import { afterEach, describe, expect, it } from '@jest/globals';
import { type HttpServer, startHttpServer } from '../../../../../local/world/http-server.ts';
import { type Canary, thresholdOf } from '../../../../../local/world/kubernetes/flagger/canary.ts';
import type { AskPrometheus } from '../../../../../local/world/kubernetes/flagger/measure-canary.ts';
import { deployments, services } from '../../../../../local/world/kubernetes/resources/built-in-types.ts';
import type { Deployment, Service } from '../../../../../local/world/kubernetes/resources/workload-types.ts';
import { startTraffic, type Traffic } from '../../../../../local/world/traffic.ts';
import { buildDeployment, startTestCluster, type TestCluster } from '../start-test-cluster.ts';

interface Hook {
  readonly path: string;
  readonly body: { readonly phase: string; readonly metadata: Record<string, string> };
}

interface Bench {
  readonly test: TestCluster;
  readonly hooks: Hook[];
  /** Status codes by path; 200 unless told otherwise. */
  readonly answers: Map<string, number>;
  readonly phases: string[];
  read(): Canary;
  setImage(tag: string): void;
  change(spec: Partial<Canary['spec']>): void;
  /** Lets time pass look by look until the phase is reached. */
  until(phase: string): Promise<Canary>;
  traffic(): Promise<Traffic>;
  messages(): string[];
}

const running: { stop(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const part of running.splice(0).toReversed()) await part.stop();
});

async function open(
  analysis: Partial<NonNullable<Canary['spec']['analysis']>> = {},
  findPrometheus: () => AskPrometheus | undefined = () => undefined,
): Promise<Bench> {
  const hooks: Hook[] = [];
  const answers = new Map<string, number>([['/rollback', 403]]);
  const receiver: HttpServer = await startHttpServer({
    handle: ({ path, body }) => {
      hooks.push({ path, body: JSON.parse(body.toString()) });
      return { status: answers.get(path) ?? 200, body: 'no' };
    },
  });
  const test = await startTestCluster({ findPrometheus });
  running.push(receiver, test);
  const { registry } = test.cluster;
  const canaries = registry.types.findResource('flagger.app', 'canaries');
  const templates = registry.types.findResource('flagger.app', 'metrictemplates');
  if (!canaries || !templates) throw new Error('no canaries are served');
  const deployment = buildDeployment('web', 'registry.test/web:v1', { replicas: 1 });
  registry.create(deployments, deployment);
  const query = 'sum(rate(http_requests_total{namespace="{{ namespace }}"}[{{ interval }}]))';
  registry.create(templates, { metadata: { name: 'success-rate', namespace: 'shop' }, spec: { query } });
  const hook = (type: string) => ({ name: type, type, url: `${receiver.url}/${type}` });
  registry.create<Canary>(canaries, {
    metadata: { name: 'web', namespace: 'shop' },
    spec: {
      provider: 'gatewayapi:v1',
      targetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
      service: { port: 80, gatewayRefs: [{ name: 'gateway' }] },
      analysis: {
        interval: '10s',
        threshold: 2,
        stepWeights: [10, 20, 50],
        metrics: [
          { name: 'success-rate', interval: '10s', templateRef: { name: 'success-rate' }, thresholdRange: { min: 99 } },
        ],
        webhooks: ['confirm-rollout', 'confirm-promotion', 'rollback', 'event'].map(hook),
        ...analysis,
      },
    },
  });
  const phases: string[] = [];
  test.trace.subscribe(({ name, details }) => {
    if (name === 'canary-phase-changed') phases.push(String(details.phase));
  });
  const read = () => registry.get<Canary>(canaries, 'shop', 'web');
  const bench: Bench = {
    test,
    hooks,
    answers,
    phases,
    read,
    setImage: (tag) =>
      void registry.update<Deployment>(deployments, 'shop', 'web', ({ spec }) => {
        for (const container of spec.template.spec.containers) container.image = `registry.test/web:${tag}`;
      }),
    change: (spec) =>
      void registry.update<Canary>(canaries, 'shop', 'web', (current) => {
        Object.assign(current.spec, spec);
      }),
    async until(phase) {
      for (let looks = 0; looks < 40; looks += 1) {
        if (read().status?.phase === phase) return read();
        await test.clock.advance(5_000);
      }
      throw new Error(`${phase} was not reached, but ${phases.join(', ')}`);
    },
    async traffic() {
      const traffic = startTraffic({
        clock: test.clock,
        url: await test.cluster.serviceUrl('shop', 'web'),
        requestsPerSecond: 10,
      });
      running.push(traffic);
      return traffic;
    },
    messages: () => hooks.filter(({ path }) => path === '/event').map(({ body }) => body.metadata.eventMessage ?? ''),
  };
  await bench.until('Initialized');
  return bench;
}

describe('an initialized canary', () => {
  it('has a primary, three services and a route, and its target is at rest', async () => {
    const { test, read } = await open();
    const { registry } = test.cluster;
    const primary = registry.get<Deployment>(deployments, 'shop', 'web-primary');
    expect(primary.spec.template.metadata?.labels).toEqual({ app: 'web-primary' });
    expect(primary.metadata.ownerReferences?.[0]).toMatchObject({ kind: 'Canary', name: 'web' });
    expect(registry.get<Deployment>(deployments, 'shop', 'web').spec.replicas).toBe(0);
    expect(
      ['web', 'web-primary', 'web-canary'].map((name) => registry.get<Service>(services, 'shop', name).spec.selector),
    ).toEqual([{ app: 'web-primary' }, { app: 'web-primary' }, { app: 'web' }]);
    expect(read().status?.conditions).toMatchObject([
      { type: 'Promoted', status: 'True', reason: 'Initialized', message: 'Deployment initialization completed.' },
    ]);
    expect((await (await fetch(await test.cluster.serviceUrl('shop', 'web'))).json()) as object).toMatchObject({
      version: 'v1',
    });
  });
});

describe('a good version', () => {
  it('gets 10, 20 and 50 percent of the requests, becomes the primary, and the target rests again', async () => {
    const bench = await open();
    await bench.traffic();
    bench.setImage('v2');
    await bench.until('Progressing');
    const succeeded = await bench.until('Succeeded');
    expect(bench.phases).toEqual(['Initialized', 'Progressing', 'Promoting', 'Finalising', 'Succeeded']);
    expect(bench.messages().filter((message) => /weight/.test(message))).toEqual([
      'Advance web.shop canary weight 10',
      'Advance web.shop canary weight 20',
      'Advance web.shop canary weight 50',
    ]);
    expect(succeeded.status).toMatchObject({ canaryWeight: 0, failedChecks: 0 });
    expect(succeeded.status?.lastPromotedSpec).toBe(succeeded.status?.lastAppliedSpec);
    expect(bench.hooks.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['/confirm-rollout', '/rollback', '/confirm-promotion', '/event']),
    );
    const { registry } = bench.test.cluster;
    const primary = registry.get<Deployment>(deployments, 'shop', 'web-primary');
    expect(primary.spec.template.spec.containers[0]?.image).toBe('registry.test/web:v2');
    expect(registry.get<Deployment>(deployments, 'shop', 'web').spec.replicas).toBe(0);
  });

  it('waits at each gate until it opens', async () => {
    const bench = await open();
    await bench.traffic();
    bench.answers.set('/confirm-rollout', 403).set('/confirm-promotion', 403);
    bench.setImage('v2');
    expect((await bench.until('Waiting')).status?.conditions?.[0]).toMatchObject({
      status: 'Unknown',
      message: 'Waiting for approval.',
    });
    await bench.test.clock.advance(60_000);
    expect(bench.read().status?.phase).toBe('Waiting');
    bench.answers.set('/confirm-rollout', 200);
    await bench.until('WaitingPromotion');
    bench.answers.set('/confirm-promotion', 200);
    await bench.until('Succeeded');
  });

  it('is promoted at once by skipAnalysis, and stands still while it is suspended', async () => {
    const bench = await open();
    await bench.traffic();
    bench.setImage('v2');
    await bench.until('Progressing');
    await bench.test.clock.advance(15_000);
    const { canaryWeight } = bench.read().status ?? {};
    expect(canaryWeight).toBeGreaterThan(0);
    bench.change({ suspend: true });
    await bench.test.clock.advance(60_000);
    expect(bench.read().status).toMatchObject({ phase: 'Progressing', canaryWeight });
    bench.change({ suspend: false, skipAnalysis: true });
    await bench.until('Succeeded');
    expect(bench.messages().at(-1)).toBe('Promotion completed! Canary analysis was skipped for web.shop');
  });
});

describe('a bad version', () => {
  it('is taken back when its failed checks reach the threshold', async () => {
    const bench = await open();
    const traffic = await bench.traffic();
    bench.setImage('v2-errors-50');
    const failed = await bench.until('Failed');
    expect(failed.status?.conditions).toMatchObject([
      { status: 'False', reason: 'Failed', message: 'Canary analysis failed, Deployment scaled to zero.' },
    ]);
    expect(bench.messages()).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^Halt web\.shop advancement success-rate \d+\.\d\d < 99$/),
        'Rolling back web.shop failed checks threshold reached 2',
        'Canary failed! Scaling down web.shop',
      ]),
    );
    const before = traffic.answers.get(500) ?? 0;
    expect(before).toBeGreaterThan(0);
    await bench.test.clock.advance(5_000);
    expect(traffic.answers.get(500)).toBe(before);
  });

  it('is taken back at the next look when the rollback webhook says so', async () => {
    const bench = await open({ threshold: 100 });
    await bench.traffic();
    bench.setImage('v2-errors-50');
    await bench.until('Progressing');
    bench.answers.set('/rollback', 200);
    await bench.until('Failed');
    expect(bench.messages()).toContain('Rolling back web.shop manual webhook invoked');
  });

  it('fails its checks without a single request too, and says that it saw none', async () => {
    const bench = await open();
    bench.setImage('v2');
    await bench.until('Failed');
    expect(bench.messages()).toContain(
      'Halt advancement no values found for custom metric: success-rate: no values found',
    );
  });

  it('is no new version once the target says again what was promoted', async () => {
    const bench = await open();
    await bench.traffic();
    bench.setImage('v2-errors-50');
    await bench.until('Failed');
    bench.setImage('v1');
    await bench.test.clock.advance(60_000);
    expect(bench.read().status?.phase).toBe('Failed');
    // What failed is tried again only after that.
    bench.setImage('v2-errors-50');
    await bench.until('Progressing');
    bench.setImage('v3');
    await bench.until('Succeeded');
  });
});

describe('a Prometheus that scrapes the pods', () => {
  it('is asked in place of their counters; what it cannot say yet halts the canary, and neither promotes nor ends it', async () => {
    const queries: string[] = [];
    // One scrape is no rate: the first look finds nothing.
    const values: (number | undefined)[] = [undefined, 100, 100, 100];
    const bench = await open({}, () => async (query) => {
      queries.push(query);
      return values.shift();
    });
    bench.setImage('v2');
    await bench.until('Succeeded');
    expect(queries).toEqual(Array.from({ length: 4 }, () => 'sum(rate(http_requests_total{namespace="shop"}[10s]))'));
    const told = bench.messages().filter((message) => /no values|weight/.test(message));
    expect(told).toEqual([
      'Advance web.shop canary weight 10',
      'Halt advancement no values found for custom metric: success-rate: no values found',
      'Advance web.shop canary weight 20',
      'Advance web.shop canary weight 50',
    ]);
  });

  it('ends a canary by what it says, and by not answering at all', async () => {
    const bench = await open({}, () => async () => 42);
    bench.setImage('v2');
    await bench.until('Failed');
    expect(bench.messages()).toContain('Halt web.shop advancement success-rate 42.00 < 99');

    const away = await open({}, () => async () => {
      throw new Error('error response: 503');
    });
    away.setImage('v2');
    await away.until('Failed');
    expect(away.messages()).toContain('Metric query failed for success-rate: error response: 503');
  });
});

describe('the threshold', () => {
  it.each([
    [undefined, 1],
    [0, 1],
    [-5, 1],
    [3, 3],
  ])('%p counts as %i', (threshold, expected) => {
    const canary = { spec: { analysis: { threshold } } } as unknown as Canary;
    expect(thresholdOf(canary)).toBe(expected);
  });
});
