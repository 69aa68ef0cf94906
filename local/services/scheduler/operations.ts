// The API of EventBridge Scheduler.
// https://docs.aws.amazon.com/scheduler/latest/APIReference/API_Operations.html
import type {
  CreateScheduleCommandInput,
  DeleteScheduleCommandInput,
  GetScheduleCommandInput,
  ListSchedulesCommandInput,
  UpdateScheduleCommandInput,
} from '@aws-sdk/client-scheduler';
import type { RuntimeContext } from '../../runtime/context.ts';
import { AwsError, type CallContext, type Operation } from '../../runtime/service.ts';
import { buildScheduleArn, type Schedule, validateSchedule } from './schedule.ts';
import type { ScheduleRegistry } from './schedule-registry.ts';

type Named = { readonly Name?: string | undefined; readonly GroupName?: string | undefined };

function describeSchedule(schedule: Schedule): object {
  return {
    Arn: schedule.arn,
    Name: schedule.name,
    GroupName: schedule.groupName,
    State: schedule.isEnabled ? 'ENABLED' : 'DISABLED',
    ScheduleExpression: schedule.expression,
    ScheduleExpressionTimezone: schedule.timezone,
    FlexibleTimeWindow:
      schedule.windowMinutes > 0
        ? { Mode: 'FLEXIBLE', MaximumWindowInMinutes: schedule.windowMinutes }
        : { Mode: 'OFF' },
    ActionAfterCompletion: schedule.deletesItself ? 'DELETE' : 'NONE',
    Target: schedule.target,
    CreationDate: new Date(schedule.createdAt),
    LastModificationDate: new Date(schedule.modifiedAt),
    ...(schedule.description && { Description: schedule.description }),
    ...(schedule.startAt !== undefined && { StartDate: new Date(schedule.startAt) }),
    ...(schedule.endAt !== undefined && { EndDate: new Date(schedule.endAt) }),
    ...(schedule.kmsKeyArn && { KmsKeyArn: schedule.kmsKeyArn }),
  };
}

/** The schedule that a request or a template describes; not yet validated. */
export function buildSchedule(
  input: Omit<CreateScheduleCommandInput, 'ClientToken'>,
  place: { readonly region: string; readonly accountId: string; readonly now: number; readonly createdAt?: number },
): Schedule {
  const name = input.Name ?? '';
  const groupName = input.GroupName ?? 'default';
  return {
    name,
    groupName,
    arn: buildScheduleArn(place.region, place.accountId, groupName, name),
    region: place.region,
    ...(input.Description && { description: input.Description }),
    expression: input.ScheduleExpression ?? '',
    timezone: input.ScheduleExpressionTimezone ?? 'UTC',
    ...(input.StartDate && { startAt: new Date(input.StartDate).getTime() }),
    ...(input.EndDate && { endAt: new Date(input.EndDate).getTime() }),
    isEnabled: input.State !== 'DISABLED',
    windowMinutes:
      input.FlexibleTimeWindow?.Mode === 'FLEXIBLE' ? Number(input.FlexibleTimeWindow.MaximumWindowInMinutes ?? 0) : 0,
    deletesItself: input.ActionAfterCompletion === 'DELETE',
    ...(input.KmsKeyArn && { kmsKeyArn: input.KmsKeyArn }),
    target: input.Target ?? { Arn: undefined, RoleArn: undefined },
    createdAt: place.createdAt ?? place.now,
    modifiedAt: place.now,
  };
}

export function createSchedulerOperations(
  context: RuntimeContext,
  registry: ScheduleRegistry,
): Readonly<Record<string, Operation>> {
  const arnOf = (input: Named, call: CallContext) =>
    buildScheduleArn(call.region, call.accountId, input.GroupName ?? 'default', input.Name ?? '');

  const onSchedule = (action: string): Operation['authorize'] =>
    ((input: Named, call: CallContext) => [
      { action: `scheduler:${action}`, resource: arnOf(input, call) },
    ]) as Operation['authorize'];

  /** Who lets a schedule use a role must be allowed to pass it on. */
  const withPassedRole = (action: string): Operation['authorize'] =>
    ((input: CreateScheduleCommandInput, call: CallContext) => [
      { action: `scheduler:${action}`, resource: arnOf(input, call) },
      {
        action: 'iam:PassRole',
        resource: input.Target?.RoleArn ?? '*',
        context: { 'iam:PassedToService': 'scheduler.amazonaws.com' },
      },
    ]) as Operation['authorize'];

  function getSchedule(input: Named, call: CallContext): Schedule {
    const schedule = registry.find(arnOf(input, call));
    if (schedule) return schedule;
    throw new AwsError('ResourceNotFoundException', `Schedule ${input.Name} does not exist.`, { status: 404 });
  }

  async function save(
    input: CreateScheduleCommandInput | UpdateScheduleCommandInput,
    call: CallContext,
    createdAt?: number,
  ) {
    const groupName = input.GroupName ?? 'default';
    if (!registry.hasGroup(call.region, groupName)) {
      throw new AwsError('ResourceNotFoundException', `Schedule group ${groupName} does not exist.`, { status: 404 });
    }
    const { region, accountId } = call;
    const now = context.clock.now();
    const schedule = buildSchedule(input, { region, accountId, now, ...(createdAt !== undefined && { createdAt }) });
    validateSchedule(schedule);
    registry.put(schedule, 'api');
    await context.store.flush();
    return { ScheduleArn: schedule.arn };
  }

  return {
    CreateSchedule: {
      authorize: withPassedRole('CreateSchedule'),
      handle(input: CreateScheduleCommandInput, call) {
        if (registry.find(arnOf(input, call))) {
          throw new AwsError('ConflictException', `Schedule ${input.Name} already exists.`, { status: 409 });
        }
        return save(input, call);
      },
    },
    UpdateSchedule: {
      authorize: withPassedRole('UpdateSchedule'),
      handle: (input: UpdateScheduleCommandInput, call) => save(input, call, getSchedule(input, call).createdAt),
    },
    GetSchedule: {
      authorize: onSchedule('GetSchedule'),
      handle: (input: GetScheduleCommandInput, call) => describeSchedule(getSchedule(input, call)),
    },
    DeleteSchedule: {
      authorize: onSchedule('DeleteSchedule'),
      async handle(input: DeleteScheduleCommandInput, call) {
        registry.delete(getSchedule(input, call).arn);
        await context.store.flush();
        return {};
      },
    },
    ListSchedules: {
      authorize: (_input: ListSchedulesCommandInput, call) => [
        {
          action: 'scheduler:ListSchedules',
          resource: `arn:aws:scheduler:${call.region}:${call.accountId}:schedule/*/*`,
        },
      ],
      handle(input: ListSchedulesCommandInput, call) {
        const listed = registry
          .list(call.region)
          .filter(({ groupName }) => input.GroupName === undefined || groupName === input.GroupName)
          .filter(({ name }) => name.startsWith(input.NamePrefix ?? ''))
          .filter(({ isEnabled }) => input.State === undefined || isEnabled === (input.State === 'ENABLED'));
        return {
          Schedules: listed.map((schedule) => ({
            Arn: schedule.arn,
            Name: schedule.name,
            GroupName: schedule.groupName,
            State: schedule.isEnabled ? 'ENABLED' : 'DISABLED',
            CreationDate: new Date(schedule.createdAt),
            LastModificationDate: new Date(schedule.modifiedAt),
            Target: { Arn: schedule.target.Arn },
          })),
        };
      },
    },
    ListScheduleGroups: {
      authorize: (_input: object, call) => [
        {
          action: 'scheduler:ListScheduleGroups',
          resource: `arn:aws:scheduler:${call.region}:${call.accountId}:schedule-group/*`,
        },
      ],
      handle: (_input: object, call) => ({
        ScheduleGroups: [
          {
            Name: 'default',
            Arn: `arn:aws:scheduler:${call.region}:${call.accountId}:schedule-group/default`,
            State: 'ACTIVE',
          },
          ...registry.listGroups(call.region).map(({ name, arn, createdAt }) => ({
            Name: name,
            Arn: arn,
            State: 'ACTIVE',
            CreationDate: new Date(createdAt),
          })),
        ],
      }),
    },
  };
}
