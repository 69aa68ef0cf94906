// Metrics of the scheduled jobs: when each last succeeded, what that run did, and whether one is missed.

import { jobConditions, jobStateRecord } from '../../contracts/ledger/jobs.ts';
import { ledgerKind } from '../../contracts/ledger.ts';
import type { Collector } from './collectors.ts';
import { toSeconds } from './metric-family.ts';

export const collectJobs: Collector = async ({ listByKind }) => {
  const states = await listByKind(jobStateRecord, ledgerKind.job);
  const succeeded = states.flatMap(({ job, lastSuccess }) =>
    lastSuccess === undefined ? [] : [{ job, ...lastSuccess }],
  );
  return [
    {
      name: 'automation_job_last_success_timestamp_seconds',
      help: 'When the last run that succeeded has ended.',
      type: 'gauge',
      samples: succeeded.map(({ job, finishedAt }) => ({ labels: { job_name: job }, value: toSeconds(finishedAt) })),
    },
    {
      name: 'automation_job_last_success_duration_seconds',
      help: 'How long the last run that succeeded has taken.',
      type: 'gauge',
      samples: succeeded.map(({ job, startedAt, finishedAt }) => ({
        labels: { job_name: job },
        value: toSeconds(finishedAt) - toSeconds(startedAt),
      })),
    },
    {
      name: 'automation_job_last_success_measure',
      help: 'What the last run that succeeded has done, by measure: bytes, rows, objects.',
      type: 'gauge',
      samples: succeeded.flatMap(({ job, measures }) =>
        Object.entries(measures).map(([measure, value]) => ({ labels: { job_name: job, measure }, value })),
      ),
    },
    {
      name: 'automation_job_deadline_timestamp_seconds',
      help: 'Until when the job must have succeeded again.',
      type: 'gauge',
      samples: states.flatMap(({ job, deadline }) =>
        deadline === undefined ? [] : [{ labels: { job_name: job }, value: toSeconds(deadline) }],
      ),
    },
    {
      name: 'automation_job_condition',
      help: '1 for the condition that the watchdog finds the job in, 0 for the others.',
      type: 'gauge',
      samples: states.flatMap(({ job, condition }) =>
        jobConditions.map((each) => ({
          labels: { job_name: job, condition: each },
          value: each === condition ? 1 : 0,
        })),
      ),
    },
    {
      name: 'automation_watchdog_last_round_timestamp_seconds',
      help: 'When the watchdog last judged the job.',
      type: 'gauge',
      samples: states.map(({ job, checkedAt }) => ({ labels: { job_name: job }, value: toSeconds(checkedAt) })),
    },
  ];
};
