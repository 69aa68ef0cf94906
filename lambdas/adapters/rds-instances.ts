// Instances of RDS in one region, as servers by themselves.
import {
  type DBInstance,
  DeleteDBInstanceCommand,
  DescribeDBInstancesCommand,
  ModifyDBInstanceCommand,
  type RDSClient,
  RestoreDBInstanceFromDBSnapshotCommand,
  RestoreDBInstanceToPointInTimeCommand,
} from '@aws-sdk/client-rds';
import type { DatabaseServer, ServerPort } from '../../core/snapshots/server-port.ts';
import { toTagList, toTags, unlessRds } from './rds-answers.ts';

export function createRdsInstances(client: RDSClient): ServerPort {
  return {
    async find(identifier) {
      const asked = client.send(new DescribeDBInstancesCommand({ DBInstanceIdentifier: identifier }));
      const answer = await unlessRds(['DBInstanceNotFoundFault'], asked);
      return answer?.DBInstances?.map(toServer)[0];
    },
    async restore({ identifier, from, subnetGroup, securityGroups, instanceClass, parameterGroup, multiAz, tags }) {
      const common = {
        ...{ DBInstanceClass: instanceClass, DBSubnetGroupName: subnetGroup, PubliclyAccessible: false },
        ...{ VpcSecurityGroupIds: [...securityGroups], MultiAZ: multiAz ?? false, DeletionProtection: false },
        ...(parameterGroup === undefined ? {} : { DBParameterGroupName: parameterGroup }),
        Tags: toTagList(tags),
      };
      const asked =
        'snapshotId' in from
          ? client.send(
              new RestoreDBInstanceFromDBSnapshotCommand({
                ...{ DBInstanceIdentifier: identifier, DBSnapshotIdentifier: from.snapshotId, ...common },
              }),
            )
          : client.send(
              new RestoreDBInstanceToPointInTimeCommand({
                ...{ SourceDBInstanceIdentifier: from.server, TargetDBInstanceIdentifier: identifier },
                ...{ RestoreTime: new Date(from.at), ...common },
              }),
            );
      // Of an answer that was lost: whose it is, its tags say at the next look.
      await unlessRds<object>(['DBInstanceAlreadyExistsFault'], asked);
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
    alignNames: async () => ({ renames: false }),
    async remove(identifier) {
      await client.send(
        new DeleteDBInstanceCommand({
          ...{ DBInstanceIdentifier: identifier, SkipFinalSnapshot: true, DeleteAutomatedBackups: true },
        }),
      );
    },
  };
}

function toServer(instance: DBInstance): DatabaseServer {
  const { VpcSecurityGroups = [], DBParameterGroups = [], DBSubnetGroup, KmsKeyId } = instance;
  return {
    identifier: instance.DBInstanceIdentifier ?? '',
    status: instance.DBInstanceStatus ?? '',
    engine: instance.Engine ?? '',
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
    tags: toTags(instance.TagList),
  };
}
