// Why an execution failed, as people read it.
import { expect, it } from '@jest/globals';
import { describeCause } from '../../cli/describe-cause.ts';

it('is the message of a function that threw, without its stack', () => {
  const cause = JSON.stringify({ errorType: 'NotFoundError', errorMessage: 'no "x",\nthere is y', trace: ['at z'] });
  expect(describeCause(cause)).toBe(String.raw`no "x",\u000athere is y`);
  expect(describeCause(`NotFoundError: ${cause}`)).toBe(describeCause(cause));
});

it('is what it is otherwise, with nothing that moves a cursor', () => {
  expect(describeCause('not issued within 15 minutes')).toBe('not issued within 15 minutes');
  expect(describeCause('red \u001b[31m')).not.toContain('\u001b');
  expect(describeCause()).toBe('');
});
