// Instances: describing, restoring, renaming and deleting them. https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_RestoreDBInstanceFromDBSnapshot.html
import type {
  DBInstance,
  DeleteDBInstanceCommandInput,
  DescribeDBInstancesCommandInput,
  ModifyDBInstanceCommandInput,
  RestoreDBInstanceFromDBSnapshotCommandInput,
  RestoreDBInstanceToPointInTimeCommandInput,
} from '@aws-sdk/client-rds';
import type { RuntimeContext } from '../../runtime/context.ts';
import { AwsError, type CallContext, type Operation, type Permission } from '../../runtime/service.ts';
import { type Database, type DatabaseTable, statusOfDatabase } from './database-table.ts';
import { describeInstance } from './describe-instance.ts';
import { deleting, modifying, restorableLag, restoring } from './durations.ts';
import { checkIdentifier } from './identifiers.ts';
import { databaseArn, names, snapshotArn } from './kinds.ts';
import { keyPermissions, requestTags, resourceTags, snapshotTags } from './permissions.ts';
import { type SnapshotTable, statusOf } from './snapshot-table.ts';
import { toRecord } from './tags.ts';

const kind = 'instance';
const dayMilliseconds = 86_400_000;

export function createDatabaseOperations(
  context: RuntimeContext,
  databases: DatabaseTable,
  snapshots: SnapshotTable,
): Record<string, Operation> {
  const now = () => context.clock.now();
  const arnOf = (region: string, identifier: string): string =>
    databaseArn({ kind, region, identifier }, context.accountId);
  const describe = (database: Database) => describeInstance(database, { accountId: context.accountId, now: now() });
  const permit = (action: string, resource: string, more: Permission['context'] = {}): Permission => ({
    action: `rds:${action}`,
    resource,
    context: more,
  });
  const tagsOf = (region: string, identifier: string) => resourceTags(find(region, identifier)?.tags);

  function find(region: string, identifier: string | undefined): Database | undefined {
    databases.settle(now());
    return databases.find(kind, region, identifier ?? '');
  }

  function get(region: string, identifier: string | undefined): Database {
    const found = find(region, identifier);
    if (found !== undefined) return found;
    throw new AwsError(names[kind].databaseNotFound, `DBInstance ${identifier ?? ''} not found.`, { status: 404 });
  }

  function refuseExisting(region: string, identifier: string): void {
    if (find(region, identifier) === undefined) return;
    throw new AwsError(names[kind].databaseExists, `DB instance already exists: ${identifier}`);
  }

  function refuseUnlessAvailable(database: Database): void {
    if (statusOfDatabase(database, now()) === 'available') return;
    throw new AwsError(names[kind].invalidDatabaseState, `Instance ${database.identifier} is not available.`);
  }

  async function write(database: Database): Promise<{ DBInstance: DBInstance }> {
    databases.put(database);
    await context.store.flush();
    const { identifier, region } = database;
    const details = { region, status: statusOfDatabase(database, now()) };
    context.trace.record({ service: 'rds', name: 'instance-changed', subject: identifier, details });
    return { DBInstance: describe(database) };
  }

  type RestoreInput = RestoreDBInstanceFromDBSnapshotCommandInput & RestoreDBInstanceToPointInTimeCommandInput;

  function begin(
    input: RestoreInput,
    region: string,
    identifier: string,
    from: Pick<Database, 'engine' | 'engineVersion' | 'allocatedGigabytes' | 'kmsKeyId'>,
  ): Promise<object> {
    const at = now();
    return write({
      ...{ kind, region, identifier, engine: from.engine, engineVersion: from.engineVersion, port: input.Port ?? 5432 },
      allocatedGigabytes: from.allocatedGigabytes,
      ...(from.kmsKeyId === undefined ? {} : { kmsKeyId: from.kmsKeyId }),
      ...(input.DBInstanceClass === undefined ? {} : { instanceClass: input.DBInstanceClass }),
      endpoint: `${identifier}.local.${region}.rds.amazonaws.com`,
      subnetGroup: input.DBSubnetGroupName ?? 'default',
      securityGroups: input.VpcSecurityGroupIds ?? ['default'],
      backupRetentionDays: input.BackupRetentionPeriod ?? 1,
      deletionProtection: input.DeletionProtection === true,
      ...{ tags: toRecord(input.Tags), createdAt: at },
      transition: { status: 'creating', until: at + restoring(from.allocatedGigabytes) },
    });
  }

  const restorePermissions = (
    action: string,
    input: RestoreInput,
    target: string,
    region: string,
    source: Permission,
  ) => [
    source,
    permit(action, arnOf(region, target), requestTags(input.Tags)),
    ...(input.DBSubnetGroupName === undefined
      ? []
      : [permit(action, `arn:aws:rds:${region}:${context.accountId}:subgrp:${input.DBSubnetGroupName}`)]),
    ...(input.Tags === undefined ? [] : [permit('AddTagsToResource', arnOf(region, target), requestTags(input.Tags))]),
  ];

  return {
    DescribeDBInstances: {
      authorize: ({ DBInstanceIdentifier }: DescribeDBInstancesCommandInput, { region }: CallContext) => [
        permit('DescribeDBInstances', arnOf(region, DBInstanceIdentifier ?? '*')),
      ],
      handle({ DBInstanceIdentifier }: DescribeDBInstancesCommandInput, { region }: CallContext) {
        databases.settle(now());
        const found =
          DBInstanceIdentifier === undefined ? databases.list(kind, region) : [get(region, DBInstanceIdentifier)];
        return { DBInstances: found.map(describe) };
      },
    },
    RestoreDBInstanceFromDBSnapshot: {
      authorize: (input: RestoreInput, { region }: CallContext) => {
        const snapshot = snapshots.find(kind, region, input.DBSnapshotIdentifier ?? '');
        const arn = snapshotArn({ kind, region, identifier: input.DBSnapshotIdentifier ?? '' }, context.accountId);
        const action = 'RestoreDBInstanceFromDBSnapshot';
        const source = permit(action, arn, snapshotTags(kind, snapshot?.tags));
        return [
          ...restorePermissions(action, input, input.DBInstanceIdentifier ?? '', region, source),
          ...keyPermissions(snapshot?.kmsKeyId, region),
        ];
      },
      handle(input: RestoreInput, { region }: CallContext) {
        const identifier = checkIdentifier(input.DBInstanceIdentifier, 'DBInstanceIdentifier');
        refuseExisting(region, identifier);
        const snapshot = snapshots.find(kind, region, input.DBSnapshotIdentifier ?? '');
        if (snapshot === undefined)
          throw new AwsError(names[kind].snapshotNotFound, `DBSnapshot ${input.DBSnapshotIdentifier} not found.`, {
            status: 404,
          });
        if (statusOf(snapshot, now()) !== 'available')
          throw new AwsError(names[kind].invalidSnapshotState, `DBSnapshot ${snapshot.identifier} is not available.`);
        return begin(input, region, identifier, snapshot);
      },
    },
    RestoreDBInstanceToPointInTime: {
      authorize: (input: RestoreInput, { region }: CallContext) => {
        const action = 'RestoreDBInstanceToPointInTime';
        const from = input.SourceDBInstanceIdentifier ?? '';
        const source = permit(action, arnOf(region, from), tagsOf(region, from));
        return [
          ...restorePermissions(action, input, input.TargetDBInstanceIdentifier ?? '', region, source),
          ...keyPermissions(find(region, from)?.kmsKeyId, region),
        ];
      },
      handle(input: RestoreInput, { region }: CallContext) {
        const identifier = checkIdentifier(input.TargetDBInstanceIdentifier, 'TargetDBInstanceIdentifier');
        refuseExisting(region, identifier);
        const source = get(region, input.SourceDBInstanceIdentifier);
        if (source.backupRetentionDays === 0)
          throw new AwsError('PointInTimeRestoreNotEnabledFault', `Automated backups of ${source.identifier} are off.`);
        const latest = now() - restorableLag;
        const at = input.RestoreTime?.getTime() ?? latest;
        const earliest = Math.max(source.createdAt, now() - source.backupRetentionDays * dayMilliseconds);
        if (at < earliest || at > latest)
          throw new AwsError(
            'InvalidParameterValue',
            `The specified time is not in the restorable window: ${new Date(earliest).toISOString()} to ${new Date(latest).toISOString()}`,
          );
        return begin(input, region, identifier, source);
      },
    },
    ModifyDBInstance: {
      authorize: (
        { DBInstanceIdentifier = '', NewDBInstanceIdentifier }: ModifyDBInstanceCommandInput,
        { region }: CallContext,
      ) => [
        permit('ModifyDBInstance', arnOf(region, DBInstanceIdentifier), tagsOf(region, DBInstanceIdentifier)),
        ...(NewDBInstanceIdentifier === undefined
          ? []
          : [permit('ModifyDBInstance', arnOf(region, NewDBInstanceIdentifier))]),
      ],
      handle(input: ModifyDBInstanceCommandInput, { region }: CallContext) {
        const database = get(region, input.DBInstanceIdentifier);
        refuseUnlessAvailable(database);
        const renameTo =
          input.NewDBInstanceIdentifier === undefined
            ? undefined
            : checkIdentifier(input.NewDBInstanceIdentifier, 'NewDBInstanceIdentifier');
        if (renameTo !== undefined) refuseExisting(region, renameTo);
        if (renameTo !== undefined && input.ApplyImmediately !== true)
          throw new AwsError('InvalidParameterCombination', 'maintenance windows do not exist here: ApplyImmediately');
        const until = now() + modifying;
        return write({
          ...database,
          deletionProtection: input.DeletionProtection ?? database.deletionProtection,
          backupRetentionDays: input.BackupRetentionPeriod ?? database.backupRetentionDays,
          transition: renameTo === undefined ? { status: 'modifying', until } : { status: 'renaming', until, renameTo },
        });
      },
    },
    DeleteDBInstance: {
      authorize: ({ DBInstanceIdentifier = '' }: DeleteDBInstanceCommandInput, { region }: CallContext) => [
        permit('DeleteDBInstance', arnOf(region, DBInstanceIdentifier), tagsOf(region, DBInstanceIdentifier)),
      ],
      handle(input: DeleteDBInstanceCommandInput, { region }: CallContext) {
        const database = get(region, input.DBInstanceIdentifier);
        if (database.deletionProtection)
          throw new AwsError(
            'InvalidParameterCombination',
            'Cannot delete protected DB Instance, please disable deletion protection and try again.',
          );
        if (input.SkipFinalSnapshot !== true)
          throw new AwsError('InvalidParameterCombination', 'final snapshots are not made here: SkipFinalSnapshot');
        if (statusOfDatabase(database, now()) === 'deleting')
          throw new AwsError(
            names[kind].invalidDatabaseState,
            `Instance ${database.identifier} is already being deleted.`,
          );
        return write({ ...database, transition: { status: 'deleting', until: now() + deleting } });
      },
    },
  };
}
