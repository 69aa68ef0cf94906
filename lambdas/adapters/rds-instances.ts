// Instances of RDS in one region.
import {
  type DBInstance,
  DeleteDBInstanceCommand,
  DescribeDBInstancesCommand,
  ModifyDBInstanceCommand,
  type RDSClient,
  RestoreDBInstanceFromDBSnapshotCommand,
  RestoreDBInstanceToPointInTimeCommand,
} from '@aws-sdk/client-rds';
import type { DatabaseInstance, InstancePort } from '../../core/snapshots/instance-port.ts';

export function createRdsInstances(client: RDSClient): InstancePort {
  return {
    async find(identifier) {
      try {
        const { DBInstances = [] } = await client.send(
          new DescribeDBInstancesCommand({ DBInstanceIdentifier: identifier }),
        );
        return DBInstances.map(toInstance)[0];
      } catch (error) {
        if (error instanceof Error && error.name === 'DBInstanceNotFoundFault') return undefined;
        throw error;
      }
    },
    async restore({ identifier, from, subnetGroup, securityGroups, instanceClass, parameterGroup, multiAz, tags }) {
      const common = {
        ...{ DBInstanceClass: instanceClass, DBSubnetGroupName: subnetGroup, PubliclyAccessible: false },
        ...{ VpcSecurityGroupIds: [...securityGroups], MultiAZ: multiAz ?? false, DeletionProtection: false },
        ...(parameterGroup === undefined ? {} : { DBParameterGroupName: parameterGroup }),
        Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
      };
      if ('snapshotId' in from)
        await client.send(
          new RestoreDBInstanceFromDBSnapshotCommand({
            ...{ DBInstanceIdentifier: identifier, DBSnapshotIdentifier: from.snapshotId, ...common },
          }),
        );
      else
        await client.send(
          new RestoreDBInstanceToPointInTimeCommand({
            ...{ SourceDBInstanceIdentifier: from.instance, TargetDBInstanceIdentifier: identifier },
            ...{ RestoreTime: new Date(from.at), ...common },
          }),
        );
    },
    async rename(from, to, settings) {
      await client.send(
        new ModifyDBInstanceCommand({
          ...{ DBInstanceIdentifier: from, NewDBInstanceIdentifier: to, ApplyImmediately: true },
          ...(settings === undefined
            ? {}
            : {
                BackupRetentionPeriod: settings.backupRetentionDays,
                DeletionProtection: settings.deletionProtection,
              }),
        }),
      );
    },
    async remove(identifier) {
      await client.send(
        new DeleteDBInstanceCommand({
          ...{ DBInstanceIdentifier: identifier, SkipFinalSnapshot: true, DeleteAutomatedBackups: true },
        }),
      );
    },
  };
}

function toInstance(instance: DBInstance): DatabaseInstance {
  const { TagList = [], VpcSecurityGroups = [], DBParameterGroups = [], DBSubnetGroup, KmsKeyId } = instance;
  return {
    identifier: instance.DBInstanceIdentifier ?? '',
    status: instance.DBInstanceStatus ?? '',
    engineVersion: instance.EngineVersion ?? '',
    allocatedGigabytes: instance.AllocatedStorage ?? 0,
    ...(instance.StorageEncrypted === true && KmsKeyId !== undefined ? { keyArn: KmsKeyId } : {}),
    subnetGroup: DBSubnetGroup?.DBSubnetGroupName ?? '',
    securityGroups: VpcSecurityGroups.flatMap(({ VpcSecurityGroupId }) => VpcSecurityGroupId ?? []),
    instanceClass: instance.DBInstanceClass ?? '',
    parameterGroup: DBParameterGroups[0]?.DBParameterGroupName,
    multiAz: instance.MultiAZ === true,
    deletionProtection: instance.DeletionProtection === true,
    backupRetentionDays: instance.BackupRetentionPeriod ?? 0,
    latestRestorableAt: instance.LatestRestorableTime?.toISOString(),
    // Of one that is still being created RDS does not say it yet.
    createdAt: (instance.InstanceCreateTime ?? new Date()).toISOString(),
    tags: Object.fromEntries(TagList.map(({ Key = '', Value = '' }) => [Key, Value])),
  };
}
