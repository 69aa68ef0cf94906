// Log groups and streams: create, describe, delete, retention. https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/
import type {
  CreateLogGroupCommandInput,
  CreateLogStreamCommandInput,
  DeleteLogGroupCommandInput,
  DescribeLogGroupsCommandInput,
  DescribeLogStreamsCommandInput,
  PutRetentionPolicyCommandInput,
} from '@aws-sdk/client-cloudwatch-logs';
import type { RuntimeContext } from '../../runtime/context.ts';
import { AwsError, type CallContext, type Operation, type Permission } from '../../runtime/service.ts';
import type { LogGroup, LogStore } from './log-store.ts';

export function groupArn(name: string, call: Pick<CallContext, 'region' | 'accountId'>): string {
  return `arn:aws:logs:${call.region}:${call.accountId}:log-group:${name}`;
}

/** @throws AwsError ResourceNotFoundException */
export function getGroup(logs: LogStore, name: string | undefined, call: CallContext): LogGroup {
  const group = logs.findGroup(call.region, name ?? '');
  if (group === undefined) throw new AwsError('ResourceNotFoundException', 'The specified log group does not exist.');
  return group;
}

/** Actions on a group are granted on `…:log-group:<name>:*`. */
export function onGroup(action: string) {
  return (input: Omit<StreamReference, 'logStreamName'>, call: CallContext): Permission[] => [
    { action, resource: `${groupArn(input.logGroupName ?? input.logGroupIdentifier ?? '', call)}:*` },
  ];
}

interface StreamReference {
  readonly logGroupName?: string | undefined;
  readonly logGroupIdentifier?: string | undefined;
  readonly logStreamName?: string | undefined;
}

/** Events are put and read under their stream's ARN. */
export function onStream(action: string) {
  return (input: StreamReference, call: CallContext): Permission[] => {
    const group = groupArn(input.logGroupName ?? input.logGroupIdentifier ?? '', call);
    return [{ action, resource: `${group}:log-stream:${input.logStreamName ?? ''}` }];
  };
}

export function createGroupOperations(context: RuntimeContext, logs: LogStore): Record<string, Operation> {
  return {
    CreateLogGroup: {
      authorize: onGroup('logs:CreateLogGroup'),
      handle: async ({ logGroupName = '' }: CreateLogGroupCommandInput, call: CallContext) => {
        if (logs.findGroup(call.region, logGroupName) !== undefined) {
          throw new AwsError('ResourceAlreadyExistsException', 'The specified log group already exists');
        }
        logs.putGroup({
          region: call.region,
          name: logGroupName,
          arn: groupArn(logGroupName, call),
          retentionDays: undefined,
        });
        await context.store.flush();
        return {};
      },
    },
    DeleteLogGroup: {
      authorize: onGroup('logs:DeleteLogGroup'),
      handle: async ({ logGroupName }: DeleteLogGroupCommandInput, call: CallContext) => {
        await logs.deleteGroup(call.region, getGroup(logs, logGroupName, call).name);
        await context.store.flush();
        return {};
      },
    },
    PutRetentionPolicy: {
      authorize: onGroup('logs:PutRetentionPolicy'),
      handle: async ({ logGroupName, retentionInDays }: PutRetentionPolicyCommandInput, call: CallContext) => {
        logs.putGroup({ ...getGroup(logs, logGroupName, call), retentionDays: retentionInDays });
        await context.store.flush();
        return {};
      },
    },
    DescribeLogGroups: {
      authorize: (_: DescribeLogGroupsCommandInput, call: CallContext) => [
        { action: 'logs:DescribeLogGroups', resource: `${groupArn('*', call)}:*` },
      ],
      handle: ({ logGroupNamePrefix = '', limit = 50 }: DescribeLogGroupsCommandInput, call: CallContext) => ({
        logGroups: logs
          .listGroups(call.region, logGroupNamePrefix)
          .slice(0, limit)
          .map((group) => ({
            logGroupName: group.name,
            arn: `${group.arn}:*`,
            logGroupArn: group.arn,
            creationTime: group.createdAt,
            storedBytes: logs.countStoredBytes(group),
            ...(group.retentionDays === undefined ? {} : { retentionInDays: group.retentionDays }),
          })),
      }),
    },
    CreateLogStream: {
      authorize: onGroup('logs:CreateLogStream'),
      handle: async ({ logGroupName, logStreamName = '' }: CreateLogStreamCommandInput, call: CallContext) => {
        const group = getGroup(logs, logGroupName, call);
        if (logs.findStream(call.region, group.name, logStreamName) !== undefined) {
          throw new AwsError('ResourceAlreadyExistsException', 'The specified log stream already exists');
        }
        logs.createStream(call.region, group.name, logStreamName);
        await context.store.flush();
        return {};
      },
    },
    DescribeLogStreams: {
      authorize: onGroup('logs:DescribeLogStreams'),
      handle: (input: DescribeLogStreamsCommandInput, call: CallContext) => {
        const group = getGroup(logs, input.logGroupName ?? input.logGroupIdentifier, call);
        const streams = logs.listStreams(call.region, group.name, input.logStreamNamePrefix ?? '');
        if (input.orderBy === 'LastEventTime') streams.sort((a, b) => a.lastEventAt - b.lastEventAt);
        if (input.descending) streams.reverse();
        return {
          logStreams: streams.slice(0, input.limit ?? 50).map((stream) => ({
            logStreamName: stream.name,
            creationTime: stream.createdAt,
            ...(stream.firstEventAt === undefined
              ? {}
              : { firstEventTimestamp: stream.firstEventAt, lastEventTimestamp: stream.lastEventAt }),
            arn: `${group.arn}:log-stream:${stream.name}`,
            // AWS has not counted them for single streams since 2019.
            storedBytes: 0,
          })),
        };
      },
    },
  };
}
