// Facts for tests of gates: everything in order, with what a test is about overridden.
import { loadConfiguration } from '../../../config/load-configuration.ts';
import type { EnvironmentConfiguration } from '../../../config/schema.ts';
import type { GateFacts } from '../../../core/gates/gate-facts.ts';
import { buildPromotion, buildService } from '../promotion/promotion-builder.ts';

export const now = '2026-11-23T20:00:00.000Z';
export const configuration = loadConfiguration('config/pyairtable.yaml');

export function buildTarget(overrides: Partial<EnvironmentConfiguration> = {}): EnvironmentConfiguration {
  const { prod } = configuration.environments;
  if (prod === undefined) throw new Error('the shipped configuration has no prod');
  return { ...prod, ...overrides };
}

export function buildFacts(overrides: Partial<GateFacts> = {}): GateFacts {
  const { change: _, ...promotion } = buildPromotion({ environment: 'prod', awaitsBuild: false });
  return {
    promotion,
    services: [buildService()],
    build: { conclusion: 'success', url: 'https://github.example/run/1' },
    target: buildTarget(),
    now,
    quarantines: {},
    newestWishes: {},
    previous: 'staging',
    earlierRuns: { known: { 'api-gateway': [{ healthySince: '2026-11-23T10:00:00.000Z' }] } },
    incidents: { known: [] },
    alerts: { known: [] },
    freezes: { known: [] },
    otherRollouts: { known: 0 },
    images: { 'api-gateway': { known: true } },
    signatures: undefined,
    securityEvidence: undefined,
    migrations: undefined,
    databaseChanges: undefined,
    ...overrides,
  };
}
