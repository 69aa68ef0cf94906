// Runs of a job for tests.

import type { JobRunRecord } from '../../../contracts/ledger/jobs.ts';
import { ledgerKey } from '../../../contracts/ledger.ts';
import type { WatchedJob } from '../../../core/jobs/judge-job.ts';

export const nightly: WatchedJob = {
  name: 'back-up',
  schedule: {
    expression: 'cron(0 3 * * ? *)',
    timeZone: 'UTC',
    toleranceMinutes: 90,
    maximumMinutes: 60,
    maximumDropPercent: 50,
  },
  compares: [
    { measure: 'objects', neverZero: true },
    { measure: 'bytes', neverZero: false },
  ],
};

/** A run that took five minutes, unless told otherwise. */
export function buildRun(startedAt: string, changes: Partial<JobRunRecord> = {}): JobRunRecord {
  const started = new Date(startedAt).toISOString();
  return {
    ...ledgerKey.jobRun('back-up', started, 'run'),
    job: 'back-up',
    executionArn: 'arn:run',
    scheduledFor: started,
    startedAt: started,
    outcome: 'succeeded',
    finishedAt: new Date(Date.parse(started) + 300_000).toISOString(),
    measures: { objects: 100, bytes: 1000 },
    expiresAt: 0,
    ...changes,
  };
}
