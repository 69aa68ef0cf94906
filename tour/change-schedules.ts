// Changes schedules for a while and puts them back, through the AWS API, as the operator.
import { isInRecoveryRegion } from '../contracts/jobs.ts';
import { operatorOf } from '../local/runtime/service.ts';
import type { System } from './start-system.ts';

/** Where the schedules are. */
type Scheduled = { readonly runtime: Pick<System['runtime'], 'context'> } & Pick<System, 'configuration'>;

/** As the Scheduler API describes it. */
type Schedule = Readonly<Record<string, unknown>> & {
  readonly State: string;
  readonly Target: Readonly<Record<string, unknown>> & { readonly Input: string };
};

/** `names` without the application's prefix, of either region. Call what it gives to let those go on that went before. */
export function pauseSchedules(system: Scheduled, names: readonly string[]): Promise<() => Promise<void>> {
  return changeSchedules(system, names, (schedule) => ({ ...schedule, State: 'DISABLED' }));
}

/** Their runs are for what a person would have asked for: `request` becomes a part of their input. */
export function narrowSchedules(
  system: Scheduled,
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
  { runtime: { context }, configuration }: Scheduled,
  names: readonly string[],
  change: (schedule: Schedule) => Schedule,
): Promise<() => Promise<void>> {
  const { primaryRegion, recoveryRegion } = configuration.aws;
  const call = <Output extends object>(region: string, operation: string, input: object): Promise<Output> =>
    context.call<Output>({ service: 'scheduler', operation, input, principal: operatorOf(context), region });
  const changed: { readonly region: string; readonly schedule: Schedule }[] = [];
  const resume = async (): Promise<void> => {
    for (const { region, schedule } of changed.splice(0)) await call(region, 'UpdateSchedule', schedule);
  };
  try {
    for (const name of names) {
      const region = isInRecoveryRegion(name) ? recoveryRegion : primaryRegion;
      const {
        Arn: _arn,
        CreationDate: _created,
        LastModificationDate: _modified,
        ...schedule
      } = await call<Schedule>(region, 'GetSchedule', { Name: `${configuration.application}-${name}` });
      if (schedule.State === 'DISABLED') continue;
      await call(region, 'UpdateSchedule', change(schedule as Schedule));
      changed.push({ region, schedule: schedule as Schedule });
    }
  } catch (error) {
    await resume();
    throw error;
  }
  return resume;
}
