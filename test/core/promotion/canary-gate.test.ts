// Tests of what Flagger is answered, and of what people may do to a canary.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { RolloutRecord } from '../../../contracts/ledger/deployments.ts';
import { ledgerKey } from '../../../contracts/ledger.ts';
import type { GateVerdict } from '../../../core/gates/gate.ts';
import { decideCanaryControl } from '../../../core/promotion/strategies/decide-canary-control.ts';
import {
  answerFlagger,
  type CanaryFacts,
  decideCanaryGate,
  decideCanaryRollback,
} from '../../../core/promotion/strategies/decide-canary-gate.ts';
import { digestA, digestB } from './promotion-builder.ts';

const rollout: RolloutRecord = {
  ...ledgerKey.rollout('prod', 'api-gateway'),
  environment: 'prod',
  service: 'api-gateway',
  version: 'sha-1',
  image: 'ghcr.io/pyairtable/api-gateway',
  digest: digestA,
  commit: 'a',
  promotionId: 'p1',
  correlationId: 'c1',
  committedAt: '2026-11-23T20:05:00.000Z',
  fencingToken: 4,
};
const facts = (overrides: Partial<CanaryFacts> = {}): CanaryFacts => ({
  now: '2026-11-23T20:06:00.000Z',
  rollout,
  lease: { ...ledgerKey.lease('prod', 'api-gateway'), fencingToken: 4, holder: 'arn:one', promotionId: 'p1' },
  quarantinedBecause: undefined,
  circuitOpenBecause: undefined,
  rollbackRequest: undefined,
  ...overrides,
});
const request = { digest: digestA, actor: 'ada', reason: 'it hurts' };
const released = { ...ledgerKey.lease('prod', 'api-gateway'), fencingToken: 4 };

const hold: GateVerdict = { gate: 'not-frozen', verdict: 'closed', reason: 'frozen by weekend' };

describe('the gates inside a rollout', () => {
  it.each([
    ['open', facts()],
    ['cannot-tell', facts({ rollout: undefined })],
    ['closed', facts({ quarantinedBecause: 'errors' })],
    ['closed', facts({ circuitOpenBecause: 'too many rollbacks' })],
    ['closed', facts({ rollbackRequest: request })],
    ['open', facts({ rollbackRequest: { ...request, digest: digestB } })],
    ['closed', facts({ lease: released })],
    ['closed', facts({ lease: { ...released, fencingToken: 5, holder: 'arn:rollback' } })],
    ['closed', facts({ lease: undefined })],
  ] as const)('are %s', (verdict, known) => {
    expect(decideCanaryGate(known, []).verdict).toBe(verdict);
  });

  it.each(['confirm-rollout', 'confirm-promotion'] as const)('%s asks freezes and incidents as well', (question) => {
    expect(answerFlagger(question, facts(), [])).toMatchObject({ isYes: true, verdict: 'open' });
    expect(answerFlagger(question, facts(), [hold])).toEqual({
      isYes: false,
      verdict: 'closed',
      reason: 'frozen by weekend',
    });
    const unknown: GateVerdict = {
      gate: 'no-open-incident',
      verdict: 'cannot-tell',
      reason: 'whether an incident is open',
    };
    expect(answerFlagger(question, facts(), [unknown])).toMatchObject({
      isYes: false,
      verdict: 'cannot-tell',
      reason: 'cannot tell whether an incident is open',
    });
    // What is known of the version itself speaks first, and the way back is held by none of them.
    expect(answerFlagger(question, facts({ quarantinedBecause: 'errors' }), [hold]).reason).toContain('quarantined');
    expect(answerFlagger('rollback', facts({ quarantinedBecause: 'errors' }), [hold]).isYes).toBe(true);
  });

  it('hold no rollback: neither a circuit nor anything else that blocks the way forward', () => {
    const back = { ...rollout, change: 'rollback' as const };
    expect(decideCanaryGate(facts({ rollout: back, circuitOpenBecause: 'too many rollbacks' }), [hold]).verdict).toBe(
      'open',
    );
  });

  it('let Flagger settle after a rollback that has ended, and not for long', () => {
    const back = { ...rollout, change: 'rollback' as const };
    const ended = { rollout: back, lease: released };
    expect(decideCanaryGate(facts(ended), [hold]).verdict).toBe('open');
    expect(decideCanaryGate(facts({ ...ended, quarantinedBecause: 'errors' }), []).verdict).toBe('closed');
    expect(decideCanaryGate(facts({ ...ended, now: '2026-11-23T20:15:00.000Z' }), []).verdict).toBe('closed');
    const taken = { ...released, fencingToken: 5, holder: 'arn:next' };
    expect(decideCanaryGate(facts({ rollout: back, lease: taken }), []).verdict).toBe('closed');
    expect(decideCanaryGate(facts({ lease: released }), []).verdict).toBe('closed');
  });

  it('ask for the way back only of what is known to be bad, and never of a rollback', () => {
    expect(decideCanaryRollback(facts()).isWanted).toBe(false);
    expect(decideCanaryRollback(facts({ rollout: undefined, rollbackRequest: request })).isWanted).toBe(false);
    expect(decideCanaryRollback(facts({ quarantinedBecause: 'errors' })).isWanted).toBe(true);
    expect(decideCanaryRollback(facts({ rollbackRequest: request })).isWanted).toBe(true);
    expect(decideCanaryRollback(facts({ rollbackRequest: { ...request, digest: digestB } })).isWanted).toBe(false);
    const back = { ...rollout, change: 'rollback' as const };
    expect(decideCanaryRollback(facts({ rollout: back, quarantinedBecause: 'errors' })).isWanted).toBe(false);
  });

  it('never let pass and take back at once, whatever is known', () => {
    const optional = <T>(value: T) => fc.option(fc.constant(value), { nil: undefined });
    fc.assert(
      fc.property(
        fc.record({
          now: fc.constant('2026-11-23T20:06:00.000Z'),
          rollout: fc.constantFrom(undefined, rollout, { ...rollout, change: 'rollback' as const }),
          lease: fc.constantFrom(undefined, released, facts().lease),
          quarantinedBecause: optional('errors'),
          circuitOpenBecause: optional('tripped'),
          rollbackRequest: optional(request),
        }),
        fc.constantFrom([], [hold]),
        (known, holds) => {
          const opens = decideCanaryGate(known, holds).verdict === 'open';
          expect(opens && decideCanaryRollback(known).isWanted).toBe(false);
        },
      ),
    );
  });
});

describe('what people may do to a canary', () => {
  const canary = {
    phase: 'Progressing',
    weight: 20,
    failedChecks: 0,
    isSuspended: false,
    phaseSince: undefined,
    haltedBecause: undefined,
  };
  const ask = (
    action: Parameters<typeof decideCanaryControl>[0],
    state: Partial<typeof canary> = {},
    actor = 'ada',
    holds: readonly GateVerdict[] = [],
  ) =>
    decideCanaryControl(action, {
      canary: { ...canary, ...state },
      facts: facts(),
      holds,
      approvers: ['ada'],
      actor,
    }).outcome;

  it.each([
    ['promote', {}, 'done'],
    ['rollback', {}, 'done'],
    ['pause', {}, 'done'],
    ['resume', {}, 'refused'],
    ['resume', { isSuspended: true }, 'done'],
    ['pause', { isSuspended: true }, 'refused'],
    ['rollback', { isSuspended: true }, 'refused'],
    ['promote', { phase: 'Succeeded' }, 'refused'],
    ['rollback', { phase: 'Failed' }, 'refused'],
    ['status', { phase: '' }, 'done'],
  ] as const)('%s of %j is %s', (action, state, outcome) => {
    expect(ask(action, state)).toBe(outcome);
  });

  it('promises nothing while Flagger waits at a gate of ours that stays closed', () => {
    const waiting = { canary: { ...canary, phase: 'Waiting' }, holds: [], approvers: ['ada'], actor: 'ada' };
    expect(decideCanaryControl('promote', { ...waiting, facts: facts({ lease: released }) })).toEqual({
      outcome: 'refused',
      words: 'Flagger waits for leave to begin, and gets none: promotion p1 of sha-1 has ended or was pre-empted',
    });
    expect(decideCanaryControl('promote', { ...waiting, facts: facts() }).outcome).toBe('done');
    expect(decideCanaryControl('rollback', { ...waiting, facts: facts() }).words).toContain('does not begin');
  });

  it('promotes past no freeze and no incident, but pauses and takes back whatever is closed', () => {
    expect(ask('promote', {}, 'ada', [hold])).toBe('refused');
    expect(ask('pause', {}, 'ada', [hold])).toBe('done');
    expect(ask('rollback', {}, 'ada', [hold])).toBe('done');
  });

  it('is for those who may change the environment; to look is for all', () => {
    expect(ask('pause', {}, 'mallory')).toBe('refused');
    expect(ask('status', {}, 'mallory')).toBe('done');
  });
});
