// Tests of core/rollback/decide-rollback.ts: each rule by a table, the limits by properties.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decideRollback } from '../../../core/rollback/decide-rollback.ts';
import type { AutomaticRollback, RollbackCause, RollbackFacts } from '../../../core/rollback/rollback-facts.ts';
import { at, buildChange } from './change-builder.ts';

const policy = {
  enabled: true,
  bakeMinutes: 30,
  maximumPerServicePerDay: 2,
  maximumInAllPerHour: 3,
  coolingMinutes: 5,
};
const alert = (minute: number, overrides: Partial<Extract<RollbackCause, { kind: 'alert' }>> = {}): RollbackCause => ({
  kind: 'alert',
  name: 'HighErrorRate',
  startsAt: at(minute),
  severity: 'critical',
  fingerprint: 'f1',
  ...overrides,
});
const good = buildChange('good', 0);
const bad = buildChange('bad', 100);
const factsOf = (overrides: Partial<RollbackFacts> = {}): RollbackFacts => ({
  rollbackId: 'rollback-1',
  environment: 'dev',
  service: 'api-gateway',
  cause: alert(105),
  isAlertResolved: false,
  changes: [good, bad],
  automaticRollbacks: [],
  openCircuits: [],
  now: at(106),
  ...overrides,
});
const earlier = (overrides: Partial<AutomaticRollback> = {}): AutomaticRollback => ({
  rollbackId: 'rollback-0',
  environment: 'dev',
  service: 'api-gateway',
  blamedPromotionId: 'promotion-other',
  at: at(100),
  ...overrides,
});
const seconds = (count: number): number => count / 60;

describe('an alert held against a deployment', () => {
  it.each([
    ['while it rolls out, the one before long baked', alert(101), 'acted', 'release-caused-it'],
    ['right after it ended', alert(102), 'acted', 'release-caused-it'],
    ['at the end of its bake', alert(132), 'acted', 'release-caused-it'],
    ['after its bake', alert(133), 'suppressed', 'deployed-before-alert'],
    ['before it', alert(99), 'suppressed', 'deployed-before-alert'],
    ['just before it, by the clocks’ tolerance', alert(100 - seconds(5)), 'acted', 'release-caused-it'],
    ['just before it, by more', alert(100 - seconds(6)), 'suppressed', 'deployed-before-alert'],
    ['just after its bake, by the clocks’ tolerance', alert(132 + seconds(5)), 'acted', 'release-caused-it'],
    ['without severity', alert(105, { severity: undefined }), 'suppressed', 'critical-alert'],
    ['that is a warning', alert(105, { severity: 'warning' }), 'suppressed', 'critical-alert'],
  ])('%s', (_, cause, outcome, rule) => {
    const decision = decideRollback(policy, factsOf({ cause }));
    expect(decision).toMatchObject({ outcome, rule });
    if (outcome === 'acted') expect(decision.blamed).toBe(bad);
  });

  it('that is over is no cause any more', () => {
    const decision = decideRollback(policy, factsOf({ isAlertResolved: true }));
    expect(decision).toMatchObject({ outcome: 'suppressed', rule: 'still-firing' });
  });

  it('that baked while the next one rolled out is one of two suspects: people decide', () => {
    const changes = [buildChange('one', 90), buildChange('two', 95)];
    const decision = decideRollback(policy, factsOf({ changes, cause: alert(96) }));
    expect(decision).toMatchObject({ outcome: 'deferred', rule: 'one-suspect' });
    expect(decision.suspects.map(({ version }) => version)).toEqual(['sha-one', 'sha-two']);
    expect(decideRollback(policy, factsOf({ changes, cause: alert(98) })).blamed?.version).toBe('sha-two');
  });

  it('that is under way can be the cause', () => {
    const { finishedAt, ...open } = buildChange('open', 104, { outcome: 'under-way' });
    expect(decideRollback(policy, factsOf({ changes: [good, open] }))).toMatchObject({
      outcome: 'acted',
      blamed: open,
    });
  });

  it('in a canary, while its predecessor lies within its bake, is left to people; the canary’s own gate holds meanwhile', () => {
    const { finishedAt, ...canary } = buildChange('canary', 100, { outcome: 'under-way' });
    const recent = buildChange('recent', 80);
    const decision = decideRollback(policy, factsOf({ changes: [good, recent, canary] }));
    expect(decision).toMatchObject({ outcome: 'deferred', rule: 'one-suspect' });
    expect(decision.words).toContain('sha-recent and sha-canary were serving side by side');
    // Once the predecessor has baked, it is the canary alone.
    const cause = alert(113);
    expect(decideRollback(policy, factsOf({ changes: [good, recent, canary], cause }))).toMatchObject({
      outcome: 'acted',
      blamed: { version: 'sha-canary' },
    });
  });

  it('of which nothing is known', () => {
    expect(decideRollback(policy, factsOf({ changes: [] }))).toMatchObject({
      outcome: 'suppressed',
      words: 'no deployment of api-gateway to dev is known',
    });
  });
});

describe('what is never taken back', () => {
  it.each<[string, Partial<RollbackFacts>, string, string]>([
    [
      'a rollback',
      { changes: [good, buildChange('bad', 90, { change: 'rollback' })] },
      'refused',
      'no-rollback-of-a-rollback',
    ],
    [
      'what was replaced already',
      { changes: [good, bad, buildChange('good', 110, { change: 'rollback' })] },
      'suppressed',
      'still-running',
    ],
    [
      'what is being taken back',
      { automaticRollbacks: [earlier({ blamedPromotionId: 'promotion-bad' })] },
      'suppressed',
      'one-rollback-per-episode',
    ],
    [
      'a service at its limit',
      { automaticRollbacks: [earlier(), earlier({ rollbackId: 'b', at: at(50) })] },
      'refused',
      'limit-per-service-and-day',
    ],
    [
      'anything, in a storm',
      { automaticRollbacks: ['a', 'b', 'c'].map((service) => earlier({ service, rollbackId: service })) },
      'refused',
      'limit-in-all-per-hour',
    ],
  ])('%s', (_, overrides, outcome, rule) => {
    const trips = { 'limit-in-all-per-hour': 'all', 'one-rollback-per-episode': undefined, 'still-running': undefined };
    const decision = decideRollback(policy, factsOf(overrides));
    expect(decision).toMatchObject({ outcome, rule });
    expect(decision.trips).toBe(rule in trips ? trips[rule as keyof typeof trips] : 'dev#api-gateway');
  });

  it('and where the limit is none, nothing trips', () => {
    const decision = decideRollback({ ...policy, maximumPerServicePerDay: 0 }, factsOf());
    expect(decision).toMatchObject({ outcome: 'refused', rule: 'limit-per-service-and-day' });
    expect(decision.trips).toBeUndefined();
  });

  it('where it is switched off', () => {
    expect(decideRollback({ ...policy, enabled: false }, factsOf())).toMatchObject({
      outcome: 'suppressed',
      rule: 'automatic-rollback-enabled',
    });
  });

  it('but old rollbacks, those elsewhere, and its own entry do not count', () => {
    const automaticRollbacks = [
      earlier({ at: at(106 - 24 * 60) }),
      earlier({ rollbackId: 'x', environment: 'prod', blamedPromotionId: 'promotion-bad' }),
      earlier({ rollbackId: 'rollback-1', blamedPromotionId: 'promotion-bad' }),
    ];
    expect(decideRollback(policy, factsOf({ automaticRollbacks })).outcome).toBe('acted');
  });
});

describe('after a rollback', () => {
  const rolledBack = buildChange('good', 110, { change: 'rollback' });
  const entry = earlier({ rollbackId: rolledBack.promotionId, blamedPromotionId: 'promotion-bad', fingerprint: 'f1' });
  const decide = (cause: RollbackCause, overrides: Partial<RollbackFacts> = {}) =>
    decideRollback(
      policy,
      factsOf({ changes: [good, bad, rolledBack], automaticRollbacks: [entry], cause, now: at(120), ...overrides }),
    );

  it.each<[string, RollbackCause, string, string, string | undefined]>([
    ['an alert while both run', alert(111, { fingerprint: 'f2' }), 'suppressed', 'one-rollback-per-episode', undefined],
    ['the same alert while both run', alert(111), 'suppressed', 'one-rollback-per-episode', undefined],
    ['another alert soon after it', alert(116, { fingerprint: 'f2' }), 'suppressed', 'cooling-down', undefined],
    ['the same alert anew: it flaps', alert(113), 'refused', 'no-rollback-of-a-rollback', 'dev#api-gateway'],
    [
      'another alert later',
      alert(118, { fingerprint: 'f2' }),
      'refused',
      'no-rollback-of-a-rollback',
      'dev#api-gateway',
    ],
  ])('%s', (_, cause, outcome, rule, trips) => {
    const decision = decide(cause);
    expect([decision.outcome, decision.rule, decision.trips]).toEqual([outcome, rule, trips]);
  });

  it('that a person began, an alert while both run takes nothing back', () => {
    const { finishedAt: _, ...underWay } = { ...rolledBack, outcome: 'under-way' as const };
    expect(decide(alert(111), { changes: [good, bad, underWay], automaticRollbacks: [] })).toMatchObject({
      outcome: 'suppressed',
      rule: 'one-rollback-per-episode',
    });
  });

  it('of which the circuit is open, nothing goes back, and only the one that opened it is refused again', () => {
    const circuit = { scope: 'dev#api-gateway', rule: 'any', openedAt: at(115), rollbackId: 'other' };
    expect(decide(alert(119), { openCircuits: [circuit] })).toMatchObject({
      outcome: 'suppressed',
      rule: 'circuit-closed',
    });
    expect(decide(alert(113), { openCircuits: [{ ...circuit, rollbackId: 'rollback-1' }] })).toMatchObject({
      outcome: 'refused',
      trips: 'dev#api-gateway',
    });
  });
});

describe('a promotion that did not become healthy', () => {
  const failed = buildChange('bad', 100, { outcome: 'failed' });
  const cause: RollbackCause = { kind: 'failed-promotion', promotionId: 'promotion-bad' };
  it('is taken back', () => {
    expect(decideRollback(policy, factsOf({ cause, changes: [good, failed] }))).toMatchObject({
      outcome: 'acted',
      blamed: failed,
    });
  });

  it('is left alone when it never reached the service, or was replaced', () => {
    expect(decideRollback(policy, factsOf({ cause, changes: [good] })).rule).toBe('deployed-before-alert');
    expect(decideRollback(policy, factsOf({ cause, changes: [good, failed, buildChange('next', 110)] })).rule).toBe(
      'still-running',
    );
  });
});

describe('whatever comes', () => {
  const storm = fc.array(
    fc.record({
      service: fc.constantFrom('a', 'b', 'c'),
      environment: fc.constantFrom('dev', 'prod'),
      minute: fc.integer({ min: 0, max: 3_000 }),
    }),
    { maxLength: 120 },
  );

  it('no sequence of alerts exceeds the limits', () => {
    fc.assert(
      fc.property(storm, fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 4 }), (alerts, perDay, perHour) => {
        const limits = { ...policy, maximumPerServicePerDay: perDay, maximumInAllPerHour: perHour };
        const acted: AutomaticRollback[] = [];
        for (const [index, { service, environment, minute }] of alerts
          .toSorted((x, y) => x.minute - y.minute)
          .entries()) {
          // The worst case: each time another new release is to blame.
          const facts = factsOf({
            rollbackId: `r${index}`,
            service,
            environment,
            changes: [buildChange(`v${index}`, minute - 3)],
            cause: alert(minute),
            automaticRollbacks: acted,
            now: at(minute),
          });
          if (decideRollback(limits, facts).outcome === 'acted') {
            acted.push({
              rollbackId: `r${index}`,
              service,
              environment,
              blamedPromotionId: `promotion-v${index}`,
              at: at(minute),
            });
          }
        }
        for (const { at: end } of acted) {
          const within = (minutes: number) =>
            acted.filter(
              (each) =>
                Date.parse(each.at) <= Date.parse(end) && Date.parse(each.at) > Date.parse(end) - minutes * 60_000,
            );
          expect(within(60).length).toBeLessThanOrEqual(perHour);
          const perService = Map.groupBy(within(24 * 60), (each) => `${each.environment}/${each.service}`);
          for (const entries of perService.values()) expect(entries.length).toBeLessThanOrEqual(perDay);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('fifty flaps of one alert are one rollback', () => {
    const acted: AutomaticRollback[] = [];
    for (let flap = 0; flap < 50; flap += 1) {
      const minute = 103 + flap / 10;
      const facts = factsOf({
        rollbackId: `r${flap}`,
        cause: alert(minute),
        automaticRollbacks: acted,
        now: at(minute),
      });
      if (decideRollback(policy, facts).outcome === 'acted') {
        acted.push(earlier({ rollbackId: `r${flap}`, blamedPromotionId: 'promotion-bad', at: at(minute) }));
      }
    }
    expect(acted).toHaveLength(1);
  });

  it('an alert older than every deployment takes nothing back', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 500 }), { maxLength: 6 }), (minutes) => {
        const changes = minutes.toSorted((x, y) => x - y).map((minute, index) => buildChange(`v${index}`, minute));
        expect(decideRollback(policy, factsOf({ changes, cause: alert(-1) })).outcome).toBe('suppressed');
      }),
    );
  });
});
