// Overruling gates takes two different people who did not ask: core/gates/override.ts and plan-override.ts.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { castVote } from '../../../core/approvals/cast-vote.ts';
import { requestApproval } from '../../../core/approvals/request-approval.ts';
import { findOverrideInForce, type OverridePlan } from '../../../core/gates/override.ts';
import { planOverride } from '../../../core/gates/plan-override.ts';
import { createApprovalWorld } from '../approvals/approval-world.ts';
import { configuration } from './gate-facts-builder.ts';

const request = {
  environment: 'prod',
  service: 'api-gateway',
  gates: ['soaked', 'not-frozen', 'soaked'],
  reason: 'security fix',
  minutes: 90,
  requestedBy: 'ada-release',
  requestedAt: '2026-11-23T20:00:00.000Z',
  overrideId: '12345678',
};
const inTime = '2026-11-23T20:10:00.000Z';
const vote = (approver: string) => ({ approver, verdict: 'approve', via: 'slack', votedAt: inTime }) as const;
const planOf = ({ record }: ReturnType<typeof planOverride>) => record as unknown as OverridePlan;

async function ask(...approvers: string[]) {
  const world = createApprovalWorld();
  const planned = planOverride(configuration, request);
  await requestApproval(world.ports, planned.approval, planned.policy);
  for (const approver of approvers) await castVote(world.ports, planned.record.approvalId, vote(approver));
  return { world, planned, find: (now = inTime) => findOverrideInForce(planOf(planned), world.record(), now) };
}

describe('an override', () => {
  it('is in force when two others agree, until it is over', async () => {
    const { find } = await ask('grace-platform', 'lin-operations');
    expect(find()).toMatchObject({
      gates: ['not-frozen', 'soaked'],
      approvers: ['grace-platform', 'lin-operations'],
      validUntil: '2026-11-23T21:30:00.000Z',
    });
    expect(find('2026-11-23T21:30:00.000Z')).toBeUndefined();
  });

  it('is not in force by one person, however often, nor by whoever asks', async () => {
    const people = fc.constantFrom(
      'grace-platform',
      'Grace-Platform',
      'GRACE-PLATFORM',
      'ada-release',
      'Ada-Release',
      'mallory',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(people, { maxLength: 6 }), async (approvers) => {
        expect((await ask(...approvers)).find()).toBeUndefined();
      }),
      { numRuns: 60 },
    );
  });

  it('counts for exactly what people agreed to', async () => {
    const { world, planned } = await ask('grace-platform', 'lin-operations');
    for (const change of [
      { service: 'frontend' },
      { environment: 'staging' },
      { gates: ['not-frozen', 'soaked', 'image-signed'] },
      { validUntil: '2026-12-23T21:30:00.000Z' },
      { reason: 'other' },
    ]) {
      const other = { ...planOf(planned), ...change } as OverridePlan;
      expect(findOverrideInForce(other, world.record(), inTime)).toBeUndefined();
    }
    expect(findOverrideInForce(planOf(planned), undefined, inTime)).toBeUndefined();
    const single = { ...world.record(), votes: world.record().votes.slice(0, 1) };
    expect(findOverrideInForce(planOf(planned), single, inTime)).toBeUndefined();
  });

  it.each([
    [{ gates: ['not-quarantined'] }, /not-quarantined cannot be overruled, these can: image-signed/],
    [{ gates: ['build-succeeded', 'soaked'] }, /build-succeeded cannot be overruled/],
    [{ environment: 'moon' }, /no environment moon/],
    [{ service: 'moon' }, /no service moon/],
  ])('of %j cannot be asked for', (change, message) => {
    expect(() => planOverride(configuration, { ...request, ...change })).toThrow(message);
  });

  it('cannot be asked for where the configuration names nobody, and takes two even where it asks for fewer', () => {
    const { approvals } = configuration;
    const without = { ...configuration, approvals: { ...approvals, policies: {} } };
    expect(() => planOverride(without, request)).toThrow(/approvals.policies.override/);
    const lax = {
      ...approvals,
      policies: { override: { groups: ['release-managers'], quorum: 1, expiresAfterMinutes: 5 } },
    };
    expect(planOverride({ ...configuration, approvals: lax }, request).policy.quorum).toBe(2);
  });
});
