// A snapshot, or a moment, as a new instance or a new cluster. A cluster comes without an instance.
// https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_RestoreDBInstanceFromDBSnapshot.html and the others beside it.
import type {
  RestoreDBClusterFromSnapshotCommandInput,
  RestoreDBClusterToPointInTimeCommandInput,
  RestoreDBInstanceFromDBSnapshotCommandInput,
  RestoreDBInstanceToPointInTimeCommandInput,
} from '@aws-sdk/client-rds';
import { AwsError, type CallContext, type Operation, type Permission } from '../../runtime/service.ts';
import { type Database, earliestRestorable } from './database-table.ts';
import { describeCluster } from './describe-cluster.ts';
import { describeInstance } from './describe-instance.ts';
import { restorableLag, restoring } from './durations.ts';
import { checkIdentifier } from './identifiers.ts';
import { type Kind, kinds, names, snapshotArn } from './kinds.ts';
import type { OperationContext } from './operation-context.ts';
import { keyPermissions, requestTags, snapshotTags } from './permissions.ts';
import { statusOf } from './snapshot-table.ts';
import { toRecord } from './tags.ts';

/** Members of one request, whichever of the four it is. */
type Input = Partial<
  RestoreDBInstanceFromDBSnapshotCommandInput &
    RestoreDBInstanceToPointInTimeCommandInput &
    RestoreDBClusterFromSnapshotCommandInput &
    RestoreDBClusterToPointInTimeCommandInput
>;

/** What the four requests call the same thing. */
const members = {
  instance: {
    fromSnapshot: 'RestoreDBInstanceFromDBSnapshot',
    toPointInTime: 'RestoreDBInstanceToPointInTime',
    snapshot: (input: Input) => input.DBSnapshotIdentifier,
    source: (input: Input) => input.SourceDBInstanceIdentifier,
    /** [member, value], of a restore from a snapshot and of one to a moment. */
    target: ({ DBInstanceIdentifier, TargetDBInstanceIdentifier }: Input) =>
      TargetDBInstanceIdentifier === undefined
        ? (['DBInstanceIdentifier', DBInstanceIdentifier] as const)
        : (['TargetDBInstanceIdentifier', TargetDBInstanceIdentifier] as const),
    time: (input: Input) => input.RestoreTime,
    parameterGroup: (input: Input) => input.DBParameterGroupName,
  },
  cluster: {
    fromSnapshot: 'RestoreDBClusterFromSnapshot',
    toPointInTime: 'RestoreDBClusterToPointInTime',
    snapshot: (input: Input) => input.SnapshotIdentifier,
    source: (input: Input) => input.SourceDBClusterIdentifier,
    target: ({ DBClusterIdentifier }: Input) => ['DBClusterIdentifier', DBClusterIdentifier] as const,
    time: (input: Input) => input.RestoreToTime,
    parameterGroup: (input: Input) => input.DBClusterParameterGroupName,
  },
} as const;

export function createRestoreOperations(rds: OperationContext): Record<string, Operation> {
  return Object.assign({}, ...kinds.map((kind) => operationsOf(kind, rds)));
}

function operationsOf(kind: Kind, rds: OperationContext): Record<string, Operation> {
  const words = members[kind];

  async function begin(
    input: Input,
    region: string,
    from: Pick<Database, 'engine' | 'engineVersion' | 'allocatedGigabytes' | 'kmsKeyId'>,
  ): Promise<object> {
    const [member, wanted] = words.target(input);
    const identifier = checkIdentifier(wanted, member);
    rds.refuseExisting(kind, region, identifier);
    const at = rds.now();
    const parameterGroup = words.parameterGroup(input);
    const database: Database = {
      ...{ kind, region, identifier, engine: from.engine, engineVersion: from.engineVersion, port: input.Port ?? 5432 },
      allocatedGigabytes: from.allocatedGigabytes,
      ...(from.kmsKeyId === undefined ? {} : { kmsKeyId: from.kmsKeyId }),
      ...(input.DBInstanceClass === undefined ? {} : { instanceClass: input.DBInstanceClass }),
      ...(parameterGroup === undefined ? {} : { parameterGroup }),
      endpoint: `${identifier}.local.${region}.rds.amazonaws.com`,
      subnetGroup: input.DBSubnetGroupName ?? 'default',
      securityGroups: input.VpcSecurityGroupIds ?? ['default'],
      backupRetentionDays: input.BackupRetentionPeriod ?? 1,
      deletionProtection: input.DeletionProtection === true,
      ...{ tags: toRecord(input.Tags), createdAt: at },
      transition: { status: 'creating', until: at + restoring(from.allocatedGigabytes) },
    };
    await rds.write(database);
    const moment = { accountId: rds.accountId, now: rds.now() };
    return kind === 'cluster'
      ? { DBCluster: describeCluster(database, [], moment) }
      : { DBInstance: describeInstance(database, moment) };
  }

  function permissions(action: string, input: Input, region: string, source: Permission): Permission[] {
    const [, identifier = ''] = words.target(input);
    const target = rds.arnOf(kind, region, identifier);
    const tags = requestTags(input.Tags);
    const group = input.DBSubnetGroupName;
    return [
      source,
      rds.permit(action, target, tags),
      ...(group === undefined
        ? []
        : [rds.permit(action, `arn:aws:rds:${region}:${rds.accountId}:subgrp:${group}`, tags)]),
      ...(input.Tags === undefined ? [] : [rds.permit('AddTagsToResource', target, tags)]),
    ];
  }

  return {
    [words.fromSnapshot]: {
      authorize: (input: Input, { region }: CallContext) => {
        const identifier = words.snapshot(input) ?? '';
        const snapshot = rds.snapshots.find(kind, region, identifier);
        const arn = snapshotArn({ kind, region, identifier }, rds.accountId);
        const source = rds.permit(words.fromSnapshot, arn, snapshotTags(kind, snapshot?.tags));
        return [
          ...permissions(words.fromSnapshot, input, region, source),
          ...keyPermissions(snapshot?.kmsKeyId, region),
        ];
      },
      handle(input: Input, { region }: CallContext) {
        const { snapshot: what, snapshotNotFound, invalidSnapshotState } = names[kind];
        const snapshot = rds.snapshots.find(kind, region, words.snapshot(input) ?? '');
        if (snapshot === undefined)
          throw new AwsError(snapshotNotFound, `${what} ${words.snapshot(input)} not found.`, { status: 404 });
        if (statusOf(snapshot, rds.now()) !== 'available')
          throw new AwsError(invalidSnapshotState, `${what} ${snapshot.identifier} is not available.`);
        if (kind === 'cluster' && input.Engine !== snapshot.engine)
          throw new AwsError('InvalidParameterValue', `Engine must be ${snapshot.engine}, got ${input.Engine}`);
        return begin(input, region, snapshot);
      },
    },
    [words.toPointInTime]: {
      authorize: (input: Input, { region }: CallContext) => {
        const source = rds.permitOn(kind, region, words.source(input), words.toPointInTime);
        return [
          ...permissions(words.toPointInTime, input, region, source),
          ...keyPermissions(rds.find(kind, region, words.source(input))?.kmsKeyId, region),
        ];
      },
      handle(input: Input, { region }: CallContext) {
        const source = rds.get(kind, region, words.source(input));
        if (source.backupRetentionDays === 0)
          throw new AwsError('PointInTimeRestoreNotEnabledFault', `Automated backups of ${source.identifier} are off.`);
        const latest = rds.now() - restorableLag;
        const at = words.time(input)?.getTime() ?? latest;
        const earliest = earliestRestorable(source, rds.now());
        if (at < earliest || at > latest)
          throw new AwsError(
            'InvalidParameterValue',
            `The specified time is not in the restorable window: ${new Date(earliest).toISOString()} to ${new Date(latest).toISOString()}`,
          );
        return begin(input, region, source);
      },
    },
  };
}
