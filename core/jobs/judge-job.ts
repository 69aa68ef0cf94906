// Whether a scheduled job is as it should be: judged by its own schedule and what its runs left in the ledger.
import type { MeasureContract } from '../../contracts/jobs.ts';
import type { JobRunRecord, JobStateRecord } from '../../contracts/ledger/jobs.ts';
import { formatTime } from '../clock.ts';
import { findAnomaly } from './find-anomaly.ts';
import { findNextSlot, type JobSchedule } from './find-next-slot.ts';

/** A job, as contracts/jobs.ts and the configuration describe it. */
export interface WatchedJob {
  readonly name: string;
  readonly schedule: JobSchedule & {
    /** How long after its time it must have succeeded. */
    readonly toleranceMinutes: number;
    /** How long a run may take. */
    readonly maximumMinutes: number;
    /** By how many percent a measure may be less than usual. */
    readonly maximumDropPercent: number;
  };
  readonly compares: readonly MeasureContract[];
}

/** What is known from before; `registeredAt` is when the job began to be expected by this schedule. */
export type JobHistory = Pick<JobStateRecord, 'registeredAt' | 'lastSuccess'>;

export interface JobVerdict
  extends Pick<JobStateRecord, 'condition' | 'reason' | 'dueAt' | 'deadline' | 'lastSuccess'> {
  /** What the condition is about, so that the same finding always has the same event id. */
  readonly subject: string;
}

/** Words for what keeps the schedule from starting the job, such as that it is paused; undefined when nothing is known. */
export type ScheduleNote = string | undefined;

/** Judges one job at `now` (epoch milliseconds). `runs` are its latest ones, newest first. */
export function judgeJob(
  job: WatchedJob,
  runs: readonly JobRunRecord[],
  history: JobHistory,
  now: number,
  note?: ScheduleNote,
): JobVerdict {
  const { toleranceMinutes, maximumMinutes, maximumDropPercent } = job.schedule;
  const lastSuccess = findLastSuccess(runs) ?? history.lastSuccess;
  const coveredThrough = Math.max(Date.parse(history.registeredAt), Date.parse(lastSuccess?.scheduledFor ?? '') || 0);
  const due = findNextSlot(job.schedule, coveredThrough);
  const deadline = due === undefined ? undefined : due + toleranceMinutes * 60_000;
  const common = {
    lastSuccess,
    ...(due === undefined || deadline === undefined ? {} : { dueAt: formatTime(due), deadline: formatTime(deadline) }),
  };
  const goingOn = runs.filter(
    ({ outcome, startedAt }) => outcome === 'running' && startedAt > (lastSuccess?.startedAt ?? ''),
  );
  const overdue = goingOn.findLast(({ startedAt }) => now - Date.parse(startedAt) > maximumMinutes * 60_000);
  if (overdue !== undefined) {
    const reason = `its run of ${overdue.startedAt} has not ended after ${maximumMinutes} minutes: it is still at work or was killed`;
    return { ...common, condition: 'overran', reason, subject: overdue.startedAt };
  }
  if (
    due !== undefined &&
    deadline !== undefined &&
    now > deadline &&
    !goingOn.some((run) => isInTime(run, due, deadline))
  ) {
    const reason = `it should have succeeded for ${formatTime(due)} until ${formatTime(deadline)}: ${explainAbsence(runs, due, lastSuccess !== undefined, note)}`;
    return { ...common, condition: 'missed', reason, subject: formatTime(due) };
  }
  const successes = runs.filter(({ outcome }) => outcome === 'succeeded');
  const anomaly = findAnomaly(job.compares, maximumDropPercent, successes);
  const subject = lastSuccess?.startedAt ?? history.registeredAt;
  if (anomaly !== undefined) return { ...common, condition: 'anomalous', reason: anomaly, subject };
  const reason = lastSuccess === undefined ? 'it is not due yet' : `its run of ${lastSuccess.startedAt} succeeded`;
  return { ...common, condition: 'healthy', reason, subject };
}

function findLastSuccess(runs: readonly JobRunRecord[]): JobStateRecord['lastSuccess'] {
  const successes = runs.filter(({ outcome }) => outcome === 'succeeded');
  // By what they were started for: a late repetition of an old time does not stand for a newer one.
  const [latest] = successes.toSorted((a, b) => Date.parse(b.scheduledFor) - Date.parse(a.scheduledFor));
  if (latest === undefined) return undefined;
  const { scheduledFor, startedAt, finishedAt = startedAt, executionArn, measures = {} } = latest;
  return { scheduledFor, startedAt, finishedAt, executionArn, measures };
}

/** A run that was started for this time or later, or that began after it. */
function covers({ scheduledFor, startedAt }: JobRunRecord, due: number): boolean {
  return Date.parse(scheduledFor) >= due || Date.parse(startedAt) >= due;
}

/** Still at work on what is due, begun in time: it is given what a run may take. One that begins later has missed it already. */
function isInTime(run: JobRunRecord, due: number, deadline: number): boolean {
  return covers(run, due) && Date.parse(run.startedAt) <= deadline;
}

function explainAbsence(runs: readonly JobRunRecord[], due: number, hasSucceeded: boolean, note: ScheduleNote): string {
  const failed = runs.find((run) => run.outcome === 'failed' && covers(run, due));
  if (failed !== undefined) return `its run of ${failed.startedAt} failed: ${failed.reason ?? 'it gave no reason'}`;
  const absence = hasSucceeded ? 'no run was started' : 'no run was started, and it has never succeeded';
  return note === undefined ? absence : `${absence}: ${note}`;
}
