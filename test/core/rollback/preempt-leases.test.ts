// Tests of core/rollback/preempt-leases.ts with the leases of the local DynamoDB.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { preemptLeases } from '../../../core/rollback/preempt-leases.ts';
import { createDynamoLeaseCheck, createDynamoLeaseStore } from '../../../lambdas/adapters/dynamo-lease-store.ts';
import { openLedger, type TestLedger } from '../../lambdas/adapters/open-ledger.ts';
import { buildPromotion, buildService } from '../promotion/promotion-builder.ts';

let test: TestLedger;
beforeEach(async () => {
  test = await openLedger();
});
afterEach(async () => await test.stop());

const arnOf = (workflow: string, name: string) =>
  `arn:aws:states:eu-central-1:111122223333:execution:pyairtable-${workflow}:${name}`;
const rollback = (name: string) =>
  buildPromotion({ promotionId: name, executionArn: arnOf('rollback-release', name), change: 'rollback' });
const services = [buildService()];
const open = () => ({
  store: createDynamoLeaseStore(test.ledger, test.clock),
  check: createDynamoLeaseCheck(test.ledger, test.clock),
});

describe('preemptLeases', () => {
  it('takes the lease from a running promotion, which can write no more', async () => {
    const { store, check } = open();
    const promoter = arnOf('promote-release', 'p');
    const taken = await store.take('dev', 'api-gateway', promoter, { promotionId: 'p', durationSeconds: 900 });
    const fencingToken = 'fencingToken' in taken ? taken.fencingToken : 0;
    const decision = await preemptLeases(store, rollback('r'), services);
    expect(decision).toMatchObject({ outcome: 'acquired', leases: [{ fencingToken: fencingToken + 1 }] });
    expect(decision.reason).toContain(promoter);
    expect(await check.holds('dev', promoter, [{ service: 'api-gateway', fencingToken }])).toBe(false);
    expect(await store.release('dev', 'api-gateway', promoter, fencingToken)).toBe(false);
    expect(await check.holds('dev', arnOf('rollback-release', 'r'), decision.leases)).toBe(true);
  });

  it('leaves another rollback to its work, and keeps nothing', async () => {
    const { store } = open();
    await preemptLeases(store, rollback('one'), services);
    const both = [buildService({ name: 'airtable-gateway' }), ...services];
    expect(await preemptLeases(store, rollback('two'), both)).toMatchObject({
      outcome: 'busy',
      holder: arnOf('rollback-release', 'one'),
    });
    const free = await store.take('dev', 'airtable-gateway', 'x', { promotionId: 'x', durationSeconds: 1 });
    expect(free).toHaveProperty('fencingToken');
    const takeover = await preemptLeases(store, rollback('two'), services, arnOf('rollback-release', 'one'));
    expect(takeover.outcome).toBe('acquired');
  });

  it('repeated by its holder changes nothing', async () => {
    const { store } = open();
    const first = await preemptLeases(store, rollback('r'), services);
    expect(await preemptLeases(store, rollback('r'), services)).toEqual(first);
  });

  it('never lets two hold the lease, in whatever order promotions and rollbacks come', async () => {
    const step = fc.record({ who: fc.constantFrom('p1', 'p2', 'r1', 'r2'), does: fc.constantFrom('take', 'release') });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 20 }), fc.uuid(), async (steps, environment) => {
        const { store, check } = open();
        const grants = new Map<string, number>();
        for (const { who, does } of steps) {
          const arn = arnOf(who.startsWith('p') ? 'promote-release' : 'rollback-release', who);
          const token = grants.get(arn);
          if (does === 'release' && token !== undefined) await store.release(environment, 'api-gateway', arn, token);
          if (does === 'take' && who.startsWith('r')) {
            const { leases } = await preemptLeases(store, { ...rollback(who), environment }, services);
            for (const { fencingToken } of leases) grants.set(arn, fencingToken);
          } else if (does === 'take') {
            const answer = await store.take(environment, 'api-gateway', arn, {
              promotionId: who,
              durationSeconds: 900,
            });
            if ('fencingToken' in answer) grants.set(arn, answer.fencingToken);
          }
          const holders = await Promise.all(
            [...grants].map(([holder, fencingToken]) =>
              check.holds(environment, holder, [{ service: 'api-gateway', fencingToken }]),
            ),
          );
          expect(holders.filter(Boolean).length).toBeLessThanOrEqual(1);
        }
      }),
      { numRuns: 30 },
    );
  });
});
