// Kills by SIGKILL in the middle of a drill and of a fail-over: both go on where they stood, leave nothing behind, and switch once.
import { expect, it } from '@jest/globals';
import { runUntilKilled } from './run-until-killed.ts';
import type { Recovered } from './serve-recovery.ts';

it('a drill that is killed while it restores, and a fail-over while it restores and after its switch, end once', async () => {
  const { outcome, missed } = await runUntilKilled<Recovered>('serve-recovery.ts', [
    'kubernetes/job-process-started /drill-prod-pyairtable*',
    'kubernetes/job-process-started /recovery-restore-prod-pyairtable*',
    'lambda/invocation-ended switch-dns',
  ]);
  expect(missed).toEqual([]);
  const { drills, moves, agreed, fencings, homeIsReadOnly, databases, rowsThere, targets, commits } = outcome;
  expect(drills).toEqual(['SUCCEEDED', 'passed 0 left']);
  expect(moves).toEqual(['SUCCEEDED', 'completed, home not fenced']);
  expect(agreed).toEqual(['approved grace-platform slack']);
  // The primary region did not answer at the fail-over: its database is fenced when it does.
  expect([fencings.at(-1), homeIsReadOnly]).toEqual(['SUCCEEDED', 'on']);
  // The live one, and the empty one that it has taken the place of.
  expect(databases.toSorted()).toEqual(['pyairtable', expect.stringMatching(/^pyairtable_replaced_/)]);
  expect(rowsThere).toBeGreaterThan(0);
  expect(new Set(targets)).toEqual(new Set(['ingress.eu-west-1.pyairtable.example']));
  expect(commits).toEqual(['Start prod in the recovery region']);
}, 600_000);
