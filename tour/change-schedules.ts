// Changes schedules for a while and puts them back, through the AWS API, as the operator.
import { operatorOf } from '../local/runtime/service.ts';
import type { System } from './start-system.ts';

/** As the Scheduler API describes it. */
type Schedule = Readonly<Record<string, unknown>> & {
  readonly State: string;
  readonly Target: Readonly<Record<string, unknown>> & { readonly Input: string };
};

/** `names` without the application's prefix. Call what it gives to let those go on that went before. */
export function pauseSchedules(system: System, names: readonly string[]): Promise<() => Promise<void>> {
  return changeSchedules(system, names, (schedule) => ({ ...schedule, State: 'DISABLED' }));
}

/** Their runs are for what a person would have asked for: `request` becomes a part of their input. */
export function narrowSchedules(
  system: System,
  names: readonly string[],
  request: object,
): Promise<() => Promise<void>> {
  return changeSchedules(system, names, ({ Target, ...schedule }) => ({
    ...schedule,
    Target: { ...Target, Input: JSON.stringify({ ...(JSON.parse(Target.Input) as object), request }) },
  }));
}

/** Those that are paused stay as they are. What it gives puts all back as they were. */
async function changeSchedules(
  { runtime: { context }, deployment, configuration }: System,
  names: readonly string[],
  change: (schedule: Schedule) => Schedule,
): Promise<() => Promise<void>> {
  const call = <Output extends object>(operation: string, input: object): Promise<Output> =>
    context.call<Output>({
      service: 'scheduler',
      operation,
      input,
      principal: operatorOf(context),
      region: deployment.region,
    });
  const changed: Schedule[] = [];
  const resume = async (): Promise<void> => {
    for (const schedule of changed.splice(0)) await call('UpdateSchedule', schedule);
  };
  try {
    for (const name of names) {
      const {
        Arn: _arn,
        CreationDate: _created,
        LastModificationDate: _modified,
        ...schedule
      } = await call<Schedule>('GetSchedule', { Name: `${configuration.application}-${name}` });
      if (schedule.State === 'DISABLED') continue;
      await call('UpdateSchedule', change(schedule as Schedule));
      changed.push(schedule as Schedule);
    }
  } catch (error) {
    await resume();
    throw error;
  }
  return resume;
}
