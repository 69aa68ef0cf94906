// Tests of core/rollback/pick-rollback-target.ts.
import { describe, expect, it } from '@jest/globals';
import { pickRollbackTarget, type TargetFacts } from '../../../core/rollback/pick-rollback-target.ts';
import { at, buildChange } from './change-builder.ts';

const factsOf = (overrides: Partial<TargetFacts> = {}): TargetFacts => ({
  changes: [buildChange('old', 0), buildChange('proven', 100), buildChange('hasty', 200), buildChange('bad', 210)],
  badDigests: ['sha256:bad'],
  quarantines: {},
  problems: {},
  bakeMinutes: 30,
  isCanary: false,
  now: at(220),
  ...overrides,
});
const nameOf = (facts: TargetFacts, wanted?: string) => pickRollbackTarget(facts, wanted).target?.version;

describe('pickRollbackTarget', () => {
  it('takes the last version that outlived its bake, and says why not the others', () => {
    expect(pickRollbackTarget(factsOf())).toMatchObject({
      target: { version: 'sha-proven' },
      refused: [
        { version: 'sha-old', because: 'it ran longer ago' },
        { version: 'sha-bad', because: 'it is what is being taken back' },
        { version: 'sha-hasty', because: 'it served for 8 minutes only' },
      ],
    });
  });

  it('takes one that has not baked rather than none', () => {
    expect(nameOf(factsOf({ changes: [buildChange('hasty', 200), buildChange('bad', 210)] }))).toBe('sha-hasty');
  });

  it('keeps the version that serves beside a canary, however young, and moves to another one only from a bad one', () => {
    const canary = (outcome: 'failed' | 'under-way' | 'succeeded') =>
      factsOf({
        isCanary: true,
        changes: [buildChange('proven', 100), buildChange('hasty', 200), buildChange('bad', 210, { outcome })],
      });
    expect(pickRollbackTarget(canary('under-way'))).toMatchObject({
      target: { version: 'sha-hasty' },
      refused: [
        { version: 'sha-proven', because: 'sha-hasty serves beside the canary' },
        { version: 'sha-bad', because: 'it is what is being taken back' },
      ],
    });
    expect(nameOf(canary('failed'))).toBe('sha-hasty');
    expect(nameOf(canary('succeeded'))).toBe('sha-proven');
    expect(nameOf({ ...canary('failed'), quarantines: { 'sha256:hasty': 'errors' } })).toBe('sha-proven');
  });

  it.each<[string, Partial<TargetFacts>, string]>([
    ['quarantined', { quarantines: { 'sha256:proven': 'errors' } }, 'it is quarantined: errors'],
    ['gone', { problems: { 'sha256:proven': 'its image is gone' } }, 'its image is gone'],
    [
      'one that never became healthy',
      { changes: [buildChange('old', 0), buildChange('proven', 100, { outcome: 'failed' }), buildChange('bad', 210)] },
      'it never became healthy',
    ],
  ])('passes over a version that is %s', (_, overrides, because) => {
    const choice = pickRollbackTarget(factsOf(overrides));
    expect(choice.target?.version).toBe('sha-old');
    expect(choice.refused).toContainEqual(expect.objectContaining({ version: 'sha-proven', because }));
  });

  it('takes the version that is asked for, by tag or by commit, unless it is bad', () => {
    expect(nameOf(factsOf(), 'sha-old')).toBe('sha-old');
    expect(nameOf(factsOf(), 'hasty00')).toBe('sha-hasty');
    expect(nameOf(factsOf(), 'sha-bad')).toBeUndefined();
    expect(nameOf(factsOf(), 'sha-unknown')).toBeUndefined();
  });

  it('finds nothing where nothing else has run', () => {
    expect(nameOf(factsOf({ changes: [buildChange('bad', 210)] }))).toBeUndefined();
  });
});
