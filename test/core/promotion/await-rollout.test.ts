// Tests of core/promotion/await-rollout.ts over the real ledger: whichever comes second, the wait or the news, completes it.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { awaitRollout, reportRollout } from '../../../core/promotion/await-rollout.ts';
import { createDynamoRolloutSignals } from '../../../lambdas/adapters/dynamo-rollout-signals.ts';
import { openLedger, type TestLedger } from '../../lambdas/adapters/open-ledger.ts';

let test: TestLedger;
let completed: string[];
beforeEach(async () => {
  test = await openLedger();
  completed = [];
});
afterEach(async () => await test.stop());

const waiter = (promotionId: string) => ({ promotionId, taskToken: `token-${promotionId}` });
const ports = (overrides: object = {}) => ({
  signals: { ...createDynamoRolloutSignals(test.ledger, test.clock), ...overrides },
  tokens: {
    async succeed(taskToken: string, result: unknown) {
      completed.push(`${taskToken} ${(result as { signal: string }).signal}`);
      return true;
    },
  } as never,
});
const none = '';

describe('waiting for news of an environment', () => {
  it('ends with the news, for all that wait there and for nobody else', async () => {
    expect(await awaitRollout(ports(), 'dev', none, waiter('one'))).toBe(false);
    expect(await awaitRollout(ports(), 'dev', none, waiter('two'))).toBe(false);
    expect(await awaitRollout(ports(), 'prod', none, waiter('three'))).toBe(false);
    expect(await reportRollout(ports(), 'dev', 'news-1')).toBe(2);
    expect(completed).toEqual(['token-one news-1', 'token-two news-1']);
    // Nobody is told twice.
    expect(await reportRollout(ports(), 'dev', 'news-2')).toBe(0);
  });

  it('is over at once when something was heard since the cluster was read', async () => {
    await reportRollout(ports(), 'dev', 'news-1');
    expect(await awaitRollout(ports(), 'dev', none, waiter('one'))).toBe(true);
    expect(completed).toEqual(['token-one news-1']);
    expect(await awaitRollout(ports(), 'dev', 'news-1', waiter('two'))).toBe(false);
  });

  it('loses nothing that comes between its two steps', async () => {
    // The news are written after the waiter, and before the waiter looks.
    const { putWaiter } = createDynamoRolloutSignals(test.ledger, test.clock);
    const racing = ports({
      async putWaiter(environment: string, waiting: ReturnType<typeof waiter>) {
        await putWaiter(environment, waiting);
        await reportRollout(ports(), 'dev', 'news-1');
      },
    });
    expect(await awaitRollout(racing, 'dev', none, waiter('one'))).toBe(true);
    expect(completed.length).toBeGreaterThan(0);
    expect(new Set(completed)).toEqual(new Set(['token-one news-1']));
  });
});
