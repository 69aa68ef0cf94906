// Asks EventBridge Scheduler why a job is not started: its schedule may be paused or gone.
import { GetScheduleCommand, type SchedulerClient } from '@aws-sdk/client-scheduler';
import type { WatchParts } from '../../core/jobs/watch-jobs.ts';

/** `clientOf` reaches the region in which the job is scheduled. */
export function createScheduleNotes(
  clientOf: (job: string) => SchedulerClient,
  application: string,
): WatchParts['explainSchedule'] {
  return async (job) => {
    const name = `${application}-${job}`;
    try {
      const { State: state } = await clientOf(job).send(new GetScheduleCommand({ Name: name }));
      return state === 'DISABLED' ? `its schedule ${name} is paused` : undefined;
    } catch (error) {
      if (error instanceof Error && error.name === 'ResourceNotFoundException') return `its schedule ${name} is gone`;
      throw error;
    }
  };
}
