// Tests of core/promotion/evaluate-gates.ts.
import { describe, expect, it } from '@jest/globals';
import { gateNames } from '../../../config/environment-schema.ts';
import { evaluateGates, type GateFacts } from '../../../core/promotion/evaluate-gates.ts';
import { buildPromotion, buildService, commitB } from './promotion-builder.ts';

const facts = (overrides: Partial<GateFacts> = {}): GateFacts => ({
  promotion: buildPromotion(),
  services: [buildService()],
  build: { conclusion: 'success', url: 'https://github.example/run/1' },
  planHash: 'p1',
  expectedPlanHash: undefined,
  quarantines: {},
  newestWishes: {},
  ...overrides,
});
const newer = { promotionId: 'other', commit: commitB, desiredAt: '2026-11-23T20:05:00.000Z' };

describe('evaluateGates', () => {
  it('passes with a verdict in words from every gate', () => {
    const { outcome, verdicts } = evaluateGates(gateNames, facts());
    expect(outcome).toBe('passed');
    expect(verdicts.map(({ gate }) => gate)).toEqual([...gateNames]);
    expect(verdicts.every(({ words }) => words.length > 0)).toBe(true);
  });

  it.each([
    ['failure', 'the build of aaaaaaa ended as failure, see https://github.example/run/1'],
    ['cancelled', 'the build of aaaaaaa ended as cancelled, see https://github.example/run/1'],
  ])('refuses a build that ended as %s', (conclusion, reason) => {
    const build = { conclusion, url: 'https://github.example/run/1' };
    expect(evaluateGates(gateNames, facts({ build }))).toMatchObject({ outcome: 'refused', reason });
  });

  it('refuses when no build ended in time', () => {
    const decision = evaluateGates(gateNames, facts({ build: { conclusion: 'timed_out' } }));
    expect(decision.reason).toBe('no build of aaaaaaa ended within 60 minutes');
  });

  it('refuses when nothing is known of a build that counts', () => {
    expect(evaluateGates(gateNames, facts({ build: undefined })).outcome).toBe('refused');
  });

  it('asks no build of a version that was built before', () => {
    const promotion = buildPromotion({ awaitsBuild: false });
    expect(evaluateGates(gateNames, facts({ promotion, build: undefined })).outcome).toBe('passed');
  });

  it('refuses an image that does not exist and says which', () => {
    const { digest, ...service } = buildService({ problem: 'ghcr.io/x has no tag y' });
    expect(evaluateGates(gateNames, facts({ services: [service] }))).toMatchObject({
      outcome: 'refused',
      reason: 'ghcr.io/x has no tag y',
    });
  });

  it('refuses a quarantined digest', () => {
    const decision = evaluateGates(gateNames, facts({ quarantines: { 'api-gateway': 'rolled back on alert' } }));
    expect(decision).toMatchObject({ outcome: 'refused', reason: 'api-gateway is quarantined: rolled back on alert' });
  });

  it('names every reason at once', () => {
    const decision = evaluateGates(
      gateNames,
      facts({ build: { conclusion: 'failure' }, quarantines: { 'api-gateway': 'bad' } }),
    );
    expect(decision.reason).toContain('ended as failure');
    expect(decision.reason).toContain('quarantined');
  });

  it('calls a promotion superseded when something newer is wanted for all its services', () => {
    const decision = evaluateGates(gateNames, facts({ newestWishes: { 'api-gateway': newer } }));
    expect(decision).toMatchObject({
      outcome: 'superseded',
      reason: 'newer is wanted: bbbbbbb of 2026-11-23T20:05:00.000Z',
    });
  });

  it('lets a promotion pass when something newer is wanted for a part of its services only', () => {
    const services = [buildService(), buildService({ name: 'mcp-server' })];
    expect(evaluateGates(gateNames, facts({ services, newestWishes: { 'api-gateway': newer } })).outcome).toBe(
      'passed',
    );
  });

  it('refuses when the plan is another than the one that was agreed to', () => {
    const decision = evaluateGates(gateNames, facts({ planHash: 'p2', expectedPlanHash: 'p1' }));
    expect(decision).toMatchObject({
      outcome: 'refused',
      reason: 'the world moved: the plan is p2 now, p1 was agreed to; ask again',
    });
    expect(evaluateGates(gateNames, facts({ expectedPlanHash: 'p1' })).outcome).toBe('passed');
  });

  it('asks only the gates that the environment names', () => {
    expect(evaluateGates(['image-available'], facts({ build: { conclusion: 'failure' } })).outcome).toBe('passed');
  });
});
