// Tests of local/runtime/precedence.ts: requests first, and nothing waits in vain.
import { describe, expect, it } from '@jest/globals';
import { Precedence } from '../../../local/runtime/precedence.ts';

/** Notes in `done` when each of them may begin. */
function beginLater(precedence: Precedence, names: readonly string[], done: string[]): Promise<unknown> {
  return Promise.all(names.map(async (name) => await precedence.turn().then(() => done.push(name))));
}

describe('what was accepted for later', () => {
  it('begins at once while nobody waits for an answer', async () => {
    const done: string[] = [];
    await beginLater(new Precedence(), ['a', 'b'], done);
    expect(done).toEqual(['a', 'b']);
  });

  it('lets requests pass, and begins in its order when the last one is answered', async () => {
    const precedence = new Precedence();
    const done: string[] = [];
    const names = Array.from({ length: 100 }, (_, index) => `${index}`);
    let later: Promise<unknown> | undefined;
    await precedence.request(async () => {
      later = beginLater(precedence, names, done);
      await new Promise(setImmediate);
      expect(done.length).toBeLessThan(names.length);
    });
    await later;
    expect(done).toEqual(names);
  });

  it('begins although a request goes on, even one that waits for it', async () => {
    const precedence = new Precedence();
    const done: string[] = [];
    await precedence.request(async () => await beginLater(precedence, ['a', 'b', 'c'], done));
    expect(done).toEqual(['a', 'b', 'c']);
  });

  it('passes again after a request that failed', async () => {
    const precedence = new Precedence();
    await expect(precedence.request(async () => await Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    const done: string[] = [];
    await beginLater(precedence, ['a'], done);
    expect(done).toEqual(['a']);
  });
});
