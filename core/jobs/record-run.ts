// Records the run of a scheduled job that is a single function; workflows write the same record by themselves.

import type { JobRunRecord } from '../../contracts/ledger/jobs.ts';
import { ledgerKey } from '../../contracts/ledger.ts';
import { type Clock, formatTime } from '../clock.ts';

export interface JobRunStore {
  putRun(record: JobRunRecord): Promise<void>;
}

export interface JobRun {
  readonly job: string;
  readonly requestId: string;
  /** Absent when a person started it. */
  readonly scheduledFor?: string | undefined;
}

/** Long enough to compare with last year's runs of a monthly job. */
export const runRetentionDays = 400;

/** Runs `work` between its two records; `measures` are what it answers. Throws what `work` throws, after it was recorded. */
export async function recordRun<Measures extends Readonly<Record<string, number>>>(
  { store, clock }: { readonly store: JobRunStore; readonly clock: Clock },
  { job, requestId, scheduledFor }: JobRun,
  work: () => Promise<Measures>,
): Promise<Measures> {
  const started = clock.now();
  const startedAt = formatTime(started);
  const record = {
    ...ledgerKey.jobRun(job, startedAt, requestId),
    job,
    executionArn: requestId,
    scheduledFor: scheduledFor ?? startedAt,
    startedAt,
    expiresAt: Math.floor(started / 1000) + runRetentionDays * 86_400,
  };
  await store.putRun({ ...record, outcome: 'running' });
  try {
    const measures = await work();
    await store.putRun({ ...record, outcome: 'succeeded', finishedAt: formatTime(clock.now()), measures });
    return measures;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    await store.putRun({ ...record, outcome: 'failed', finishedAt: formatTime(clock.now()), reason });
    throw error;
  }
}
