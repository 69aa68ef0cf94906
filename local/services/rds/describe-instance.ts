// An instance as RDS describes it.
import type { DBInstance } from '@aws-sdk/client-rds';
import { type Database, statusOfDatabase } from './database-table.ts';
import { restorableLag } from './durations.ts';
import { databaseArn } from './kinds.ts';
import { toTagList } from './tags.ts';

export function describeInstance(
  database: Database,
  { accountId, now }: { accountId: string; now: number },
): DBInstance {
  const { identifier, kmsKeyId, backupRetentionDays, createdAt } = database;
  return {
    DBInstanceIdentifier: identifier,
    DBInstanceArn: databaseArn(database, accountId),
    DBInstanceClass: database.instanceClass ?? 'db.m7g.large',
    DBInstanceStatus: statusOfDatabase(database, now),
    Engine: database.engine,
    EngineVersion: database.engineVersion,
    AllocatedStorage: database.allocatedGigabytes,
    ...(database.clusterIdentifier === undefined ? {} : { DBClusterIdentifier: database.clusterIdentifier }),
    ...(database.replicaOf === undefined
      ? {}
      : {
          ReadReplicaSourceDBInstanceIdentifier: database.replicaOf,
          StatusInfos: [{ StatusType: 'read replication', Normal: true, Status: 'replicating' }],
        }),
    DBParameterGroups: [
      {
        DBParameterGroupName: database.parameterGroup ?? `default.${database.engine}`,
        ParameterApplyStatus: 'in-sync',
      },
    ],
    InstanceCreateTime: new Date(createdAt),
    BackupRetentionPeriod: backupRetentionDays,
    ...(backupRetentionDays > 0 ? { LatestRestorableTime: new Date(now - restorableLag) } : {}),
    StorageEncrypted: kmsKeyId !== undefined,
    ...(kmsKeyId === undefined ? {} : { KmsKeyId: kmsKeyId }),
    Endpoint: { Address: database.endpoint, Port: database.port },
    DBSubnetGroup: { DBSubnetGroupName: database.subnetGroup },
    VpcSecurityGroups: database.securityGroups.map((VpcSecurityGroupId) => ({
      VpcSecurityGroupId,
      Status: 'active',
    })),
    PubliclyAccessible: false,
    DeletionProtection: database.deletionProtection,
    TagList: toTagList(database.tags),
  };
}
