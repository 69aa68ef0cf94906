// Tests of core/promotion/observe-rollout.ts over the real adapters and an API server that fails as API servers do.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { AppError } from '../../../core/app-error.ts';
import type { GateVerdict } from '../../../core/gates/gate.ts';
import { observeRollout } from '../../../core/promotion/observe-rollout.ts';
import { createKubernetesClient, type KubernetesClient } from '../../../lambdas/adapters/kubernetes-client.ts';
import { createRolloutCluster } from '../../../lambdas/adapters/kubernetes-rollout-cluster.ts';
import { type HttpServer, startHttpServer } from '../../../local/world/http-server.ts';
import { configuration } from '../gates/gate-facts-builder.ts';
import { buildPromotion, buildService, digestA, digestB } from './promotion-builder.ts';

const ours = 'f'.repeat(40);
const stale = '0'.repeat(40);
const committedAt = '2026-11-23T20:00:00.000Z';
const after = (seconds: number) => new Date(Date.parse(committedAt) + seconds * 1000).toISOString();
const services = [buildService()];
const back = buildPromotion({ change: 'rollback', rolloutTimeoutSeconds: 900 });
const target = { service: 'api-gateway', deployment: 'api-gateway', address: 'api-gateway' };

type Fault = 'none' | 'hang' | 401 | 429 | 500;
let server: HttpServer;
/** What happens to the next requests; after them all is well. */
let faults: Fault[];
let asked: string[];
let tokens: string[];
let application: object;
let deployments: Record<string, object>;
let canary: object;
beforeEach(async () => {
  faults = [];
  asked = [];
  tokens = [];
  application = synced(ours);
  deployments = { 'api-gateway': running(digestA) };
  canary = { spec: {}, status: {} };
  server = await startHttpServer({
    async handle({ method, path, headers, signal }) {
      asked.push(`${method} ${path.split('/').slice(-2).join('/')}`);
      tokens.push(headers.authorization ?? '');
      const fault = faults.shift() ?? 'none';
      if (fault === 'hang') {
        await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
        return { status: 500 };
      }
      if (fault !== 'none') return { status: fault, body: '{}' };
      if (path.includes('/canaries/')) return { status: 200, body: JSON.stringify(canary) };
      if (path.includes('/applications/')) return { status: 200, body: JSON.stringify(application) };
      const found = deployments[path.split('/').at(-1) ?? ''];
      return found === undefined ? { status: 404, body: '{}' } : { status: 200, body: JSON.stringify(found) };
    },
  });
});
afterEach(async () => await server.stop());

function synced(revision: string, status = 'Synced'): object {
  return { status: { sync: { status, revision }, health: { status: 'Healthy' } } };
}
function running(digest: string): object {
  const containers = [{ name: 'app', image: `ghcr.io/pyairtable/api-gateway@${digest}` }];
  return {
    metadata: { generation: 1 },
    spec: { replicas: 1, selector: { matchLabels: { app: 'api-gateway' } }, template: { spec: { containers } } },
    status: { observedGeneration: 1, replicas: 1, updatedReplicas: 1, availableReplicas: 1 },
  };
}

interface Overrides {
  readonly promotion?: typeof back;
  readonly seconds?: number;
  readonly isPinned?: boolean;
  readonly mayBreakGlass?: boolean;
  readonly isHeld?: boolean;
  readonly deployment?: string;
  readonly contains?: () => Promise<boolean>;
  readonly holds?: readonly GateVerdict[];
  readonly nextPhase?: 'switch-traffic';
}
async function observe({ promotion = back, seconds = 5, isPinned = false, ...overrides }: Overrides = {}) {
  const settings = structuredClone(configuration);
  for (const environment of Object.values(settings.environments)) {
    environment.automaticRollback.breakGlass = overrides.mayBreakGlass ?? true;
  }
  const client = createKubernetesClient(async ({ refresh }) => ({
    endpoint: server.url,
    certificateAuthority: undefined,
    token: refresh ? 'renewed' : 'expired',
  }));
  // Only what hangs is waited for in vain, and not for long.
  const clientOf = (): KubernetesClient => async (request) =>
    await client(faults[0] === 'hang' ? { ...request, timeoutMilliseconds: 20 } : request);
  return await observeRollout(
    settings,
    {
      leases: { holds: async () => overrides.isHeld ?? true },
      signals: { findSignal: async () => 'news-1' },
      halts: { find: async () => undefined },
      readHolds: async () => overrides.holds ?? [],
      contains: overrides.contains ?? (async () => false),
      clusterOf: (name) => createRolloutCluster(settings, clientOf, name),
    },
    {
      promotion,
      services,
      leases: [{ service: 'api-gateway', fencingToken: 1 }],
      targets: [{ ...target, deployment: overrides.deployment ?? target.deployment }],
      revision: ours,
      committedAt,
      observedAt: after(seconds),
      isPinned,
      ...(overrides.nextPhase === undefined ? {} : { nextPhase: overrides.nextPhase }),
    },
  );
}

describe('a cluster that fails in the middle of a rollback', () => {
  it.each<Fault>([429, 500, 'hang'])('with %s says nothing of the version, and is asked again', async (fault) => {
    faults = [fault];
    const { status, words } = await observe();
    expect([status, words]).toEqual(['progressing', expect.stringContaining('cannot be asked now')]);
    // The outage may begin between two questions, too.
    faults = ['none', fault];
    expect((await observe()).status).toBe('progressing');
    expect(await observe()).toMatchObject({ status: 'healthy', signal: 'news-1' });
  });

  it.each([
    [429, 'ThrottledError'],
    [500, 'UpstreamUnavailableError'],
    ['hang', 'TimedOutError'],
  ] as const)('with %s for longer than the rollout may take is told by its own name', async (fault, name) => {
    faults = [fault];
    await expect(observe({ seconds: 900 })).rejects.toMatchObject({ name });
  });

  it('and no longer knows our token is asked with a new one at once', async () => {
    faults = [401];
    expect((await observe()).status).toBe('healthy');
    expect(tokens.slice(0, 2)).toEqual(['Bearer expired', 'Bearer renewed']);
  });

  it('and refuses us for good wants a person', async () => {
    faults = [401, 401];
    await expect(observe()).rejects.toMatchObject({ name: 'ForbiddenError' });
  });

  it('or a GitHub that cannot compare commits, delays and ends nothing', async () => {
    application = synced(stale);
    const away = async () => await Promise.reject(new AppError('UpstreamUnavailableError', 'GitHub is away'));
    expect(await observe({ contains: away })).toMatchObject({ status: 'progressing', error: 'RolloutFailed' });
  });

  it('is not asked at all by one that has lost its lease', async () => {
    await expect(observe({ isHeld: false })).rejects.toMatchObject({ name: 'LeaseLostError' });
    expect(asked).toEqual([]);
  });
});

describe('an Argo CD that does not sync', () => {
  beforeEach(() => {
    application = synced(stale);
  });

  it('is hurried along, and then a rollback goes past it', async () => {
    expect((await observe({ seconds: 59 })).status).toBe('progressing');
    expect(asked).toContain('PATCH applications/pyairtable-dev');
    expect(await observe({ seconds: 60 })).toMatchObject({
      status: 'failed',
      error: 'ArgoCdDidNotSync',
      words: expect.stringContaining('has not taken up fffffff within 60 s'),
    });
  });

  it('is waited for where nothing may go past it, and by a promotion', async () => {
    const promotion = buildPromotion({ rolloutTimeoutSeconds: 900 });
    for (const overrides of [{ mayBreakGlass: false }, { promotion }]) {
      expect((await observe({ seconds: 60, ...overrides })).status).toBe('progressing');
      expect(await observe({ seconds: 900, ...overrides })).toMatchObject({ status: 'failed', error: 'RolloutFailed' });
    }
  });

  it.each(['Synced', 'OutOfSync', 'Unknown'])(
    'and says %s does not count once the version was pinned past it',
    async (sync) => {
      application = synced(stale, sync);
      deployments = { 'api-gateway': running(digestB) };
      expect((await observe({ seconds: 90, isPinned: true })).status).toBe('progressing');
      deployments = { 'api-gateway': running(digestA) };
      expect((await observe({ seconds: 90, isPinned: true })).status).toBe('healthy');
    },
  );
});

describe('the first version of a service under a canary', () => {
  const promotion = buildPromotion({ environment: 'prod', rolloutTimeoutSeconds: 900 });
  const first = async () => await observe({ promotion, deployment: 'api-gateway-primary' });

  it('is waited for until Flagger has made its primary, and nothing claims that it was judged', async () => {
    deployments = {};
    expect(await first()).toMatchObject({ status: 'progressing', words: expect.stringContaining('first primary') });
    canary = { spec: {}, status: { phase: 'Initializing' } };
    deployments = { 'api-gateway-primary': { ...running(digestA), status: { observedGeneration: 1, replicas: 1 } } };
    expect((await first()).status).toBe('progressing');
    canary = { spec: {}, status: { phase: 'Initialized' } };
    deployments = { 'api-gateway-primary': running(digestA) };
    expect(await first()).toMatchObject({ status: 'healthy', words: expect.stringContaining('no canary judged it') });
  });

  it('is no excuse for a Deployment that is missing elsewhere', async () => {
    deployments = {};
    await expect(observe()).rejects.toMatchObject({ name: 'NotFoundError' });
  });
});

describe('the gates between two phases', () => {
  const promotion = buildPromotion({ environment: 'staging', rolloutTimeoutSeconds: 900 });
  const hold: GateVerdict = { gate: 'no-open-incident', verdict: 'closed', reason: 'an incident is open' };
  const between = { promotion, nextPhase: 'switch-traffic' as const };

  it('hold a version before it reaches users, and let it go on when they open', async () => {
    expect(await observe({ ...between, holds: [hold] })).toMatchObject({
      status: 'progressing',
      words: expect.stringContaining('held before switch-traffic: an incident is open'),
    });
    expect((await observe(between)).status).toBe('healthy');
  });

  it('end it by a name that takes nothing back, when they stay closed for as long as it may take', async () => {
    expect(await observe({ ...between, holds: [hold], seconds: 900 })).toMatchObject({
      status: 'failed',
      error: 'GatesClosed',
    });
  });

  it('are asked neither in the last phase nor of a rollback', async () => {
    expect((await observe({ promotion, holds: [hold] })).status).toBe('healthy');
    const rollback = { ...back, environment: 'staging' };
    expect((await observe({ ...between, promotion: rollback, holds: [hold] })).status).toBe('healthy');
  });

  it('of Flagger are named when a canary stood at them until its time was over', async () => {
    const atGate = {
      promotion: { ...promotion, environment: 'prod' },
      deployment: 'api-gateway-primary',
      seconds: 900,
    };
    deployments = { 'api-gateway-primary': running(digestB) };
    canary = { spec: {}, status: { phase: 'WaitingPromotion', canaryWeight: 50 } };
    expect(await observe(atGate)).toMatchObject({ status: 'failed', error: 'CanaryHeld' });
    canary = { spec: {}, status: { phase: 'Progressing', canaryWeight: 50 } };
    expect(await observe(atGate)).toMatchObject({ status: 'failed', error: 'RolloutFailed' });
  });
});
