// Kills by SIGKILL in the middle of a rollback: it goes on where it stood and ends as if nothing had happened.
import { expect, it } from '@jest/globals';
import { runUntilKilled } from './run-until-killed.ts';
import type { RolledBack } from './serve-rollback.ts';

it('a rollback that is killed after it decided, after its commit and after its record takes the release back once', async () => {
  const { outcome, missed } = await runUntilKilled<RolledBack>('serve-rollback.ts', [
    'lambda/invocation-ended decide-rollback',
    'github/commit-pushed pyairtable/pyairtable-gitops@main',
    'lambda/invocation-ended record-outcome',
  ]);
  expect(missed).toEqual([]);
  const { executions, imageInGit, current, good, isBadQuarantined, commits } = outcome;
  // An event that was published before its sender knew of it comes twice: the second execution finds the claim.
  expect(executions.filter((end) => end !== 'SUCCEEDED duplicate')).toEqual(['SUCCEEDED succeeded']);
  expect([imageInGit, current]).toEqual([good, good]);
  expect(isBadQuarantined).toBe(true);
  expect(commits).toBe(3);
}, 600_000);
