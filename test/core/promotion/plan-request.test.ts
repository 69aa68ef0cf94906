// Tests of the plans for a person's request and for a release.
import { describe, expect, it } from '@jest/globals';
import { loadConfiguration } from '../../../config/load-configuration.ts';
import type { DeploymentRecord } from '../../../contracts/ledger/deployments.ts';
import type { ReleaseRecord } from '../../../contracts/ledger/releases.ts';
import type { PromotionRequest } from '../../../contracts/workflows/promote-release.ts';
import { planPromotion } from '../../../core/promotion/plan-promotion.ts';
import type { PlanningPorts } from '../../../core/promotion/promotion-plan.ts';
import { commitA, commitB } from './promotion-builder.ts';

const configuration = loadConfiguration('config/pyairtable.yaml');
const context = { promotionId: 'execution-1', executionArn: 'arn:execution', startedAt: '2026-11-23T20:00:01.000Z' };

interface World {
  releases?: { service: string; version: string; commit: string }[];
  deployments?: { environment: string; service: string; version: string; commit: string; outcome?: string }[];
  contained?: string[];
  tags?: Record<string, string>;
}

function createPorts({ releases = [], deployments = [], contained = [], tags = {} }: World): PlanningPorts {
  return {
    source: {
      findChangedFiles: async () => [],
      contains: async (_, head, commit) => contained.includes(`${head.slice(0, 1)}>${commit.slice(0, 1)}`),
      findCommit: async (_, ref) => tags[ref],
    },
    history: {
      findReleases: async (service, version) =>
        releases.filter(
          (release) =>
            release.service === service && [release.version, release.commit].some((known) => known.startsWith(version)),
        ) as unknown as ReleaseRecord[],
      listDeployments: async (environment, service) =>
        deployments
          .filter((entry) => entry.environment === environment && entry.service === service)
          .map((entry) => ({ outcome: 'succeeded', ...entry })) as unknown as DeploymentRecord[],
    },
  };
}

const request = (overrides: Partial<PromotionRequest> = {}): PromotionRequest => ({
  services: ['api-gateway'],
  version: commitA,
  environment: 'prod',
  actor: 'ada-release',
  reason: 'fixes login',
  ...overrides,
});
const known = { service: 'api-gateway', version: `sha-${commitA}`, commit: commitA };

describe('a request', () => {
  const plan = async (overrides: Partial<PromotionRequest>, world: World = { releases: [known] }) =>
    await planPromotion(configuration, createPorts(world), { request: request(overrides) }, context);

  it('promotes a recorded version with its recorded digest only', async () => {
    const { outcome, promotion } = await plan({});
    expect(outcome).toBe('promote');
    expect(promotion).toMatchObject({
      environment: 'prod',
      services: [{ name: 'api-gateway', version: `sha-${commitA}`, commit: commitA }],
      awaitsBuild: false,
      recordedDigestsOnly: true,
      desiredAt: context.startedAt,
    });
  });

  it('finds the version by the beginning of its commit', async () => {
    expect((await plan({ version: commitA.slice(0, 8) })).promotion.version).toBe(`sha-${commitA}`);
  });

  it('promotes all services that have the version when none is named', async () => {
    const { services, ...rest } = request();
    const world = { releases: [known, { ...known, service: 'frontend' }] };
    const { promotion } = await planPromotion(configuration, createPorts(world), { request: rest }, context);
    expect(promotion.services.map(({ name }) => name)).toEqual(['api-gateway', 'frontend']);
  });

  it.each([
    [
      'an unknown environment',
      { environment: 'production' },
      'no environment production, there are dev, staging, prod',
    ],
    ['a name of Object.prototype', { environment: 'constructor' }, 'no environment constructor'],
    [
      'somebody who may not',
      { actor: 'mallory' },
      'mallory may not promote to prod, these may: ada-release, grace-platform',
    ],
    ['an unknown service', { services: ['api'] }, 'no service api, there are api-gateway'],
    ['a version that nothing has run', { version: commitB }, 'api-gateway has no recorded version'],
  ])('refuses %s and says what is allowed', async (_, overrides, reason) => {
    const result = await plan(overrides);
    expect(result.outcome).toBe('refused');
    expect(result.reason).toContain(reason);
  });

  it('refuses a commit that fits two versions', async () => {
    const releases = [known, { ...known, version: 'sha-aaaa2', commit: `aaaaaaaa${'0'.repeat(32)}` }];
    const result = await plan({ version: 'aaaaaaaa' }, { releases });
    expect(result.reason).toBe('aaaaaaaa fits 2 versions of api-gateway: give more of it');
  });

  it('lets the first environment run a commit that nothing has run yet', async () => {
    const { outcome, promotion } = await plan({ environment: 'dev', version: commitB }, {});
    expect(outcome).toBe('promote');
    expect(promotion).toMatchObject({ recordedDigestsOnly: false, services: [{ version: `sha-${commitB}` }] });
  });
});

describe('a release', () => {
  const plan = async (world: World, release: object = {}) => {
    const metadata = {
      eventId: 'delivery-9',
      correlationId: 'delivery-9',
      occurredAt: context.startedAt,
      actor: 'ada',
    };
    const payload = {
      action: 'published',
      repository: { full_name: 'pyairtable/pyairtable' },
      release: { tag_name: 'v1.2.0', draft: false, prerelease: false, ...release },
    };
    const event = { source: 'github.com', 'detail-type': 'release', detail: { metadata, payload } };
    return await planPromotion(configuration, createPorts(world), { event }, context);
  };
  const inStaging = (version: string, commit: string, service = 'api-gateway') => ({
    environment: 'staging',
    service,
    version,
    commit,
  });

  it('promotes what staging has run and the release contains', async () => {
    const { outcome, promotion, reason } = await plan({
      tags: { 'v1.2.0': commitA },
      deployments: [inStaging('sha-a', commitA)],
    });
    expect(outcome).toBe('promote');
    expect(promotion).toMatchObject({
      environment: 'prod',
      recordedDigestsOnly: true,
      services: [{ name: 'api-gateway', version: 'sha-a' }],
    });
    expect(reason).toContain('left out: staging ran no version that it contains');
  });

  it('never ships what came to staging after the release', async () => {
    const { promotion } = await plan({
      tags: { 'v1.2.0': commitA },
      deployments: [inStaging('sha-newer', commitB), inStaging('sha-older', 'c'.repeat(40))],
      contained: ['a>c'],
    });
    expect(promotion.services.map(({ version }) => version)).toEqual(['sha-older']);
  });

  it('never ships what failed in staging', async () => {
    const failed = { ...inStaging('sha-a', commitA), outcome: 'failed' };
    expect((await plan({ tags: { 'v1.2.0': commitA }, deployments: [failed] })).outcome).toBe('nothing');
  });

  it('leaves alone what prod runs already', async () => {
    const { outcome } = await plan({
      tags: { 'v1.2.0': commitA },
      deployments: [inStaging('sha-a', commitA), { ...inStaging('sha-a', commitA), environment: 'prod' }],
    });
    expect(outcome).toBe('nothing');
  });

  it.each([
    ['a pre-release', { prerelease: true }, 'draft or a pre-release'],
    ['a tag that does not exist', { tag_name: 'v9' }, 'tag v9 does not exist'],
  ])('does nothing for %s', async (_, release, reason) => {
    const result = await plan({ tags: { 'v1.2.0': commitA } }, release);
    expect(result).toMatchObject({ outcome: 'nothing', reason: expect.stringContaining(reason) });
  });
});
