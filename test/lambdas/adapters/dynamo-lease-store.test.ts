// Tests of the lease store and its fence on the local DynamoDB.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { acquireLeases, releaseAll } from '../../../core/promotion/acquire-leases.ts';
import { createDynamoLeaseCheck, createDynamoLeaseStore } from '../../../lambdas/adapters/dynamo-lease-store.ts';
import { buildPromotion, buildService, commitA, commitB } from '../../core/promotion/promotion-builder.ts';
import { openLedger, type TestLedger } from './open-ledger.ts';

let test: TestLedger;
beforeEach(async () => {
  test = await openLedger();
});
afterEach(async () => await test.stop());

const storeOf = () => createDynamoLeaseStore(test.ledger, test.clock);
const checkOf = () => createDynamoLeaseCheck(test.ledger, test.clock);
const options = { promotionId: 'p', durationSeconds: 60 };
const promotionOf = (name: string, desiredAt: string, commit = commitA) =>
  buildPromotion({ promotionId: name, executionArn: `arn:${name}`, desiredAt, commit });

describe('a lease', () => {
  it('goes to one of many who want it at once', async () => {
    const holders = Array.from({ length: 20 }, (_, index) => `arn:${index}`);
    const answers = await Promise.all(holders.map(async (holder) => await storeOf().take('dev', 'x', holder, options)));
    expect(answers.filter((answer) => 'fencingToken' in answer)).toEqual([{ fencingToken: 1 }]);
  });

  it('stays with its holder, who may ask again', async () => {
    await storeOf().take('dev', 'x', 'arn:one', options);
    expect(await storeOf().take('dev', 'x', 'arn:one', options)).toEqual({ fencingToken: 1 });
    expect(await storeOf().take('dev', 'x', 'arn:two', options)).toEqual({ holder: 'arn:one' });
  });

  it.each([
    ['it was given back', async () => void (await storeOf().release('dev', 'x', 'arn:one', 1)), undefined, false],
    ['its time is over', async () => test.clock.set(test.clock.now() + 60_001), undefined, true],
    ['its holder is dead', async () => undefined, 'arn:one', true],
  ])('goes on under a higher token when %s', async (_, happen, deadHolder, isTakenOver) => {
    await storeOf().take('dev', 'x', 'arn:one', options);
    await happen();
    const takenOver = isTakenOver ? { takenOver: true } : {};
    expect(await storeOf().take('dev', 'x', 'arn:two', { ...options, deadHolder })).toEqual({
      fencingToken: 2,
      ...takenOver,
    });
    // It stays said, also when it is given back in between: the first one may still be at work.
    await storeOf().release('dev', 'x', 'arn:two', 2);
    expect(await storeOf().take('dev', 'x', 'arn:three', options)).toEqual({ fencingToken: 3, ...takenOver });
  });

  it('fences off a holder that wakes up after it was taken over', async () => {
    const grants = [{ service: 'x', fencingToken: 1 }];
    await storeOf().take('dev', 'x', 'arn:one', options);
    expect(await checkOf().holds('dev', 'arn:one', grants)).toBe(true);
    await storeOf().take('dev', 'x', 'arn:two', { ...options, deadHolder: 'arn:one' });
    expect(await checkOf().holds('dev', 'arn:one', grants)).toBe(false);
    expect(await storeOf().release('dev', 'x', 'arn:one', 1)).toBe(false);
    expect(await checkOf().holds('dev', 'arn:two', [{ service: 'x', fencingToken: 2 }])).toBe(true);
  });

  it('does not hold any more once its time is over, though nobody took it', async () => {
    await storeOf().take('dev', 'x', 'arn:one', options);
    test.clock.set(test.clock.now() + 60_001);
    expect(await checkOf().holds('dev', 'arn:one', [{ service: 'x', fencingToken: 1 }])).toBe(false);
  });

  it('never has two holders that pass the fence, whatever happens in whatever order', async () => {
    const holder = fc.constantFrom('arn:1', 'arn:2', 'arn:3');
    const step = fc.oneof(
      fc.record({ kind: fc.constant('take' as const), holder, dead: fc.option(holder, { nil: undefined }) }),
      fc.record({ kind: fc.constant('release' as const), holder }),
      fc.record({ kind: fc.constant('wait' as const), seconds: fc.integer({ min: 1, max: 90 }) }),
    );
    let round = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        round += 1;
        const service = `service-${round}`;
        const tokens = new Map<string, number>();
        let highest = 0;
        for (const action of steps) {
          if (action.kind === 'wait') test.clock.set(test.clock.now() + action.seconds * 1000);
          else if (action.kind === 'release') {
            await storeOf().release('dev', service, action.holder, tokens.get(action.holder) ?? 0);
          } else {
            const answer = await storeOf().take('dev', service, action.holder, { ...options, deadHolder: action.dead });
            if ('fencingToken' in answer) {
              expect(answer.fencingToken).toBeGreaterThanOrEqual(highest);
              highest = answer.fencingToken;
              tokens.set(action.holder, answer.fencingToken);
            }
          }
          const passing = [];
          for (const [name, fencingToken] of tokens) {
            if (await checkOf().holds('dev', name, [{ service, fencingToken }])) passing.push(name);
          }
          expect(passing.length).toBeLessThanOrEqual(1);
        }
      }),
      { numRuns: 30 },
    );
  });
});

describe('acquireLeases', () => {
  const newer = '2026-11-23T20:01:00.000Z';
  const older = '2026-11-23T20:00:00.000Z';
  const gateway = buildService();
  const server = buildService({ name: 'mcp-server' });

  it('lets a newer push supersede an older one that waits', async () => {
    await acquireLeases(storeOf(), promotionOf('holder', '2026-11-23T19:00:00.000Z'), [gateway]);
    expect(await acquireLeases(storeOf(), promotionOf('older', older), [gateway])).toMatchObject({
      outcome: 'busy',
      holder: 'arn:holder',
    });
    expect(await acquireLeases(storeOf(), promotionOf('newer', newer, commitB), [gateway])).toMatchObject({
      outcome: 'busy',
    });
    expect(await acquireLeases(storeOf(), promotionOf('older', older), [gateway])).toMatchObject({
      outcome: 'superseded',
    });
  });

  it('never lets an older push that comes late downgrade, although nobody holds the lease', async () => {
    const first = promotionOf('newer', newer, commitB);
    const decision = await acquireLeases(storeOf(), first, [gateway]);
    await releaseAll(storeOf(), first, decision.leases);
    expect(await acquireLeases(storeOf(), promotionOf('older', older), [gateway])).toMatchObject({
      outcome: 'superseded',
    });
  });

  it('drops only the services for which something newer is wanted', async () => {
    const first = promotionOf('newer', newer, commitB);
    await releaseAll(storeOf(), first, (await acquireLeases(storeOf(), first, [gateway])).leases);
    const decision = await acquireLeases(storeOf(), promotionOf('older', older), [gateway, server]);
    expect(decision).toMatchObject({ outcome: 'acquired', leases: [{ service: 'mcp-server' }] });
    expect(decision.services.map(({ name }) => name)).toEqual(['mcp-server']);
  });

  it('keeps nothing when one lease of several is held elsewhere', async () => {
    await acquireLeases(storeOf(), promotionOf('holder', older), [server]);
    const decision = await acquireLeases(storeOf(), promotionOf('other', newer), [gateway, server]);
    expect(decision).toMatchObject({ outcome: 'busy', leases: [] });
    expect(await storeOf().take('dev', 'api-gateway', 'arn:third', options)).toHaveProperty('fencingToken');
  });

  it('keeps different services and environments apart', async () => {
    await acquireLeases(storeOf(), promotionOf('one', older), [gateway]);
    expect(await acquireLeases(storeOf(), promotionOf('two', older), [server])).toMatchObject({ outcome: 'acquired' });
    const elsewhere = { ...promotionOf('three', older), environment: 'staging' };
    expect(await acquireLeases(storeOf(), elsewhere, [gateway])).toMatchObject({ outcome: 'acquired' });
  });
});
