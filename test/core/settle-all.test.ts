import { expect, it } from '@jest/globals';
import { settleAll } from '../../core/settle-all.ts';

it('gives the results in their order', async () => {
  expect(await settleAll([Promise.resolve(1), Promise.resolve(2)])).toEqual([1, 2]);
});

it('throws the first error by order, and only when nothing is under way any more', async () => {
  const slow = Promise.withResolvers<void>();
  let hasThrown = false;
  const all = settleAll([slow.promise, Promise.reject(new Error('second')), Promise.reject(new Error('third'))]);
  const watched = all.catch((error: Error) => {
    hasThrown = true;
    return error.message;
  });
  await new Promise(setImmediate);
  expect(hasThrown).toBe(false);
  slow.resolve();
  expect(await watched).toBe('second');
});
