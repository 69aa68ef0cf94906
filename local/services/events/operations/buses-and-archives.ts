// The calls about buses, archives and replays.
// https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_Operations.html
import type {
  CancelReplayCommandInput,
  DescribeArchiveCommandInput,
  DescribeEventBusCommandInput,
  DescribeReplayCommandInput,
  ListArchivesCommandInput,
  ListEventBusesCommandInput,
  ListReplaysCommandInput,
  StartReplayCommandInput,
} from '@aws-sdk/client-eventbridge';
import type { RuntimeContext } from '../../../runtime/context.ts';
import { AwsError, type CallContext, type Operation } from '../../../runtime/service.ts';
import type { Archive } from '../archive/archive.ts';
import type { Archives } from '../archive/archives.ts';
import type { Replay, Replays } from '../archive/replays.ts';
import { buildBusArn, parseBusName } from '../event-bus-arn.ts';
import type { EventBus, EventBuses } from '../event-buses.ts';

function describeArchive(archive: Archive): object {
  return {
    ArchiveArn: archive.arn,
    ArchiveName: archive.name,
    EventSourceArn: archive.sourceArn,
    State: 'ENABLED',
    RetentionDays: archive.retentionDays,
    CreationTime: new Date(archive.createdAt),
    ...(archive.description && { Description: archive.description }),
    ...(archive.eventPattern && { EventPattern: archive.eventPattern }),
  };
}

function describeReplay(replay: Replay): object {
  return {
    ReplayName: replay.name,
    ReplayArn: replay.arn,
    State: replay.state,
    EventSourceArn: replay.archiveArn,
    Destination: { Arn: replay.busArn, ...(replay.ruleArns.length > 0 && { FilterArns: replay.ruleArns }) },
    EventStartTime: new Date(replay.from),
    EventEndTime: new Date(replay.to),
    ReplayStartTime: new Date(replay.startedAt),
    ...(replay.lastEventAt !== undefined && { EventLastReplayedTime: new Date(replay.lastEventAt) }),
    ...(replay.endedAt !== undefined && { ReplayEndTime: new Date(replay.endedAt) }),
    ...(replay.description && { Description: replay.description }),
  };
}

export function createBusAndArchiveOperations(
  context: RuntimeContext,
  buses: EventBuses,
  archives: Archives,
  replays: Replays,
): Readonly<Record<string, Operation>> {
  const describeBus = (bus: EventBus) => {
    const policy = buses.findPolicy(bus.arn);
    return {
      Name: bus.name,
      Arn: bus.arn,
      CreationTime: new Date(bus.createdAt),
      ...(bus.description && { Description: bus.description }),
      ...(bus.deadLetterArn && { DeadLetterConfig: { Arn: bus.deadLetterArn } }),
      ...(policy && { Policy: JSON.stringify(policy) }),
    };
  };
  const archiveArn = (name: string | undefined, call: CallContext) =>
    `arn:aws:events:${call.region}:${call.accountId}:archive/${name ?? '*'}`;
  const replayArn = (name: string | undefined, call: CallContext) =>
    `arn:aws:events:${call.region}:${call.accountId}:replay/${name ?? '*'}`;

  function getReplay(name: string | undefined, call: CallContext): Replay {
    const replay = replays.find(call.region, name ?? '');
    if (replay) return replay;
    throw new AwsError('ResourceNotFoundException', `Replay ${name} does not exist.`);
  }

  return {
    DescribeEventBus: {
      authorize: (input: DescribeEventBusCommandInput, call) => [
        {
          action: 'events:DescribeEventBus',
          resource: buildBusArn(parseBusName(input.Name, call.region), call.accountId),
        },
      ],
      handle(input: DescribeEventBusCommandInput, call) {
        const address = parseBusName(input.Name, call.region);
        const bus = buses.find(address);
        if (!bus) throw new AwsError('ResourceNotFoundException', `Event bus ${address.name} does not exist.`);
        return describeBus(bus);
      },
    },
    ListEventBuses: {
      authorize: () => [{ action: 'events:ListEventBuses', resource: '*' }],
      handle: (input: ListEventBusesCommandInput, call) => ({
        EventBuses: buses
          .list(call.region)
          .filter(({ name }) => name.startsWith(input.NamePrefix ?? ''))
          .map(describeBus),
      }),
    },
    DescribeArchive: {
      authorize: (input: DescribeArchiveCommandInput, call) => [
        { action: 'events:DescribeArchive', resource: archiveArn(input.ArchiveName, call) },
      ],
      handle(input: DescribeArchiveCommandInput, call) {
        const archive = archives.find(archiveArn(input.ArchiveName, call));
        if (!archive) throw new AwsError('ResourceNotFoundException', `Archive ${input.ArchiveName} does not exist.`);
        return describeArchive(archive);
      },
    },
    ListArchives: {
      authorize: (_input: ListArchivesCommandInput, call) => [
        { action: 'events:ListArchives', resource: archiveArn(undefined, call) },
      ],
      handle: (input: ListArchivesCommandInput, call) => ({
        Archives: archives
          .list(call.region)
          .filter(({ name }) => name.startsWith(input.NamePrefix ?? ''))
          .map(describeArchive),
      }),
    },
    StartReplay: {
      authorize: (input: StartReplayCommandInput, call) => [
        { action: 'events:StartReplay', resource: replayArn(input.ReplayName, call) },
      ],
      async handle(input: StartReplayCommandInput, call) {
        const archive = archives.find(input.EventSourceArn ?? '');
        if (!archive)
          throw new AwsError('ResourceNotFoundException', `Archive ${input.EventSourceArn} does not exist.`);
        if (replays.find(call.region, input.ReplayName ?? '')) {
          throw new AwsError('ResourceAlreadyExistsException', `Replay ${input.ReplayName} already exists.`);
        }
        if (input.Destination?.Arn !== archive.sourceArn) {
          throw new AwsError(
            'ValidationException',
            'Parameter Destination.Arn is not valid. Reason: Cross event bus replay is not permitted.',
          );
        }
        const from = new Date(input.EventStartTime ?? 0).getTime();
        const to = new Date(input.EventEndTime ?? 0).getTime();
        if (from >= to) {
          throw new AwsError(
            'ValidationException',
            'Parameter EventEndTime is not valid. Reason: EventStartTime must be before EventEndTime.',
          );
        }
        const startedAt = context.clock.now();
        const replay: Replay = {
          name: input.ReplayName ?? '',
          arn: replayArn(input.ReplayName, call),
          region: call.region,
          archiveArn: archive.arn,
          busArn: archive.sourceArn,
          ruleArns: input.Destination.FilterArns ?? [],
          ...(input.Description && { description: input.Description }),
          from,
          to,
          state: 'RUNNING',
          startedAt,
          position: 0,
        };
        replays.add(replay);
        await context.store.flush();
        return { ReplayArn: replay.arn, State: 'STARTING', ReplayStartTime: new Date(startedAt) };
      },
    },
    DescribeReplay: {
      authorize: (input: DescribeReplayCommandInput, call) => [
        { action: 'events:DescribeReplay', resource: replayArn(input.ReplayName, call) },
      ],
      handle: (input: DescribeReplayCommandInput, call) => describeReplay(getReplay(input.ReplayName, call)),
    },
    ListReplays: {
      authorize: (_input: ListReplaysCommandInput, call) => [
        { action: 'events:ListReplays', resource: replayArn(undefined, call) },
      ],
      handle: (input: ListReplaysCommandInput, call) => ({
        Replays: replays
          .list(call.region)
          .filter(({ name }) => name.startsWith(input.NamePrefix ?? ''))
          .map(describeReplay),
      }),
    },
    CancelReplay: {
      authorize: (input: CancelReplayCommandInput, call) => [
        { action: 'events:CancelReplay', resource: replayArn(input.ReplayName, call) },
      ],
      async handle(input: CancelReplayCommandInput, call) {
        const replay = getReplay(input.ReplayName, call);
        if (replay.state !== 'RUNNING') {
          throw new AwsError(
            'IllegalStatusException',
            `Replay ${replay.name} is not in a valid state for this operation.`,
          );
        }
        replays.cancel(replay);
        await context.store.flush();
        return { ReplayArn: replay.arn, State: 'CANCELLING' };
      },
    },
  };
}
