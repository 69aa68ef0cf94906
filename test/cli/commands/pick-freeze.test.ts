// Which freeze a person means.
import { describe, expect, it } from '@jest/globals';
import { pickFreeze } from '../../../cli/commands/freezes.ts';
import type { FreezeRecord } from '../../../contracts/ledger/freezes.ts';

const records = [
  ['a1', 'launch'],
  ['b2', 'holidays'],
  ['c3', 'holidays'],
].map(([freezeId, name]) => ({ freezeId, name }) as FreezeRecord);

describe('a freeze', () => {
  it('is meant by its id, and by its name while only one has it', () => {
    expect(pickFreeze(records, 'b2').name).toBe('holidays');
    expect(pickFreeze(records, 'launch').freezeId).toBe('a1');
  });

  it('is not guessed', () => {
    expect(() => pickFreeze(records, 'holidays')).toThrow('2 freezes are called holidays, say which one: b2, c3');
    expect(() => pickFreeze(records, 'other')).toThrow('automation freeze list');
  });
});
