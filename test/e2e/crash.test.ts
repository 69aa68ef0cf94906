// Kills by SIGKILL all along a promotion: the system goes on where it stood and ends as if nothing had happened.
import { appendFileSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { runUntilKilled } from './run-until-killed.ts';
import type { Outcome } from './serve-system.ts';

/** What an uninterrupted release leaves behind. */
function expectOneRelease(outcome: Outcome): void {
  // An event that was published before its sender knew of it comes twice: the second execution finds the claim.
  const [first, ...others] = outcome.executions.toSorted().toReversed();
  expect(first).toBe('SUCCEEDED succeeded');
  expect(others.filter((end) => end !== 'SUCCEEDED duplicate')).toEqual([]);
  expect(outcome.commitsOfPromotions).toHaveLength(1);
  expect(outcome.promotions).toEqual([
    expect.objectContaining({ outcome: 'succeeded', revision: outcome.commitsOfPromotions[0] }),
  ]);
  expect(outcome.deployments).toBe(1);
  expect(outcome.current?.revision).toBe(outcome.commitsOfPromotions[0]);
  expect(outcome.imageInGit).toBe(outcome.current?.digest);
  expect(outcome.deadLetters).toBe(0);
  // People are told at least once, of the end whatever happened on the way.
  expect(outcome.messages.filter((text) => text.includes('now runs in dev')).length).toBeGreaterThan(0);
}

// A Choice does nothing: whoever is killed in one stands where the state before it ended.
const states =
  'Begin Claim PlanPromotion PublishPromotionStarted ReportStart AwaitBuild ResolveImages EvaluateGates AcquireLeases CommitPromotion ReadRollout AwaitRollout RunSmokeTests RecordSuccess ReportSuccess PublishPromotionSucceeded ReleaseLeasesAfterSuccess';

describe('a promotion that is killed', () => {
  it('on entering each of its states that does something, in turn, makes one release', async () => {
    const points = states.split(' ').map((state) => `states/state-entered pyairtable-promote-release/${state}`);
    const { outcome, missed } = await runUntilKilled<Outcome>('serve-system.ts', [
      ...points,
      'states/execution-succeeded',
    ]);
    expectOneRelease(outcome);
    expect(missed).toEqual([]);
    expect(outcome.gitHubDeployments).toEqual([
      expect.objectContaining({ states: expect.arrayContaining(['success']) }),
    ]);
  }, 600_000);

  it('after each thing that others can see, before it knows of it itself, makes one release', async () => {
    const { outcome, missed } = await runUntilKilled<Outcome>('serve-system.ts', [
      'apigateway/request-answered /webhooks/github',
      'lambda/invocation-ended plan-promotion',
      'lambda/invocation-ended report-progress',
      'lambda/invocation-ended await-build',
      'github/workflow-run-completed ',
      'lambda/invocation-ended report-build',
      'lambda/invocation-ended resolve-images',
      'lambda/invocation-ended acquire-leases',
      'github/commit-pushed pyairtable/pyairtable-gitops@main',
      'argocd/application-synced pyairtable-dev',
      'lambda/invocation-ended run-smoke-tests',
      'lambda/invocation-ended record-outcome',
      'lambda/invocation-ended notify',
      'lambda/invocation-ended release-leases',
    ]);
    expectOneRelease(outcome);
    expect(missed).toEqual([]);
  }, 600_000);
});

describe('a journal that was cut off', () => {
  it('loses its torn end only, and the system says so and goes on', async () => {
    const { outcome, missed } = await runUntilKilled<Outcome>(
      'serve-system.ts',
      ['states/state-entered pyairtable-promote-release/AwaitBuild'],
      (stateDirectory) => {
        const journal = join(stateDirectory, 'aws', 'journal');
        appendFileSync(journal, Buffer.from('half of a frame that was never acknowledged'));
        truncateSync(journal, statSync(journal).size - 5);
      },
    );
    expect(missed).toEqual([]);
    expect(outcome.tornTail).toBe(true);
    expectOneRelease(outcome);
  }, 300_000);
});
