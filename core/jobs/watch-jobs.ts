// One round of the watchdog: judges every job, tells of each change of condition once, and keeps what it thinks.
import { type JobDetail, type JobEventType, watchdogSource } from '../../contracts/events/job.ts';
import type { JobRunRecord, JobStateRecord } from '../../contracts/ledger/jobs.ts';
import { ledgerKey, ledgerKind } from '../../contracts/ledger.ts';
import { formatTime } from '../clock.ts';
import type { EventPublisher } from '../ingress/receive-delivery.ts';
import { settleAll } from '../settle-all.ts';
import { type JobVerdict, judgeJob, type ScheduleNote, type WatchedJob } from './judge-job.ts';

export interface JobStore {
  findState(job: string): Promise<JobStateRecord | undefined>;
  /** Newest first, at most some dozens. */
  listRuns(job: string): Promise<readonly JobRunRecord[]>;
  /** Unless a later round has written. */
  putState(record: JobStateRecord): Promise<void>;
}

export interface WatchParts {
  readonly store: JobStore;
  readonly publisher: EventPublisher;
  /** Asked only when a job is missed: is its schedule paused or gone? */
  explainSchedule(job: string): Promise<ScheduleNote>;
}

const eventTypes: Readonly<Record<JobStateRecord['condition'], JobEventType>> = {
  healthy: 'JobRecovered',
  missed: 'JobMissed',
  overran: 'JobOverran',
  anomalous: 'JobAnomalous',
};

/** Judges all jobs even when one cannot be judged. @throws its error, afterwards: only a whole round is a sign of life. */
export async function watchJobs(
  parts: WatchParts,
  jobs: readonly WatchedJob[],
  now: number,
): Promise<JobStateRecord[]> {
  return await settleAll(jobs.map((job) => watchJob(parts, job, now)));
}

/** Tells before it records: should the record fail, the next round tells again, and nothing is lost. */
export async function watchJob(parts: WatchParts, job: WatchedJob, now: number): Promise<JobStateRecord> {
  const schedule = `${job.schedule.expression} ${job.schedule.timeZone}`;
  const [previous, runs] = await Promise.all([parts.store.findState(job.name), parts.store.listRuns(job.name)]);
  const checkedAt = formatTime(now);
  // Another schedule makes another promise: what the old one would have asked for is nothing that was missed.
  const registeredAt = previous?.schedule === schedule ? previous.registeredAt : checkedAt;
  const history = { registeredAt, lastSuccess: previous?.lastSuccess };
  const first = judgeJob(job, runs, history, now);
  const verdict =
    first.condition === 'missed' ? judgeJob(job, runs, history, now, await parts.explainSchedule(job.name)) : first;
  const changed = verdict.condition !== (previous?.condition ?? 'healthy');
  if (changed) await parts.publisher.publish(buildEvent(job.name, schedule, verdict, checkedAt));
  const { condition, reason, dueAt, deadline, lastSuccess } = verdict;
  const record: JobStateRecord = {
    ...ledgerKey.jobState(job.name),
    kind: ledgerKind.job,
    sortKey: job.name,
    job: job.name,
    schedule,
    registeredAt,
    condition,
    since: changed ? checkedAt : (previous?.since ?? checkedAt),
    reason,
    checkedAt,
    dueAt,
    deadline,
    lastSuccess,
  };
  await parts.store.putState(record);
  return record;
}

function buildEvent(name: string, schedule: string, verdict: JobVerdict, occurredAt: string) {
  const { condition, reason, dueAt, lastSuccess, subject } = verdict;
  const detail: JobDetail = {
    metadata: {
      eventId: `${name}-${condition}-${subject}`,
      correlationId: `job/${name}`,
      occurredAt,
      actor: 'watch-jobs',
    },
    job: {
      name,
      condition,
      schedule,
      ...(dueAt === undefined ? {} : { dueAt }),
      ...(lastSuccess === undefined ? {} : { lastSuccessAt: lastSuccess.finishedAt }),
    },
    reason,
  };
  return { source: watchdogSource, detailType: eventTypes[condition], detail };
}
