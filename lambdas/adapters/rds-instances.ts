// Instances of RDS in one region.
import {
  type DBInstance,
  DeleteDBInstanceCommand,
  DescribeDBInstancesCommand,
  type RDSClient,
  RestoreDBInstanceFromDBSnapshotCommand,
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
    async restoreSnapshot({ identifier, snapshotId, subnetGroup, securityGroups, instanceClass, tags }) {
      await client.send(
        new RestoreDBInstanceFromDBSnapshotCommand({
          ...{ DBInstanceIdentifier: identifier, DBSnapshotIdentifier: snapshotId, DBInstanceClass: instanceClass },
          ...{ DBSubnetGroupName: subnetGroup, VpcSecurityGroupIds: [...securityGroups], PubliclyAccessible: false },
          ...{ MultiAZ: false, DeletionProtection: false, CopyTagsToSnapshot: false },
          Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
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
  const { TagList = [], VpcSecurityGroups = [], DBSubnetGroup, KmsKeyId } = instance;
  return {
    identifier: instance.DBInstanceIdentifier ?? '',
    status: instance.DBInstanceStatus ?? '',
    engineVersion: instance.EngineVersion ?? '',
    allocatedGigabytes: instance.AllocatedStorage ?? 0,
    ...(instance.StorageEncrypted === true && KmsKeyId !== undefined ? { keyArn: KmsKeyId } : {}),
    subnetGroup: DBSubnetGroup?.DBSubnetGroupName ?? '',
    securityGroups: VpcSecurityGroups.flatMap(({ VpcSecurityGroupId }) => VpcSecurityGroupId ?? []),
    // Of one that is still being created RDS does not say it yet.
    createdAt: (instance.InstanceCreateTime ?? new Date()).toISOString(),
    tags: Object.fromEntries(TagList.map(({ Key = '', Value = '' }) => [Key, Value])),
  };
}
