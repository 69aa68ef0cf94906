import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  planRecreate,
  planRollingUpdate,
  type ReplicaCounts,
  resolveLimits,
} from '../../../../../local/world/kubernetes/controllers/plan-rollout.ts';

describe('the plan of a rolling update', () => {
  it('resolves percentages as documented: surge rounds up, unavailable down, both 0 is not allowed', () => {
    expect(resolveLimits(10, '25%', '25%')).toEqual({ replicas: 10, maxSurge: 3, maxUnavailable: 2 });
    expect(resolveLimits(3, undefined, undefined)).toEqual({ replicas: 3, maxSurge: 1, maxUnavailable: 0 });
    expect(resolveLimits(1, 0, '10%')).toEqual({ replicas: 1, maxSurge: 0, maxUnavailable: 1 });
  });

  it('keeps within both limits at each step and ends with the new pods only', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 0, max: 5 }),
        fc.integer({ min: 0, max: 5 }),
        (replicas, surge, unavailable) => {
          const limits = resolveLimits(replicas, surge, unavailable);
          const ready = (name: string, count: number): ReplicaCounts => ({
            name,
            desired: count,
            available: count,
            actual: count,
          });
          let current = ready('new', 0);
          let old = ready('old', replicas);
          for (let step = 0; step < 100; step += 1) {
            const plan = planRollingUpdate(limits, current, [old]);
            if (plan.size === 0) break;
            const next = { new: plan.get('new') ?? current.desired, old: plan.get('old') ?? old.desired };
            expect(next.new + next.old).toBeLessThanOrEqual(replicas + limits.maxSurge);
            expect(Math.min(next.new, current.available) + next.old).toBeGreaterThanOrEqual(
              replicas - limits.maxUnavailable,
            );
            current = ready('new', next.new);
            old = ready('old', next.old);
          }
          expect([current.desired, old.desired]).toEqual([replicas, 0]);
        },
      ),
    );
  });

  it('takes pods that serve nobody away first', () => {
    const limits = resolveLimits(4, 1, 1);
    const current = { name: 'new', desired: 1, available: 1, actual: 1 };
    const broken = { name: 'broken', desired: 2, available: 0, actual: 2 };
    const good = { name: 'good', desired: 3, available: 3, actual: 3 };
    expect(planRollingUpdate({ ...limits, replicas: 1 }, current, [good, broken]).get('broken')).toBe(0);
  });

  it('waits for every old pod to be gone when recreating', () => {
    const limits = resolveLimits(2, 1, 0);
    const none = { name: 'new', desired: 0, available: 0, actual: 0 };
    expect(planRecreate(limits, none, [{ name: 'old', desired: 2, available: 2, actual: 2 }])).toEqual(
      new Map([['old', 0]]),
    );
    expect(planRecreate(limits, none, [{ name: 'old', desired: 0, available: 0, actual: 1 }])).toEqual(new Map());
    expect(planRecreate(limits, none, [{ name: 'old', desired: 0, available: 0, actual: 0 }])).toEqual(
      new Map([['new', 2]]),
    );
  });
});
