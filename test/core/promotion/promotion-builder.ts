// Promotions and services for tests: valid as they are, with what a test is about overridden.
import type { Promotion, ResolvedService } from '../../../contracts/workflows/promotion.ts';

export const commitA = 'a'.repeat(40);
export const commitB = 'b'.repeat(40);
export const digestA = `sha256:${'1'.repeat(64)}`;
export const digestB = `sha256:${'2'.repeat(64)}`;

export function buildPromotion(overrides: Partial<Promotion> = {}): Promotion {
  return {
    promotionId: 'delivery-1',
    environment: 'dev',
    repository: 'pyairtable/pyairtable',
    commit: commitA,
    version: `sha-${commitA}`,
    services: [{ name: 'api-gateway', version: `sha-${commitA}`, commit: commitA }],
    desiredAt: '2026-11-23T20:00:00.000Z',
    actor: 'ada',
    reason: 'push to develop by ada',
    correlationId: `pyairtable/pyairtable@${commitA}`,
    causationId: 'delivery-1',
    awaitsBuild: true,
    recordedDigestsOnly: false,
    buildTimeoutSeconds: 3600,
    rolloutTimeoutSeconds: 900,
    executionArn: 'arn:aws:states:eu-central-1:111122223333:execution:pyairtable-promote-release:one',
    startedAt: '2026-11-23T20:00:01.000Z',
    ...overrides,
  };
}

export function buildService(overrides: Partial<ResolvedService> = {}): ResolvedService {
  return {
    name: 'api-gateway',
    version: `sha-${commitA}`,
    commit: commitA,
    image: 'ghcr.io/pyairtable/api-gateway',
    digest: digestA,
    origin: 'registry',
    ...overrides,
  };
}
