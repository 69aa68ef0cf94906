// The jobs that the watchdog watches: the table of contracts/jobs.ts with the schedules of the configuration.
import type { Configuration } from '../../config/schema.ts';
import { type JobName, jobs } from '../../contracts/jobs.ts';
import type { WatchedJob } from './judge-job.ts';

export function listWatchedJobs({ schedules }: Pick<Configuration, 'schedules'>): readonly WatchedJob[] {
  return (Object.keys(jobs) as JobName[]).map((name) => ({
    name,
    schedule: schedules[jobs[name].schedule],
    compares: jobs[name].compares,
  }));
}
