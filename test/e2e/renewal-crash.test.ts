// Kills by SIGKILL in the middle of a renewal: it goes on where it stood, and the certificate is issued once.
import { expect, it } from '@jest/globals';
import { runUntilKilled } from './run-until-killed.ts';
import type { Renewed } from './serve-renewal.ts';

it('a renewal that is killed after it asked for the issuance and after it was recorded ends once', async () => {
  const { outcome, missed } = await runUntilKilled<Renewed>('serve-renewal.ts', [
    'lambda/invocation-ended trigger-renewal',
    'lambda/invocation-ended settle-renewal',
  ]);
  expect(missed).toEqual([]);
  expect(outcome).toEqual({
    executions: ['SUCCEEDED succeeded'],
    revision: 2,
    isServed: true,
    // At least once, whatever happened on the way: a kill between a message and the note of it makes a second one, not an edited first.
    messages: expect.arrayContaining([expect.stringContaining('was renewed')]),
    recorded: 1,
  });
}, 600_000);
