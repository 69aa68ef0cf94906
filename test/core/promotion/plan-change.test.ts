// The plan that people agree to: any drift of what it stands on gives another hash. core/promotion/plan-change.ts
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { planChange } from '../../../core/promotion/plan-change.ts';
import { rollingStrategy } from '../../../core/promotion/strategies/rolling-strategy.ts';
import { buildPromotion, buildService, commitB, digestA, digestB } from './promotion-builder.ts';

const overlay = (digest: string, other = digestB) => ({
  file: 'overlays/prod/kustomization.yaml',
  content: [
    'images:',
    '  - name: ghcr.io/pyairtable/api-gateway',
    '    newTag: sha-before',
    `    digest: ${digest}`,
    '  - name: ghcr.io/pyairtable/frontend',
    `    digest: ${other}`,
    '',
  ].join('\n'),
});
const basis = { strategy: rollingStrategy, deploymentOf: (name: string) => name };
const plan = (service = buildService(), promotion = buildPromotion({ environment: 'prod' }), git = overlay(digestB)) =>
  planChange({ ...basis, ...git }, promotion, [service]);

describe('planChange', () => {
  it('says in words and as a diff what Git will say', () => {
    const { title, summary, diff } = plan();
    expect(title).toBe('promote api-gateway to prod');
    expect(summary[0]).toBe(`api-gateway: ${digestB.slice(0, 19)} → ${digestA.slice(0, 19)} (sha-${'a'.repeat(40)})`);
    expect(diff).toContain(`-    digest: ${digestB}`);
    expect(diff).toContain(`+    digest: ${digestA}`);
    expect(diff).toContain(`+    newTag: sha-${'a'.repeat(40)}`);
    expect(plan(buildService(), buildPromotion({ environment: 'prod', change: 'rollback' })).title).toBe(
      'roll back api-gateway in prod',
    );
  });

  it('has the same hash whoever asks, why, when, in which order, and whatever else stands in the file', () => {
    const { planHash } = plan();
    const promotion = buildPromotion({
      environment: 'prod',
      actor: 'other',
      reason: 'x',
      promotionId: 'y',
      startedAt: 'z',
    });
    expect(plan(buildService(), promotion).planHash).toBe(planHash);
    expect(plan(buildService(), undefined, overlay(digestB, digestA)).planHash).toBe(planHash);
    const services = [buildService(), buildService({ name: 'frontend', image: 'ghcr.io/pyairtable/frontend' })];
    const both = planChange({ ...basis, ...overlay(digestB) }, promotion, services);
    expect(planChange({ ...basis, ...overlay(digestB) }, promotion, services.toReversed()).planHash).toBe(
      both.planHash,
    );
    expect(both.planHash).not.toBe(planHash);
  });

  it('has another hash when anything moves that the change stands on', () => {
    const digest = fc.stringMatching(/^[0-9a-f]{64}$/).map((hex) => `sha256:${hex}`);
    const moves = fc.oneof(
      digest.map((from) => plan(buildService(), undefined, overlay(from))),
      digest.map((to) => plan(buildService({ digest: to }))),
      fc.constantFrom(
        plan(buildService({ version: `sha-${commitB}` })),
        plan(buildService(), buildPromotion({ environment: 'staging' })),
        plan(buildService(), buildPromotion({ environment: 'prod', change: 'rollback' })),
        plan(buildService(), undefined, { ...overlay(digestB), file: 'overlays/other/kustomization.yaml' }),
        plan(buildService(), undefined, { file: overlay('').file, content: 'images: []\n' }),
      ),
    );
    const { planHash } = plan();
    fc.assert(
      fc.property(moves, (moved) => {
        expect(moved.planHash).not.toBe(planHash);
      }),
    );
  });
});
