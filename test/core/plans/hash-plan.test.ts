// Tests of core/plans/hash-plan.ts.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { canonicalJson, hashPlan, type PlanValue } from '../../../core/plans/hash-plan.ts';

const json = fc.jsonValue({ maxDepth: 4 }).map((value) => value as PlanValue);

/** The same value with the keys of every object in the opposite order. */
function reverseKeys(value: PlanValue): PlanValue {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(reverseKeys);
  const entries = Object.entries(value).toReversed();
  return Object.fromEntries(entries.map(([key, entry]) => [key, reverseKeys(entry)]));
}

describe('hashPlan', () => {
  it('does not depend on the order of keys, nor on keys that are undefined', () => {
    fc.assert(
      fc.property(json, (plan) => {
        expect(hashPlan(reverseKeys(plan))).toBe(hashPlan(plan));
        expect(hashPlan({ plan, absent: undefined })).toBe(hashPlan({ plan }));
      }),
    );
  });

  it('differs whenever the plans differ', () => {
    fc.assert(
      fc.property(json, json, (one, other) => {
        // What JSON says of both is the judge: -0 and 0 are one number there.
        const isSame = canonicalJson(one) === canonicalJson(other);
        expect(hashPlan(one) === hashPlan(other)).toBe(isSame);
        expect(JSON.parse(canonicalJson(one))).toEqual(JSON.parse(JSON.stringify(one)));
      }),
    );
    expect(hashPlan(['a', 'b'])).not.toBe(hashPlan(['b', 'a']));
    expect(hashPlan({ a: '1' })).not.toBe(hashPlan({ a: 1 }));
  });

  it('refuses numbers that JSON cannot say', () => {
    expect(() => hashPlan({ share: Number.NaN })).toThrow(TypeError);
  });
});
