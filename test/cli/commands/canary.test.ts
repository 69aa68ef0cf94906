// What `automation canary` shows: cli/commands/canary.ts.
import { describe, expect, it } from '@jest/globals';
import { renderCanary } from '../../../cli/commands/canary.ts';

const canary = {
  phase: 'Progressing',
  weight: 20,
  failedChecks: 1,
  isSuspended: false,
  version: 'sha-1',
  haltedBecause: 'no values found',
};

describe('the state of a canary', () => {
  it('is a row with why it halts, and a sentence', () => {
    const [, row, words] = renderCanary({
      outcome: 'done',
      words: 'Progressing at 20 % of the traffic',
      canary,
    }).split('\n');
    expect(row?.split(/ {2,}/)).toEqual(['Progressing', 'sha-1', '20 %', '1', 'no', 'no values found']);
    expect(words).toBe('Progressing at 20 % of the traffic');
  });

  it('is not shown beside what was asked for and is not so yet', () => {
    const words = 'stands still at 20 % until it is resumed';
    const shown = renderCanary({ outcome: 'done', words, canary, revision: '4a41b1c0d2' });
    expect(shown).toBe(`${words}, as soon as Argo CD has taken up GitOps commit 4a41b1c`);
  });
});
