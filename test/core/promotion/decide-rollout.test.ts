// Tests of core/promotion/decide-rollout.ts with the rolling strategy.
import { describe, expect, it } from '@jest/globals';
import { decideRollout, type RolloutFacts } from '../../../core/promotion/decide-rollout.ts';
import { rollingStrategy } from '../../../core/promotion/strategies/rolling-strategy.ts';
import type { WorkloadObservation } from '../../../core/promotion/strategies/strategy.ts';
import { digestA, digestB } from './promotion-builder.ts';

const workload = (overrides: Partial<WorkloadObservation> = {}): WorkloadObservation => ({
  service: 'api-gateway',
  image: `ghcr.io/pyairtable/api-gateway:sha-a@${digestA}`,
  desiredReplicas: 2,
  updatedReplicas: 2,
  availableReplicas: 2,
  totalReplicas: 2,
  isObserved: true,
  stalledBecause: undefined,
  podProblems: [],
  ...overrides,
});
const application = {
  syncStatus: 'Synced',
  syncRevision: 'ours',
  healthStatus: 'Healthy',
  healthMessage: undefined,
  operationPhase: 'Succeeded',
  operationMessage: undefined,
  operationRevision: 'ours',
};
const decide = (overrides: Partial<RolloutFacts> = {}) =>
  decideRollout(rollingStrategy, {
    application,
    workloads: [workload()],
    digests: { 'api-gateway': digestA },
    hasOurRevision: true,
    operationHasOurRevision: true,
    change: { change: 'promotion', committedAt: '2026-11-23T20:00:00.000Z' },
    elapsedSeconds: 10,
    timeoutSeconds: 900,
    ...overrides,
  });

describe('decideRollout', () => {
  it('is healthy when Argo CD has our revision and every pod is new and available', () => {
    expect(decide()).toMatchObject({ status: 'healthy', words: 'api-gateway runs 2 of 2 pods' });
  });

  it('does not believe Synced and Healthy of a stale revision', () => {
    expect(decide({ hasOurRevision: false, operationHasOurRevision: false })).toMatchObject({ status: 'progressing' });
  });

  it.each([
    ['an image that is still the old one', { image: `ghcr.io/pyairtable/api-gateway@${digestB}` }],
    ['a template that the controller has not seen', { isObserved: false }],
    ['old pods that are still there', { totalReplicas: 3 }],
    ['pods that are not available', { availableReplicas: 1 }],
  ])('goes on waiting for %s', (_, overrides) => {
    expect(decide({ workloads: [workload(overrides)] }).status).toBe('progressing');
  });

  it.each([
    ['OutOfSync', { syncStatus: 'OutOfSync' }],
    ['Degraded health, which may pass', { healthStatus: 'Degraded', healthMessage: 'probe failed' }],
  ])('goes on waiting at %s', (_, overrides) => {
    expect(decide({ application: { ...application, ...overrides } }).status).toBe('progressing');
  });

  it('fails with the reason of the pods when the rollout stalls', () => {
    const stalled = workload({
      updatedReplicas: 1,
      availableReplicas: 1,
      stalledBecause: 'ProgressDeadlineExceeded',
      podProblems: ['CrashLoopBackOff (exit code 1)'],
    });
    expect(decide({ workloads: [stalled], application: { ...application, healthStatus: 'Degraded' } })).toMatchObject({
      status: 'failed',
      words: 'api-gateway does not become healthy (ProgressDeadlineExceeded): CrashLoopBackOff (exit code 1)',
    });
  });

  it('does not blame the old version: a stall under another image is no failure of ours', () => {
    const stalled = workload({ image: `x@${digestB}`, stalledBecause: 'ProgressDeadlineExceeded' });
    expect(decide({ workloads: [stalled] }).status).toBe('progressing');
  });

  it('fails at once when Argo CD cannot apply our commit, and not for an older one', () => {
    const failed = { ...application, operationPhase: 'Failed', operationMessage: 'quota exceeded' };
    expect(decide({ application: failed })).toMatchObject({
      status: 'failed',
      words: 'Argo CD cannot apply the commit: quota exceeded',
    });
    expect(decide({ application: failed, operationHasOurRevision: false, hasOurRevision: false }).status).toBe(
      'progressing',
    );
  });

  it('fails when the time is over, and says what was missing', () => {
    expect(decide({ workloads: [workload({ availableReplicas: 0 })], elapsedSeconds: 900 })).toMatchObject({
      status: 'failed',
      words: 'not healthy within 15 minutes: api-gateway has 2 new, 0 available of 2 pods',
    });
  });

  it('takes what became healthy in the last moment', () => {
    expect(decide({ elapsedSeconds: 900 }).status).toBe('healthy');
  });

  it('asks so seldom that the longest rollout fits into an execution’s history', () => {
    let elapsedSeconds = 0;
    let polls = 0;
    while (elapsedSeconds < 240 * 60) {
      elapsedSeconds += decide({ elapsedSeconds, timeoutSeconds: 240 * 60, hasOurRevision: false }).pollSeconds;
      polls += 1;
    }
    // Waiting task, task and choice of one round are 14 history events; 25,000 is the limit.
    expect(polls * 14).toBeLessThan(20_000);
  });
});
