// Tests of core/promotion/strategies: what each phase writes into the shipped overlays, and where its result shows.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import {
  createBlueGreenStrategy,
  readColours,
  scaleColour,
} from '../../../core/promotion/strategies/blue-green-strategy.ts';
import { canaryStrategy, readLevers } from '../../../core/promotion/strategies/canary-strategy.ts';
import type {
  CanaryObservation,
  ServiceImage,
  WorkloadObservation,
} from '../../../core/promotion/strategies/strategy.ts';
import { digestA, digestB } from './promotion-builder.ts';

const image = (digest: string, tag = 'sha-1'): ServiceImage => ({
  service: 'api-gateway',
  deployment: 'api-gateway',
  image: 'ghcr.io/pyairtable/api-gateway',
  digest,
  tag,
});
/** How many lines differ. */
const linesChanged = (before: string, after: string) => {
  const old = before.split('\n');
  return after.split('\n').filter((line) => !old.includes(line)).length;
};

describe('blue/green', () => {
  const shipped = readFileSync('gitops/overlays/staging/kustomization.yaml', 'utf8');
  const strategy = createBlueGreenStrategy(2);
  const through = (overlay: string, digest: string) =>
    strategy.phases.reduce((text, phase) => strategy.write(phase, text, [image(digest)], 'promotion'), overlay);

  it('fills the idle colour and leaves the live one alone', () => {
    const filled = strategy.write('fill-idle-colour', shipped, [image(digestA)], 'promotion');
    expect(readColours(filled, 'api-gateway')).toEqual({
      active: 'blue',
      idle: 'green',
      digests: { blue: undefined, green: digestA },
      replicas: { blue: 2, green: 2 },
    });
    expect(linesChanged(shipped, filled)).toBe(3);
    expect(strategy.locate('fill-idle-colour', filled, [image(digestA)])).toEqual([
      { service: 'api-gateway', deployment: 'api-gateway-green', address: 'api-gateway-green' },
    ]);
  });

  it('switches by one line, and then asks the live address', () => {
    const filled = strategy.write('fill-idle-colour', shipped, [image(digestA)], 'promotion');
    const switched = strategy.write('switch-traffic', filled, [image(digestA)], 'promotion');
    expect(readColours(switched, 'api-gateway')).toMatchObject({ active: 'green', idle: 'blue' });
    expect(linesChanged(filled, switched)).toBe(1);
    expect(strategy.locate('switch-traffic', switched, [image(digestA)])).toEqual([
      { service: 'api-gateway', deployment: 'api-gateway-green', address: 'api-gateway' },
    ]);
  });

  it('means the same colour when a phase is repeated after the switch', () => {
    const done = through(shipped, digestA);
    expect(through(done, digestA)).toBe(done);
    expect(strategy.locate('fill-idle-colour', done, [image(digestA)])).toMatchObject([
      { deployment: 'api-gateway-green' },
    ]);
  });

  it('goes back to the warm colour by the switch alone', () => {
    const second = through(through(shipped, digestA), digestB);
    expect(readColours(second, 'api-gateway')).toMatchObject({
      active: 'blue',
      digests: { blue: digestB, green: digestA },
    });
    expect(strategy.write('fill-idle-colour', second, [image(digestA)], 'rollback')).toBe(second);
    expect(readColours(through(second, digestA), 'api-gateway').active).toBe('green');
  });

  it('fills a colour again that was scaled down', () => {
    const cooled = scaleColour(through(through(shipped, digestA), digestB), 'api-gateway', 'green', 0);
    expect(readColours(cooled, 'api-gateway').replicas).toEqual({ blue: 2, green: 0 });
    expect(readColours(through(cooled, digestA), 'api-gateway')).toMatchObject({
      active: 'green',
      replicas: { blue: 2, green: 2 },
    });
  });

  it('leaves the patches of people for the same Service alone', () => {
    const other = { ...image(digestA), service: 'mcp-server', deployment: 'mcp-server' };
    const switched = strategy.write('switch-traffic', shipped, [other], 'promotion');
    expect(readColours(switched, 'mcp-server').active).toBe('green');
    expect(linesChanged(shipped, switched)).toBe(1);
    expect(switched).toContain('tools.staging.internal.pyairtable.example');
  });

  it('says what an overlay lacks that was not made for it', () => {
    const rolling = readFileSync('gitops/overlays/dev/kustomization.yaml', 'utf8');
    expect(() => readColours(rolling, 'api-gateway')).toThrow('does not say which colour of api-gateway is live');
  });
});

describe('a canary', () => {
  const shipped = readFileSync('gitops/overlays/prod/kustomization.yaml', 'utf8');
  const committedAt = '2026-11-23T20:05:00.500Z';
  const observe = (canary: Partial<CanaryObservation>, digest = digestA): WorkloadObservation => ({
    service: 'api-gateway',
    image: `ghcr.io/pyairtable/api-gateway:sha-1@${digest}`,
    desiredReplicas: 1,
    updatedReplicas: 1,
    availableReplicas: 1,
    totalReplicas: 1,
    isObserved: true,
    stalledBecause: undefined,
    podProblems: [],
    canary: {
      phase: 'Succeeded',
      weight: 0,
      failedChecks: 0,
      isSuspended: false,
      phaseSince: '2026-11-23T20:05:10Z',
      haltedBecause: undefined,
      ...canary,
    },
  });
  const decide = (workload: WorkloadObservation, change: 'promotion' | 'rollback' = 'promotion') =>
    canaryStrategy.decide([workload], { 'api-gateway': digestA }, { change, committedAt });

  it('is committed as an image alone; a rollback skips the analysis, and the next promotion does not', () => {
    const promoted = canaryStrategy.write('shift-traffic', shipped, [image(digestA)], 'promotion');
    expect(readLevers(promoted, 'api-gateway')).toEqual({ skipAnalysis: false, suspend: false });
    const back = canaryStrategy.write('shift-traffic', promoted, [image(digestB)], 'rollback');
    expect(readLevers(back, 'api-gateway')).toEqual({ skipAnalysis: true, suspend: false });
    expect(readLevers(back, 'mcp-server')).toEqual({ skipAnalysis: false, suspend: false });
    const next = canaryStrategy.write('shift-traffic', back, [image(digestA)], 'promotion');
    expect(readLevers(next, 'api-gateway').skipAnalysis).toBe(false);
  });

  it.each([
    ['has arrived when the primary runs it', {}, digestA, 'healthy'],
    ['has not while the primary runs another one', {}, digestB, 'progressing'],
    ['goes on at 20 %', { phase: 'Progressing', weight: 20 }, digestB, 'progressing'],
    ['waits at a gate', { phase: 'Waiting' }, digestB, 'progressing'],
    ['has failed', { phase: 'Failed', haltedBecause: 'Halt x success-rate 70.00 < 99' }, digestB, 'failed'],
    [
      'that failed before our commit says nothing of ours',
      { phase: 'Failed', phaseSince: '2026-11-23T20:04:59Z' },
      digestB,
      'progressing',
    ],
    ['that Flagger has not seen', { phase: '', phaseSince: undefined }, digestB, 'progressing'],
  ] as const)('%s', (_, canary, digest, status) => {
    expect(decide(observe(canary, digest)).status).toBe(status);
  });

  it('without data is a failure of its own', () => {
    const haltedBecause = 'Halt advancement no values found for custom metric: success-rate: no values found';
    expect(decide(observe({ phase: 'Failed', haltedBecause }, digestB))).toMatchObject({ hadNoData: true });
    const judged = 'Halt api-gateway.pyairtable-prod advancement success-rate 70.00 < 99';
    expect(decide(observe({ phase: 'Failed', haltedBecause: judged }, digestB)).hadNoData).toBeUndefined();
  });

  it('that Flagger took back by itself is back: the rollback waits for nothing more', () => {
    expect(decide(observe({ phase: 'Failed' }, digestA), 'rollback').status).toBe('healthy');
    expect(decide(observe({ phase: 'Progressing' }, digestA), 'rollback').status).toBe('progressing');
  });
});
