// Pauses schedules and lets them go on, through the AWS API, as the operator.
import { operatorOf } from '../local/runtime/service.ts';
import type { System } from './start-system.ts';

/** `names` without the application's prefix. Call what it gives to let those go on that went before. */
export async function pauseSchedules(
  { runtime: { context }, deployment, configuration }: System,
  names: readonly string[],
): Promise<() => Promise<void>> {
  const call = <Output extends object>(operation: string, input: object): Promise<Output> =>
    context.call<Output>({
      service: 'scheduler',
      operation,
      input,
      principal: operatorOf(context),
      region: deployment.region,
    });
  const paused: object[] = [];
  const resume = async (): Promise<void> => {
    for (const schedule of paused.splice(0)) await call('UpdateSchedule', schedule);
  };
  try {
    for (const name of names) {
      const {
        Arn: _arn,
        CreationDate: _created,
        LastModificationDate: _modified,
        ...schedule
      } = await call<Record<string, unknown>>('GetSchedule', { Name: `${configuration.application}-${name}` });
      if (schedule.State === 'DISABLED') continue;
      await call('UpdateSchedule', { ...schedule, State: 'DISABLED' });
      paused.push(schedule);
    }
  } catch (error) {
    await resume();
    throw error;
  }
  return resume;
}
