// Time to live, continuous backups, tags and resource policies of tables.
import { createHash } from 'node:crypto';
import type {
  DeleteResourcePolicyCommandInput,
  DescribeContinuousBackupsCommandInput,
  DescribeTimeToLiveCommandInput,
  GetResourcePolicyCommandInput,
  ListTagsOfResourceCommandInput,
  PutResourcePolicyCommandInput,
  TagResourceCommandInput,
  UntagResourceCommandInput,
  UpdateContinuousBackupsCommandInput,
  UpdateTimeToLiveCommandInput,
} from '@aws-sdk/client-dynamodb';
import { AwsError, type CallContext, type Operation } from '../../../runtime/service.ts';
import type { DynamodbParts } from '../dynamodb-parts.ts';
import type { RegionalTable, ReplicaSettings } from '../tables/table-record.ts';
import { tablePermission } from './tables.ts';

const DAY_MILLISECONDS = 86_400_000;
/** How far behind the present the latest restorable moment is. */
const RECOVERY_LAG_MILLISECONDS = 5 * 60_000;

export function createTableSettingOperations(parts: DynamodbParts): Record<string, Operation> {
  const { registry, context } = parts;
  const onTable = (action: string) => (input: { TableName?: string }, call: CallContext) =>
    tablePermission(parts, action, input.TableName, call);
  const onResource = (action: string) => (input: { ResourceArn?: string }) => [
    { action: `dynamodb:${action}`, resource: input.ResourceArn ?? '' },
  ];
  const getByArn = (arn: string | undefined): RegionalTable => {
    const table = registry.findByArn(arn ?? '');
    if (!table) throw new AwsError('ResourceNotFoundException', `Requested resource not found: ${arn}`);
    return table;
  };
  const update = async ({ definition, replica }: RegionalTable, change: Partial<ReplicaSettings>) => {
    registry.putReplica(definition.schema.TableName, replica.region, replica.home, { ...replica.settings, ...change });
    await context.store.flush();
  };

  return {
    UpdateTimeToLive: {
      authorize: onTable('UpdateTimeToLive'),
      async handle(input: UpdateTimeToLiveCommandInput, call) {
        const { definition } = registry.describe(call.region, input.TableName ?? '');
        const { AttributeName = '', Enabled = false } = input.TimeToLiveSpecification ?? {};
        if ((definition.timeToLive?.Enabled ?? false) === Enabled) {
          throw new AwsError('ValidationException', `TimeToLive is already ${Enabled ? 'enabled' : 'disabled'}`);
        }
        const changed = { ...definition, timeToLive: { AttributeName, Enabled } };
        registry.putDefinition(changed);
        parts.timeToLive.scheduleNext(changed);
        await context.store.flush();
        return { TimeToLiveSpecification: { AttributeName, Enabled } };
      },
    },
    DescribeTimeToLive: {
      authorize: onTable('DescribeTimeToLive'),
      handle: (input: DescribeTimeToLiveCommandInput, call) => {
        const { timeToLive } = registry.describe(call.region, input.TableName ?? '').definition;
        return {
          TimeToLiveDescription: timeToLive?.Enabled
            ? { TimeToLiveStatus: 'ENABLED', AttributeName: timeToLive.AttributeName }
            : { TimeToLiveStatus: 'DISABLED' },
        };
      },
    },
    DescribeContinuousBackups: {
      authorize: onTable('DescribeContinuousBackups'),
      handle: (input: DescribeContinuousBackupsCommandInput, call) => ({
        ContinuousBackupsDescription: describeBackups(parts, getForBackups(parts, input, call)),
      }),
    },
    UpdateContinuousBackups: {
      authorize: onTable('UpdateContinuousBackups'),
      async handle(input: UpdateContinuousBackupsCommandInput, call) {
        const table = getForBackups(parts, input, call);
        const specification = input.PointInTimeRecoverySpecification;
        const { pointInTimeRecovery: existing, ...others } = table.replica.settings;
        const settings: ReplicaSettings = specification?.PointInTimeRecoveryEnabled
          ? {
              ...others,
              pointInTimeRecovery: {
                since: existing?.since ?? context.clock.now(),
                recoveryPeriodDays: specification.RecoveryPeriodInDays ?? existing?.recoveryPeriodDays ?? 35,
              },
            }
          : others;
        registry.putReplica(table.definition.schema.TableName, table.replica.region, table.replica.home, settings);
        await context.store.flush();
        return { ContinuousBackupsDescription: describeBackups(parts, getForBackups(parts, input, call)) };
      },
    },
    TagResource: {
      authorize: onResource('TagResource'),
      async handle(input: TagResourceCommandInput) {
        const table = getByArn(input.ResourceArn);
        const added = Object.fromEntries((input.Tags ?? []).map(({ Key, Value }) => [Key, Value ?? '']));
        await update(table, { tags: { ...table.replica.settings.tags, ...added } });
        return {};
      },
    },
    UntagResource: {
      authorize: onResource('UntagResource'),
      async handle(input: UntagResourceCommandInput) {
        const table = getByArn(input.ResourceArn);
        const kept = Object.entries(table.replica.settings.tags).filter(([key]) => !input.TagKeys?.includes(key));
        await update(table, { tags: Object.fromEntries(kept) });
        return {};
      },
    },
    ListTagsOfResource: {
      authorize: onResource('ListTagsOfResource'),
      handle: (input: ListTagsOfResourceCommandInput) => ({
        Tags: Object.entries(getByArn(input.ResourceArn).replica.settings.tags).map(([Key, Value]) => ({ Key, Value })),
      }),
    },
    GetResourcePolicy: {
      authorize: onResource('GetResourcePolicy'),
      handle: (input: GetResourcePolicyCommandInput) => {
        const { resourcePolicy } = getByArn(input.ResourceArn).replica.settings;
        if (!resourcePolicy) throw policyNotFound(input.ResourceArn);
        return { Policy: resourcePolicy.document, RevisionId: resourcePolicy.revision };
      },
    },
    PutResourcePolicy: {
      authorize: onResource('PutResourcePolicy'),
      async handle(input: PutResourcePolicyCommandInput, call) {
        const table = getByArn(input.ResourceArn);
        const document = input.Policy ?? '';
        refuseUnreadablePolicy(document);
        const revision = createHash('sha256').update(call.requestId).digest('hex').slice(0, 16);
        await update(table, { resourcePolicy: { document, revision } });
        return { RevisionId: revision };
      },
    },
    DeleteResourcePolicy: {
      authorize: onResource('DeleteResourcePolicy'),
      async handle(input: DeleteResourcePolicyCommandInput) {
        const { definition, replica } = getByArn(input.ResourceArn);
        const { resourcePolicy, ...settings } = replica.settings;
        if (!resourcePolicy) throw policyNotFound(input.ResourceArn);
        registry.putReplica(definition.schema.TableName, replica.region, replica.home, settings);
        await context.store.flush();
        return { RevisionId: resourcePolicy.revision };
      },
    },
  };
}

function getForBackups(parts: DynamodbParts, input: { TableName?: string | undefined }, call: CallContext) {
  const table = parts.registry.find(call.region, input.TableName ?? '');
  if (!table) throw new AwsError('TableNotFoundException', `Table not found: ${input.TableName}`);
  return table;
}

function describeBackups(parts: DynamodbParts, { replica }: RegionalTable): object {
  const recovery = replica.settings.pointInTimeRecovery;
  if (!recovery) {
    return {
      ContinuousBackupsStatus: 'ENABLED',
      PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus: 'DISABLED' },
    };
  }
  const now = parts.context.clock.now();
  const earliest = Math.max(recovery.since, now - recovery.recoveryPeriodDays * DAY_MILLISECONDS);
  return {
    ContinuousBackupsStatus: 'ENABLED',
    PointInTimeRecoveryDescription: {
      PointInTimeRecoveryStatus: 'ENABLED',
      RecoveryPeriodInDays: recovery.recoveryPeriodDays,
      EarliestRestorableDateTime: new Date(earliest),
      LatestRestorableDateTime: new Date(Math.max(earliest, now - RECOVERY_LAG_MILLISECONDS)),
    },
  };
}

function policyNotFound(arn: string | undefined): AwsError {
  return new AwsError(
    'PolicyNotFoundException',
    `Resource-based policy not found for the provided ResourceArn: ${arn}`,
  );
}

function refuseUnreadablePolicy(document: string): void {
  try {
    JSON.parse(document);
  } catch (cause) {
    throw new AwsError('ValidationException', 'Policy document is not valid JSON', { cause });
  }
}
