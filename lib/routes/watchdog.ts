// What leads to the watch over scheduled jobs.
import type { ScheduleRoute } from './route.ts';

export const watchdogSchedules: readonly ScheduleRoute[] = [
  {
    id: 'watch-jobs',
    description: 'Every scheduled job is looked after: one that stays away is told of',
    schedule: 'watchJobs',
    target: { function: 'watch-jobs' },
    deadLetters: 'watchdog',
  },
];
