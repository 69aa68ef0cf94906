// Tests of core/gates: what each gate says, and what becomes of the promotion.
import { describe, expect, it } from '@jest/globals';
import { type GateName, gateNames } from '../../../config/gate-names.ts';
import { evaluateGates, type GateWait } from '../../../core/gates/evaluate-gates.ts';
import type { GateFacts } from '../../../core/gates/gate-facts.ts';
import type { OverrideInForce } from '../../../core/gates/override.ts';
import { buildService, commitB } from '../promotion/promotion-builder.ts';
import { buildFacts, buildTarget, now } from './gate-facts-builder.ts';

const ask = (
  facts: Partial<GateFacts>,
  options: {
    names?: readonly GateName[];
    wait?: GateWait;
    overrides?: OverrideInForce[];
    maximumWaitMinutes?: number;
  } = {},
) =>
  evaluateGates(
    { names: gateNames, overrides: [], wait: undefined, maximumWaitMinutes: 600, ...options },
    buildFacts(facts),
  );
const verdictOf = (facts: Partial<GateFacts>, gate: GateName) =>
  ask(facts, { names: [gate] }).verdicts.find((verdict) => verdict.gate === gate);
const pushed = { ...buildFacts().promotion, awaitsBuild: true };
const forever = { kind: 'once' as const, from: 0 };
const until = (time: string) => ({ kind: 'once' as const, from: 0, to: Date.parse(time) });

describe('a gate', () => {
  const failed = { conclusion: 'failure', url: 'https://github.example/run/1' };
  it.each<[GateName, Partial<GateFacts>, string]>([
    [
      'build-succeeded',
      { promotion: pushed, build: failed },
      'the build of aaaaaaa ended as failure, see https://github.example/run/1',
    ],
    [
      'build-succeeded',
      { promotion: pushed, build: { conclusion: 'timed_out' } },
      'no build of aaaaaaa ended within 60 minutes',
    ],
    [
      'build-succeeded',
      { promotion: pushed, build: undefined },
      'nothing is known of the build: push the commit again',
    ],
    [
      'image-available',
      { images: { 'api-gateway': { known: false } } },
      'ghcr.io/pyairtable/api-gateway@sha256:111111111111 is not in the registry any more: build it again',
    ],
    [
      'image-signed',
      { signatures: { 'api-gateway': { known: { isAccepted: false, words: 'not signed' } } } },
      'api-gateway: not signed',
    ],
    [
      'security-evidence',
      { securityEvidence: { 'api-gateway': { known: { isAccepted: false, words: '2 critical findings' } } } },
      'api-gateway: 2 critical findings',
    ],
    [
      'migration-compatible',
      { migrations: { 'api-gateway': { known: { isAccepted: false, words: 'drops a column that is read' } } } },
      'api-gateway: drops a column that is read',
    ],
    [
      'not-quarantined',
      { quarantines: { 'api-gateway': 'rolled back on alert' } },
      'api-gateway is quarantined: rolled back on alert',
    ],
    [
      'tested-before',
      { earlierRuns: { known: {} } },
      `staging has not run api-gateway sha-${'a'.repeat(40)} with its smoke tests passed: promote it there first`,
    ],
    [
      'no-open-incident',
      { incidents: { known: [{ environment: 'prod', services: ['api-gateway'], reason: 'errors', openedAt: now }] } },
      `an incident is open since ${now} (errors): close it with \`automation incident close\``,
    ],
    [
      'no-open-incident',
      { alerts: { known: [{ name: 'HighErrorRate', service: 'api-gateway', startsAt: now }] } },
      `HighErrorRate fires for api-gateway since ${now}: it must be resolved`,
    ],
    [
      'not-frozen',
      { freezes: { known: [{ name: 'audit', reason: 'the auditors are here', when: forever }] } },
      'frozen by audit (the auditors are here): lift it, or agree to an override with `automation override request`',
    ],
  ])('%s is closed for good, and says what would open it', (gate, facts, reason) => {
    expect(verdictOf(facts, gate)).toEqual({ gate, verdict: 'closed', reason });
    expect(ask(facts)).toMatchObject({ outcome: 'refused', reason });
  });

  it.each<[GateName, Partial<GateFacts>, string]>([
    ['soaked', { target: buildTarget({ soakMinutes: 720 }) }, '2026-11-23T22:00:00.000Z'],
    [
      'not-frozen',
      { freezes: { known: [{ name: 'night', reason: 'nobody watches', when: until('2026-11-23T21:00:00Z') }] } },
      '2026-11-23T21:00:00.000Z',
    ],
    [
      'within-rollout-limit',
      { target: buildTarget({ maximumConcurrentRollouts: 2 }), otherRollouts: { known: 2 } },
      '2026-11-23T20:01:00.000Z',
    ],
  ])('%s opens by itself, and says when', (gate, facts, nextOpen) => {
    expect(verdictOf(facts, gate)).toMatchObject({ verdict: 'closed', nextOpen });
    expect(ask(facts)).toMatchObject({ outcome: 'waiting', wait: { since: now, until: nextOpen, isNews: true } });
  });

  it.each<[GateName, Partial<GateFacts>]>([
    ['image-available', { images: { 'api-gateway': { unknown: 'the registry is away' } } }],
    ['image-available', { images: {} }],
    ['image-signed', { signatures: { 'api-gateway': { unknown: 'the registry is away' } } }],
    ['image-signed', { signatures: {} }],
    ['security-evidence', { securityEvidence: {} }],
    ['migration-compatible', { migrations: {} }],
    ['restore-proven', { databaseChanges: { unknown: 'GitHub is away' } }],
    ['tested-before', { earlierRuns: { unknown: 'the ledger is away' } }],
    ['soaked', { target: buildTarget({ soakMinutes: 10 }), earlierRuns: { unknown: 'the ledger is away' } }],
    ['no-open-incident', { incidents: { unknown: 'the ledger is away' } }],
    ['no-open-incident', { alerts: { unknown: 'the ledger is away' } }],
    ['not-frozen', { freezes: { unknown: 'the ledger is away' } }],
    [
      'within-rollout-limit',
      { target: buildTarget({ maximumConcurrentRollouts: 2 }), otherRollouts: { unknown: 'away' } },
    ],
  ])('%s that cannot tell never passes: it is asked again, and then refused with that word', (gate, facts) => {
    expect(verdictOf(facts, gate)?.verdict).toBe('cannot-tell');
    let wait: GateWait | undefined;
    const untils: string[] = [];
    for (let attempt = 0; attempt < 5; attempt += 1) {
      const decision = ask(facts, wait === undefined ? {} : { wait });
      expect(decision).toMatchObject({ outcome: 'waiting', wait: { isNews: attempt === 0 } });
      wait = decision.wait;
      untils.push(decision.wait?.until ?? '');
    }
    expect(untils).toEqual(untils.toSorted());
    expect(ask(facts, wait === undefined ? {} : { wait })).toMatchObject({
      outcome: 'refused',
      reason: expect.stringMatching(/^cannot tell .*\(asked 5 times\)$/) as unknown,
    });
  });

  it('that the configuration does not ask for says so and holds up nothing', () => {
    const { outcome, verdicts } = ask({ target: buildTarget({ promoteFrom: undefined }) });
    expect(outcome).toBe('passed');
    expect(verdicts.map(({ gate }) => gate)).toEqual([...gateNames]);
    expect(verdicts.filter(({ verdict }) => verdict === 'not-asked').map(({ gate }) => gate)).toEqual([
      'image-signed',
      'security-evidence',
      'migration-compatible',
      'restore-proven',
      'tested-before',
      'soaked',
      'within-rollout-limit',
    ]);
    expect(ask({ build: undefined }, { names: ['image-available'] }).verdicts).toHaveLength(1);
  });

  it('of soaking counts each run by itself, and the time that it lasted', () => {
    const runs = (...known: { healthySince: string; replacedAt?: string }[]) => ({
      target: buildTarget({ soakMinutes: 60 }),
      earlierRuns: { known: { 'api-gateway': known } },
    });
    const long = { healthySince: '2026-11-20T10:00:00Z', replacedAt: '2026-11-20T11:00:00Z' };
    const short = { healthySince: '2026-11-20T10:00:00Z', replacedAt: '2026-11-20T10:59:00Z' };
    expect(verdictOf(runs(long), 'soaked')?.verdict).toBe('open');
    expect(verdictOf(runs(short), 'soaked')).toMatchObject({
      verdict: 'closed',
      reason: expect.stringContaining('does not run') as unknown,
    });
    expect(verdictOf(runs(short, { healthySince: '2026-11-23T19:30:00Z' }), 'soaked')).toMatchObject({
      nextOpen: '2026-11-23T20:30:00.000Z',
    });
  });

  it('of incidents looks at this environment and at these services', () => {
    const incident = { environment: 'prod', services: ['frontend'], reason: 'errors', openedAt: now };
    const known = [incident, { ...incident, environment: 'dev', services: ['api-gateway'] }];
    expect(verdictOf({ incidents: { known } }, 'no-open-incident')?.verdict).toBe('open');
  });
});

describe('the decision', () => {
  it('calls a promotion superseded when something newer is wanted for all its services', () => {
    const newer = { promotionId: 'other', commit: commitB, desiredAt: '2026-11-23T20:05:00.000Z' };
    const reason = 'newer is wanted: bbbbbbb of 2026-11-23T20:05:00.000Z';
    expect(ask({ newestWishes: { 'api-gateway': newer } })).toMatchObject({ outcome: 'superseded', reason });
    const services = [buildService(), buildService({ name: 'mcp-server' })];
    const images = { 'api-gateway': { known: true }, 'mcp-server': { known: true } };
    const earlierRuns = { known: { 'api-gateway': [{ healthySince: now }], 'mcp-server': [{ healthySince: now }] } };
    expect(ask({ services, images, earlierRuns, newestWishes: { 'api-gateway': newer } }).outcome).toBe('passed');
  });

  it('names every reason at once', () => {
    const { outcome, reason } = ask({
      promotion: pushed,
      build: { conclusion: 'failure' },
      quarantines: { 'api-gateway': 'bad' },
    });
    expect(outcome).toBe('refused');
    expect(reason).toContain('ended as failure');
    expect(reason).toContain('quarantined');
  });

  it('waits for the last of the gates, tells each once, and no longer than it may', () => {
    const night = { name: 'night', reason: 'dark', when: until('2026-11-23T21:00:00Z') };
    const facts = { freezes: { known: [night] }, target: buildTarget({ soakMinutes: 720 }) };
    const first = ask(facts, { wait: { since: '2026-11-23T19:00:00.000Z', attempts: 0, told: ['soaked'] } });
    expect(first).toMatchObject({
      outcome: 'waiting',
      wait: {
        since: '2026-11-23T19:00:00.000Z',
        until: '2026-11-23T22:00:00.000Z',
        told: ['soaked', 'not-frozen'],
        isNews: true,
      },
    });
    expect(ask(facts, first.wait === undefined ? {} : { wait: first.wait }).wait?.isNews).toBe(false);
    expect(ask(facts, { maximumWaitMinutes: 60 })).toMatchObject({
      outcome: 'refused',
      reason: expect.stringContaining(
        'not before 2026-11-23T22:00:00.000Z, and at most 60 minutes are waited',
      ) as unknown,
    });
  });
});

describe('an override', () => {
  const override: OverrideInForce = {
    environment: 'prod',
    service: 'api-gateway',
    gates: ['not-frozen'],
    reason: 'security fix',
    validUntil: '2026-11-23T22:00:00.000Z',
    approvers: ['grace', 'lin'],
  };
  const frozen = { freezes: { known: [{ name: 'audit', reason: 'x', when: forever }] } };

  it('opens just the gates that it names, and says who, why and until when', () => {
    const decision = ask(frozen, { overrides: [override] });
    expect(decision.outcome).toBe('passed');
    expect(decision.verdicts.find(({ gate }) => gate === 'not-frozen')).toMatchObject({
      verdict: 'open',
      reason: expect.stringContaining(
        'overruled by grace and lin until 2026-11-23T22:00:00.000Z (security fix)',
      ) as unknown,
    });
    expect(ask({ ...frozen, quarantines: { 'api-gateway': 'bad' } }, { overrides: [override] }).outcome).toBe(
      'refused',
    );
  });

  it('must be there for every service of the promotion', () => {
    const services = [buildService(), buildService({ name: 'frontend' })];
    expect(ask({ ...frozen, services }, { overrides: [override] }).outcome).toBe('refused');
  });
});
