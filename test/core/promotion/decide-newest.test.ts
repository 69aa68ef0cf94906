// Tests of core/promotion/decide-newest.ts.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isNewer, type Wish } from '../../../core/promotion/decide-newest.ts';
import { commitA, commitB } from './promotion-builder.ts';

const wish = (overrides: Partial<Wish>): Wish => ({
  promotionId: 'one',
  commit: commitA,
  desiredAt: '2026-11-23T20:00:00.000Z',
  ...overrides,
});

describe('isNewer', () => {
  it('is true where nobody wanted anything yet', () => {
    expect(isNewer(wish({}), undefined)).toBe(true);
  });

  it('is true for the same promotion asked again', () => {
    expect(isNewer(wish({}), wish({}))).toBe(true);
  });

  it('goes by the time of the push, not by the time of arrival', () => {
    const older = wish({ promotionId: 'older', desiredAt: '2026-11-23T19:59:59.000Z' });
    expect(isNewer(older, wish({ promotionId: 'newer' }))).toBe(false);
    expect(isNewer(wish({ promotionId: 'newer' }), older)).toBe(true);
  });

  it('goes by the chain of commits within one second', () => {
    const first = wish({ promotionId: 'first', commit: commitA });
    const second = wish({ promotionId: 'second', commit: commitB, previousCommit: commitA });
    expect(isNewer(second, first)).toBe(true);
    expect(isNewer(first, second)).toBe(false);
  });

  it('ends with the newest, in whatever order pushes arrive', () => {
    const times = fc.uniqueArray(fc.integer({ min: 0, max: 1_000 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(times, (seconds) => {
        const wishes = seconds.map((second) =>
          wish({ promotionId: `p${second}`, desiredAt: new Date(second * 1000).toISOString() }),
        );
        let standing: Wish | undefined;
        for (const candidate of wishes) if (isNewer(candidate, standing)) standing = candidate;
        expect(standing?.promotionId).toBe(`p${Math.max(...seconds)}`);
      }),
    );
  });
});
