// After a rollback no path brings the digest back: planned, gated and committed by the real parts, over a real ledger and the shipped overlays.
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { promotionSucceededExample } from '../../../contracts/events/promotion.ts';
import type { DeploymentRecord } from '../../../contracts/ledger/deployments.ts';
import type { ReleaseRecord } from '../../../contracts/ledger/releases.ts';
import { ledgerKey } from '../../../contracts/ledger.ts';
import type { Promotion, ResolvedService } from '../../../contracts/workflows/promotion.ts';
import { getEnvironment } from '../../../core/configuration/get-configured.ts';
import type { ForwardMove } from '../../../core/gates/gate-facts.ts';
import { commitPromotion, type GitOpsRepository } from '../../../core/promotion/commit-promotion.ts';
import { readDigests } from '../../../core/promotion/edit-kustomization.ts';
import { judgePromotion } from '../../../core/promotion/judge-promotion.ts';
import { planPromotion } from '../../../core/promotion/plan-promotion.ts';
import type { PlanningPorts } from '../../../core/promotion/promotion-plan.ts';
import { resolveImages } from '../../../core/promotion/resolve-images.ts';
import { getStrategy } from '../../../core/promotion/strategies/find-strategy.ts';
import { breakGlass } from '../../../core/rollback/break-glass.ts';
import { settleRollback } from '../../../core/rollback/settle-rollback.ts';
import { createDynamoBreakGlassLedger } from '../../../lambdas/adapters/dynamo-break-glass.ts';
import { createDynamoGateLedger } from '../../../lambdas/adapters/dynamo-gate-ledger.ts';
import { createDynamoRollbackLedger } from '../../../lambdas/adapters/dynamo-rollback-store.ts';
import { createDynamoRolloutLedger } from '../../../lambdas/adapters/dynamo-rollout-ledger.ts';
import { openLedger, type TestLedger } from '../../lambdas/adapters/open-ledger.ts';
import { configuration, now } from '../gates/gate-facts-builder.ts';
import { buildPromotion, buildService, commitA, commitB, digestA, digestB } from '../promotion/promotion-builder.ts';

const service = 'api-gateway';
const bad = { version: `sha-${commitB}`, commit: commitB, digest: digestB };
const good = { version: `sha-${commitA}`, commit: commitA, digest: digestA };
const environments = ['dev', 'staging', 'prod'] as const;
type Environment = (typeof environments)[number];

let test: TestLedger;
let overlays: Record<string, string>;
beforeEach(async () => {
  test = await openLedger();
  overlays = Object.fromEntries(
    environments.map((name) => [fileOf(name), readFileSync(`gitops/${fileOf(name)}`, 'utf8')]),
  );
  await takeBack();
});
afterEach(async () => await test.stop());

function fileOf(environment: string): string {
  return `${getEnvironment(configuration, environment).overlayPath}/kustomization.yaml`;
}

/** The bad version ran everywhere and was taken back in staging. */
async function takeBack(): Promise<void> {
  const plan = async () => ({
    outcome: 'acted' as const,
    rule: 'release-caused-it',
    reason: 'it answered with errors',
    promotion: buildPromotion({ promotionId: 'rollback-1', environment: 'staging', change: 'rollback' }),
    services: [buildService(good)],
    blamed: [{ service, version: bad.version, digest: bad.digest, promotionId: 'promotion-bad' }],
    refusedTargets: [],
    alertResolveSeconds: 60,
    gitTries: 3,
  });
  await settleRollback(createDynamoRollbackLedger(test.ledger), plan, { isAutomatic: true, now });
}
const lift = async () => await test.ledger.remove(ledgerKey.quarantine(service, bad.digest));

const source = { name: service, service, image: `ghcr.io/pyairtable/${service}`, repository: 'pyairtable/pyairtable' };
const planning = {
  source: {
    findChangedFiles: async () => ['services/api-gateway/main.go'],
    contains: async () => true,
    findCommit: async () => commitB,
  },
  history: {
    findReleases: async (name: string, version: string) =>
      (name === service ? [bad, good] : []).filter((known) =>
        known.version.startsWith(version),
      ) as unknown as ReleaseRecord[],
    listDeployments: async (environment: string, name: string) =>
      (name === service && environment !== 'prod'
        ? [{ ...bad, outcome: 'succeeded', promotionId: 'promotion-bad' }]
        : []) as unknown as DeploymentRecord[],
  },
} satisfies PlanningPorts;
const releases = {
  findRelease: async (_: string, version: string) =>
    ({ ...source, ...(version === bad.version ? bad : good) }) as unknown as ReleaseRecord,
  recordRelease: async () => await Promise.reject(new Error('everything is recorded')),
};
const registry = { findDigest: async (_: string, digest: string) => digest };
const metadata = { eventId: 'e', correlationId: 'c', occurredAt: now, actor: 'ada-release' };
const gitHub = (type: string, payload: object) => ({
  event: {
    source: 'github.com',
    'detail-type': type,
    detail: {
      metadata,
      payload: { repository: { full_name: 'pyairtable/pyairtable', pushed_at: 1_795_464_000 }, ...payload },
    },
  },
});
const push = (ref: string) =>
  gitHub('push', {
    ref,
    before: commitA,
    after: commitB,
    created: false,
    deleted: false,
    forced: false,
    commits: [{ id: commitB, added: [], removed: [], modified: ['services/api-gateway/main.go'] }],
  });
const request = (environment: Environment) => ({
  request: { services: [service], version: bad.version, environment, actor: 'ada-release', reason: 'again' },
});
const { promotion: example } = promotionSucceededExample;
/** Each way in which a release can be wanted, with the environment that it leads to. */
const paths = {
  'a push that is redelivered': [push('refs/heads/develop'), 'dev'],
  'a merge to main': [push('refs/heads/main'), 'staging'],
  'a GitHub release': [gitHub('release', { release: { tag_name: 'v2.0.0' } }), 'prod'],
  'travelling on from staging': [
    {
      event: {
        source: 'automation.promotion',
        'detail-type': 'PromotionSucceeded',
        detail: {
          ...promotionSucceededExample,
          promotion: { ...example, environment: 'staging', services: [service], promotionId: 'promotion-bad' },
        },
      },
    },
    'prod',
  ],
  'a person': [request('prod'), 'prod'],
  'a switch back to the other colour': [request('staging'), 'staging'],
} as const satisfies Record<string, readonly [Parameters<typeof planPromotion>[2], Environment]>;
type Path = keyof typeof paths;

async function planPath(path: Path): Promise<{ promotion: ForwardMove; services: ResolvedService[] }> {
  const [cause, environment] = paths[path];
  const context = { promotionId: `p-${path}`, executionArn: 'arn:p', startedAt: now };
  const { outcome, promotion, reason } = await planPromotion(configuration, planning, cause, context);
  expect([outcome, promotion.environment, reason]).toEqual(['promote', environment, reason]);
  const services = await resolveImages(configuration, { releases, registry }, promotion, now);
  expect(services.map(({ digest }) => digest)).toEqual([bad.digest]);
  return { promotion: promotion as ForwardMove, services };
}

const repositoryOf = (file: string): GitOpsRepository => {
  const loose = new Map<string, string>();
  return {
    read: async (name) => ({ revision: 'tip', content: overlays[name] ?? '' }),
    listRecentCommits: async () => [],
    async createCommit(_parent, _file, content) {
      loose.set('c', content);
      return 'c';
    },
    async advance() {
      overlays[file] = loose.get('c') ?? '';
      return 'advanced';
    },
    urlOf: (revision) => revision,
  };
};
/** Past every gate, as a workflow would that was approved before the rollback. */
async function commitAllPhases(promotion: Promotion, services: readonly ResolvedService[]): Promise<void> {
  const file = fileOf(promotion.environment);
  const strategy = getStrategy(getEnvironment(configuration, promotion.environment));
  const ports = {
    repository: repositoryOf(file),
    leases: { holds: async () => true },
    rollouts: createDynamoRolloutLedger(test.ledger),
    clock: test.clock,
  };
  const grants = [{ service, fencingToken: 1 }];
  for (const phase of strategy.phases) {
    await commitPromotion(ports, {
      file,
      strategy,
      phase,
      promotion,
      services,
      leases: grants,
      committedAt: now,
      deploymentOf: (name) => name,
    });
  }
}
const judge = async ({ promotion, services }: Awaited<ReturnType<typeof planPath>>) =>
  await judgePromotion(
    configuration,
    {
      ledger: createDynamoGateLedger(test.ledger),
      registry,
      attesters: {},
      repository: repositoryOf(fileOf(promotion.environment)),
    },
    { promotion, services, build: { conclusion: 'success', url: '' }, now },
  );
const standsInGit = () =>
  environments.filter((name) => Object.values(readDigests(overlays[fileOf(name)] ?? '')).includes(bad.digest));

describe('a digest that was taken back', () => {
  it.each(Object.keys(paths) as Path[])(
    'is refused by its gate, and not written past it, on the path of %s',
    async (path) => {
      const planned = await planPath(path);
      const { outcome, verdicts } = await judge(planned);
      expect(outcome).toBe('refused');
      expect(verdicts.find(({ gate }) => gate === 'not-quarantined')).toMatchObject({
        verdict: 'closed',
        reason: 'api-gateway is quarantined: it answered with errors',
      });
      await expect(commitAllPhases(planned.promotion, planned.services)).rejects.toMatchObject({
        name: 'ForbiddenError',
      });
      expect(standsInGit()).toEqual([]);
      // Only when somebody lifts it: then nothing of the above holds it any more.
      await lift();
      expect((await judge(planned)).verdicts.find(({ gate }) => gate === 'not-quarantined')?.verdict).toBe('open');
      await commitAllPhases(planned.promotion, planned.services);
      expect(standsInGit()).toEqual([planned.promotion.environment]);
    },
  );

  it('is not pinned past Git either, in any environment', async () => {
    const ports = {
      clusterOf: () => {
        throw new Error('nothing may be asked of the cluster');
      },
      leases: { holds: async () => true },
      rollouts: createDynamoRolloutLedger(test.ledger),
      ledger: createDynamoBreakGlassLedger(test.ledger),
    };
    for (const environment of environments) {
      const back = buildPromotion({ environment, change: 'rollback' });
      const pinning = breakGlass(configuration, ports, back, [buildService(bad)], [{ service, fencingToken: 1 }], {
        openedAt: now,
        isGitAway: true,
      });
      await expect(pinning).rejects.toMatchObject({ name: 'ForbiddenError' });
    }
  });

  it('comes back by no sequence of paths, with good releases in between', async () => {
    const step = fc.oneof(
      fc.constantFrom(...(Object.keys(paths) as Path[])),
      fc.record({ good: fc.constantFrom(...environments) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async (steps) => {
        for (const [index, each] of steps.entries()) {
          if (typeof each === 'string') {
            const { promotion, services } = await planPath(each);
            await commitAllPhases({ ...promotion, promotionId: `p${index}` }, services).catch(() => undefined);
          } else {
            const promotion = buildPromotion({ promotionId: `p${index}`, environment: each.good });
            await commitAllPhases(promotion, [buildService(good)]);
          }
          expect(standsInGit()).toEqual([]);
        }
      }),
      { numRuns: 10 },
    );
  });
});
