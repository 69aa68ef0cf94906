// Tests of core/promotion/await-build.ts: the conclusion comes before, during or after the wait begins.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { BuildResult } from '../../../contracts/workflows/promotion.ts';
import { awaitBuild, type BuildPorts, type BuildWaiter, reportBuild } from '../../../core/promotion/await-build.ts';
import { readWorkflowRun } from '../../../core/promotion/read-workflow-run.ts';
import { commitA } from './promotion-builder.ts';

const report = {
  repository: 'pyairtable/pyairtable',
  commit: commitA,
  conclusion: 'success',
  runId: 1,
  runAttempt: 1,
  url: 'https://github.example/run/1',
  concludedAt: '2026-11-23T20:00:00Z',
};

/** `scheduler` decides in which order the writes and reads of both sides happen. */
function createPorts(pause: () => Promise<unknown> = async () => undefined) {
  const waiters = new Map<string, BuildWaiter>();
  const told: { taskToken: string; result: object }[] = [];
  let conclusion: BuildResult | undefined;
  const ports: BuildPorts = {
    builds: {
      async putWaiter(_, __, waiter) {
        await pause();
        waiters.set(waiter.promotionId, waiter);
      },
      async listWaiters() {
        await pause();
        return [...waiters.values()];
      },
      async removeWaiter(_, __, promotionId) {
        waiters.delete(promotionId);
      },
      async putConclusion({ conclusion: ended, url }) {
        await pause();
        conclusion = { conclusion: ended, url };
      },
      async findConclusion() {
        await pause();
        return conclusion;
      },
    },
    tokens: { succeed: async (taskToken, result) => void told.push({ taskToken, result }) },
  };
  return { ports, told, waiters };
}
const wait = async (ports: BuildPorts, taskToken = 'token') =>
  await awaitBuild({ ...ports, findEndedBuild: async () => undefined }, report.repository, commitA, {
    promotionId: taskToken,
    taskToken,
  });
const success = { conclusion: 'success', url: report.url };

describe('a build', () => {
  it('whose end GitHub knows and nobody told answers the wait at once, and later ones too', async () => {
    const { ports, told } = createPorts();
    const asking = { ...ports, findEndedBuild: async () => report };
    expect(await awaitBuild(asking, report.repository, commitA, { promotionId: 'p', taskToken: 'first' })).toBe(true);
    expect(await wait(ports, 'second')).toBe(true);
    expect(told.map(({ taskToken }) => taskToken)).toEqual(['first', 'second']);
    expect(told[0]?.result).toEqual(success);
  });

  it('that ended before the wait answers it at once', async () => {
    const { ports, told } = createPorts();
    await reportBuild(ports, report, 'event');
    expect(await wait(ports)).toBe(true);
    expect(told).toEqual([{ taskToken: 'token', result: success }]);
  });

  it('that ends after the wait began answers everybody who waits, once', async () => {
    const { ports, told, waiters } = createPorts();
    await wait(ports, 'one');
    await wait(ports, 'two');
    expect(await reportBuild(ports, report, 'event')).toBe(2);
    expect(told.map(({ taskToken }) => taskToken)).toEqual(['one', 'two']);
    expect(waiters.size).toBe(0);
  });

  it('that ends while the wait begins is never missed, however the two interleave', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (scheduler) => {
        const { ports, told } = createPorts(async () => await scheduler.schedule(Promise.resolve()));
        const both = Promise.all([wait(ports), reportBuild(ports, report, 'event')]);
        await scheduler.waitFor(both);
        expect(told.length).toBeGreaterThanOrEqual(1);
        expect(told.filter(({ result }) => (result as BuildResult).conclusion !== 'success')).toEqual([]);
      }),
    );
  });
});

describe('readWorkflowRun', () => {
  const payload = (run: object = {}) => ({
    action: 'completed',
    repository: { full_name: 'pyairtable/pyairtable' },
    workflow_run: {
      id: 7,
      name: 'build',
      event: 'push',
      status: 'completed',
      conclusion: 'success',
      head_sha: commitA,
      html_url: 'https://github.example/run/7',
      run_attempt: 2,
      updated_at: '2026-11-23T20:00:00Z',
      head_repository: { full_name: 'pyairtable/pyairtable' },
      ...run,
    },
  });

  it('reads how the build of a commit ended', () => {
    expect(readWorkflowRun(payload(), 'build')).toMatchObject({
      report: { commit: commitA, conclusion: 'success', runId: 7, runAttempt: 2 },
    });
  });

  it.each([
    ['another workflow', { name: 'lint' }, 'the workflow is lint, not build'],
    ['a pull request', { event: 'pull_request' }, 'the run is for pull_request'],
    ['a fork', { head_repository: { full_name: 'mallory/pyairtable' } }, 'the commit is from mallory/pyairtable'],
    ['a run that goes on', { conclusion: null }, 'the run has not ended'],
  ])('ignores the run of %s', (_, run, ignoredBecause) => {
    expect(readWorkflowRun(payload(run), 'build')).toEqual({ ignoredBecause });
  });

  it('ignores what is no workflow run', () => {
    expect(readWorkflowRun({ a: 1 }, 'build')).toHaveProperty('ignoredBecause');
  });
});
