import { describe, expect, it } from '@jest/globals';
import { jobDetailSchema, jobMissedExample } from '../../../contracts/events/job.ts';
import { type JobRunRecord, type JobStateRecord, jobStateRecord } from '../../../contracts/ledger/jobs.ts';
import { recordRun } from '../../../core/jobs/record-run.ts';
import { watchJob, watchJobs } from '../../../core/jobs/watch-jobs.ts';
import { buildRun, nightly } from './job-runs.ts';

function openWatch() {
  const states = new Map<string, JobStateRecord>();
  const events: { detailType: string; detail: unknown }[] = [];
  const runs: JobRunRecord[] = [];
  let failing = false;
  let broken: string | undefined;
  const parts = {
    store: {
      findState: async (job: string) => states.get(job),
      listRuns: async () => runs,
      putState: async (record: JobStateRecord) => {
        if (failing || record.job === broken) throw new Error('the table is away');
        states.set(record.job, jobStateRecord.parse(record));
      },
    },
    publisher: { publish: async (event: (typeof events)[number]) => void events.push(event) },
    explainSchedule: async () => 'its schedule app-back-up is paused',
  };
  return {
    events,
    runs,
    types: () => events.map(({ detailType }) => detailType),
    fail: (value: boolean) => {
      failing = value;
    },
    watch: (now: string, job = nightly) => watchJob(parts, job, Date.parse(now)),
    watchAll: (now: string, names: readonly string[]) =>
      watchJobs(
        parts,
        names.map((name) => ({ ...nightly, name })),
        Date.parse(now),
      ),
    failFor: (job: string) => {
      broken = job;
    },
    states,
  };
}

describe('the watchdog', () => {
  it('tells of each change once, with the reason, and of the recovery', async () => {
    const { watch, runs, events, types } = openWatch();
    await watch('2026-11-10T12:00:00Z');
    for (const time of ['05:00', '05:15', '05:30']) await watch(`2026-11-11T${time}:00Z`);
    expect(types()).toEqual(['JobMissed']);
    expect(jobDetailSchema.parse(events[0]?.detail)).toMatchObject({
      metadata: { eventId: 'back-up-missed-2026-11-11T03:00:00.000Z' },
      reason: expect.stringContaining('is paused'),
    });
    runs.unshift(buildRun('2026-11-11T06:00:00Z'));
    await watch('2026-11-11T06:15:00Z');
    await watch('2026-11-11T06:30:00Z');
    expect(types()).toEqual(['JobMissed', 'JobRecovered']);
  });

  it('tells the same event again rather than none when it could not write', async () => {
    const { watch, events, fail } = openWatch();
    await watch('2026-11-10T12:00:00Z');
    fail(true);
    await expect(watch('2026-11-11T05:00:00Z')).rejects.toThrow('the table is away');
    fail(false);
    await watch('2026-11-11T05:15:00Z');
    const ids = events.map(({ detail }) => jobDetailSchema.parse(detail).metadata.eventId);
    expect(ids).toHaveLength(2);
    expect(new Set(ids).size).toBe(1);
  });

  it('judges all others when one cannot be judged, and then says that the round was not whole', async () => {
    const { watchAll, failFor, states } = openWatch();
    failFor('first');
    const round = watchAll('2026-11-10T12:00:00Z', ['first', 'second', 'third']);
    await expect(round).rejects.toThrow('the table is away');
    expect([...states.keys()]).toEqual(['second', 'third']);
    failFor('none');
    expect(await watchAll('2026-11-10T12:15:00Z', ['first', 'second'])).toHaveLength(2);
  });

  it('makes no alarm of a schedule that was changed', async () => {
    const { watch, runs, types } = openWatch();
    runs.unshift(buildRun('2026-11-11T03:00:00Z'));
    await watch('2026-11-11T12:00:00Z');
    const earlier = { ...nightly, schedule: { ...nightly.schedule, expression: 'cron(0 6 * * ? *)' } };
    expect(await watch('2026-11-11T12:15:00Z', earlier)).toMatchObject({
      condition: 'healthy',
      dueAt: '2026-11-12T06:00:00.000Z',
    });
    expect(types()).toEqual([]);
  });

  it('remembers the last success when its record is gone', async () => {
    const { watch, runs } = openWatch();
    runs.unshift(buildRun('2026-11-11T03:00:00Z'));
    await watch('2026-11-11T12:00:00Z');
    runs.pop();
    expect(await watch('2026-11-11T12:15:00Z')).toMatchObject({ lastSuccess: { measures: { objects: 100 } } });
  });

  it('has an example that keeps the contract', () => {
    expect(jobDetailSchema.parse(jobMissedExample)).toEqual(jobMissedExample);
  });
});

describe('a recorded run', () => {
  const clock = { now: () => Date.parse('2026-11-11T03:00:02Z'), sleep: async () => undefined };
  const run = { job: 'back-up', requestId: 'r-1', scheduledFor: '2026-11-11T03:00:00Z' };

  it('is there from its start, and ends with its measures', async () => {
    const written: JobRunRecord[] = [];
    const store = { putRun: async (record: JobRunRecord) => void written.push(record) };
    await recordRun({ store, clock }, run, async () => {
      expect(written.map(({ outcome }) => outcome)).toEqual(['running']);
      return { objects: 3 };
    });
    expect(written[1]).toMatchObject({ sk: written[0]?.sk, outcome: 'succeeded', measures: { objects: 3 } });
  });

  it('that fails is recorded with its reason, and goes on failing', async () => {
    const written: JobRunRecord[] = [];
    const store = { putRun: async (record: JobRunRecord) => void written.push(record) };
    const failing = recordRun({ store, clock }, run, async () => {
      throw new Error('no space');
    });
    await expect(failing).rejects.toThrow('no space');
    expect(written[1]).toMatchObject({ outcome: 'failed', reason: 'no space' });
  });
});
