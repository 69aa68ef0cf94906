import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { JobRunRecord } from '../../../contracts/ledger/jobs.ts';
import { findNextSlot } from '../../../core/jobs/find-next-slot.ts';
import { judgeJob, type WatchedJob } from '../../../core/jobs/judge-job.ts';
import { buildRun, nightly } from './job-runs.ts';

const judge = (runs: readonly JobRunRecord[], now: string, registeredAt = '2026-11-01T12:00:00.000Z', note?: string) =>
  judgeJob(nightly, runs, { registeredAt }, Date.parse(now), note);
const lastNight = buildRun('2026-11-10T03:00:00Z');

describe('a job', () => {
  it('is healthy until its deadline has passed, and missed a moment later', () => {
    expect(judge([lastNight], '2026-11-11T04:30:00Z')).toMatchObject({
      condition: 'healthy',
      dueAt: '2026-11-11T03:00:00.000Z',
      deadline: '2026-11-11T04:30:00.000Z',
    });
    expect(judge([lastNight], '2026-11-11T04:30:01Z')).toMatchObject({
      condition: 'missed',
      reason: expect.stringMatching(/for 2026-11-11T03:00:00.000Z until .* no run was started$/),
    });
  });

  it('that never ran is missed after its first time, not before', () => {
    expect(judge([], '2026-11-02T04:00:00Z').condition).toBe('healthy');
    expect(judge([], '2026-11-02T05:00:00Z')).toMatchObject({
      condition: 'missed',
      reason: expect.stringContaining('it has never succeeded'),
    });
  });

  it('whose schedule is paused or deleted is missed with that reason', () => {
    const { reason } = judge([lastNight], '2026-11-11T05:00:00Z', undefined, 'its schedule app-back-up is paused');
    expect(reason).toMatch(/no run was started: its schedule app-back-up is paused$/);
  });

  it('that fails every time is missed with the reason of its last failure', () => {
    const failed = buildRun('2026-11-11T03:00:00Z', { outcome: 'failed', reason: 'AccessDenied: kms:Decrypt' });
    expect(judge([failed, lastNight], '2026-11-11T04:00:00Z').condition).toBe('healthy');
    expect(judge([failed, lastNight], '2026-11-11T05:00:00Z')).toMatchObject({
      condition: 'missed',
      reason: expect.stringContaining('its run of 2026-11-11T03:00:00.000Z failed: AccessDenied: kms:Decrypt'),
    });
  });

  it('is in order when a person made up for it', () => {
    const byHand = buildRun('2026-11-11T03:40:00Z');
    expect(judge([byHand, lastNight], '2026-11-11T05:00:00Z').condition).toBe('healthy');
  });

  it('that began late is given its time, and overruns when that is over', () => {
    const late = buildRun('2026-11-11T04:20:00Z', {
      scheduledFor: '2026-11-11T03:00:00Z',
      outcome: 'running',
      finishedAt: undefined,
    });
    expect(judge([late, lastNight], '2026-11-11T05:00:00Z').condition).toBe('healthy');
    expect(judge([late, lastNight], '2026-11-11T05:21:00Z')).toMatchObject({
      condition: 'overran',
      reason: 'its run of 2026-11-11T04:20:00.000Z has not ended after 60 minutes: it is still at work or was killed',
    });
  });

  it('is in order again when the run after a killed one succeeds', () => {
    const killed = buildRun('2026-11-10T03:00:00Z', { outcome: 'running', finishedAt: undefined });
    const after = buildRun('2026-11-11T03:00:00Z');
    expect(judge([killed], '2026-11-10T05:00:00Z').condition).toBe('overran');
    expect(judge([after, killed], '2026-11-11T05:00:00Z').condition).toBe('healthy');
  });

  it('that is still at work when it is due again is not hidden by the next run', () => {
    const first = buildRun('2026-11-10T03:00:00Z', { outcome: 'running', finishedAt: undefined });
    const second = buildRun('2026-11-11T03:00:00Z', { outcome: 'running', finishedAt: undefined });
    expect(judge([second, first], '2026-11-11T03:10:00Z').condition).toBe('overran');
  });

  it('that copied nothing is anomalous even the first time', () => {
    const empty = buildRun('2026-11-10T03:00:00Z', { measures: { objects: 0, bytes: 0 } });
    expect(judge([empty], '2026-11-10T04:00:00Z')).toMatchObject({
      condition: 'anomalous',
      reason: 'its run of 2026-11-10T03:00:00.000Z succeeded with no objects at all',
    });
  });

  it.each([
    [49, 'anomalous'],
    [50, 'healthy'],
    [300, 'healthy'],
  ])('with %d %% of its usual bytes is %s', (percent, condition) => {
    const before = [9, 8, 7].map((day) => buildRun(`2026-11-0${day}T03:00:00Z`));
    const run = buildRun('2026-11-10T03:00:00Z', { measures: { objects: 100, bytes: percent * 10 } });
    expect(judge([run, ...before], '2026-11-10T04:00:00Z').condition).toBe(condition);
  });

  it('judges by the median: one odd night does not change what is usual', () => {
    const before = [100, 1, 100, 100].map((objects, index) =>
      buildRun(`2026-11-0${9 - index}T03:00:00Z`, { measures: { objects, bytes: 1000 } }),
    );
    expect(judge([lastNight, ...before], '2026-11-10T04:00:00Z').condition).toBe('healthy');
  });
});

/** One time of the schedule: whether a run was started, how late, for how long, and whether it ended well. */
const fate = fc.record({
  started: fc.boolean(),
  delayMinutes: fc.integer({ min: 0, max: 30 }),
  minutes: fc.integer({ min: 1, max: 59 }),
  ends: fc.constantFrom('succeeded', 'succeeded', 'succeeded', 'failed', 'killed'),
});
const schedules = fc.constantFrom(
  ['cron(0 3 * * ? *)', 'UTC'],
  ['cron(30 2 * * ? *)', 'Europe/Berlin'],
  ['cron(0 2 ? * MON *)', 'America/New_York'],
  ['cron(15 1 L * ? *)', 'Australia/Lord_Howe'],
  ['cron(0 0/6 * * ? *)', 'UTC'],
);

describe('over random schedules and outages', () => {
  it('there is never a false alarm and never a silent miss', () => {
    fc.assert(
      fc.property(schedules, fc.array(fate, { minLength: 3, maxLength: 12 }), ([expression, timeZone], fates) => {
        const schedule = { ...nightly.schedule, expression: String(expression), timeZone: String(timeZone) };
        const job: WatchedJob = { ...nightly, schedule };
        const start = Date.parse('2027-09-20T00:00:00Z');
        const history = { registeredAt: new Date(start).toISOString() };
        let slot = start;
        /** Just before and after everything that can change a verdict. */
        const moments: number[] = [];
        const runs: (JobRunRecord & { readonly kept: boolean })[] = [];
        for (const { started, delayMinutes, minutes, ends } of fates) {
          slot = findNextSlot(schedule, slot) ?? Number.NaN;
          const begun = slot + delayMinutes * 60_000;
          for (const at of [
            slot,
            begun + minutes * 60_000,
            begun + 60 * 60_000,
            slot + 90 * 60_000,
            slot + 5 * 3_600_000,
          ])
            moments.push(at - 1, at + 1);
          const finishedAt = new Date(begun + minutes * 60_000).toISOString();
          if (!started) continue;
          const scheduledFor = new Date(slot).toISOString();
          const common = { scheduledFor, measures: { objects: 100, bytes: 1000 } };
          const run = buildRun(new Date(begun).toISOString(), {
            ...common,
            ...(ends === 'killed'
              ? { outcome: 'running', finishedAt: undefined }
              : { outcome: ends as 'failed', finishedAt }),
          });
          runs.unshift({ ...run, kept: ends === 'succeeded' });
        }
        for (const now of moments.filter((moment) => moment >= start)) {
          const seen = runs
            .filter(({ startedAt }) => Date.parse(startedAt) <= now)
            .map((run): JobRunRecord => {
              const hasEnded = run.finishedAt !== undefined && Date.parse(run.finishedAt) <= now;
              return hasEnded ? run : { ...run, outcome: 'running', finishedAt: undefined };
            });
          const { condition } = judgeJob(job, seen, history, now);
          const inOrder = condition === 'healthy';
          const fulfilled = Math.max(
            start,
            ...runs
              .filter(({ kept, finishedAt }) => kept && Date.parse(finishedAt ?? '') <= now)
              .map(({ scheduledFor }) => Date.parse(scheduledFor)),
          );
          // What a person would say who sees everything: is there a time that nothing fulfilled although its deadline has passed?
          const due = findNextSlot(schedule, fulfilled) ?? Number.POSITIVE_INFINITY;
          if (now > due + 90 * 60_000) expect(inOrder).toBe(false);
          // And nothing else is told, but a run that does not end.
          if (now <= due + 60 * 60_000) expect(['healthy', 'overran']).toContain(condition);
          if (condition === 'overran') expect(seen.some(({ outcome }) => outcome === 'running')).toBe(true);
        }
      }),
      { numRuns: 50 },
    );
  });
});
