// A cluster as RDS describes it, with the names of its instances; the oldest one writes.
import type { DBCluster } from '@aws-sdk/client-rds';
import { type Database, earliestRestorable, statusOfDatabase } from './database-table.ts';
import { restorableLag } from './durations.ts';
import { databaseArn } from './kinds.ts';
import { toTagList } from './tags.ts';

export function describeCluster(
  database: Database,
  members: readonly Database[],
  { accountId, now }: { accountId: string; now: number },
): DBCluster {
  const { identifier, kmsKeyId, backupRetentionDays, createdAt } = database;
  return {
    DBClusterIdentifier: identifier,
    DBClusterArn: databaseArn(database, accountId),
    Status: statusOfDatabase(database, now),
    Engine: database.engine,
    EngineVersion: database.engineVersion,
    EngineMode: 'provisioned',
    // Of Aurora, whose volume grows by itself, it is always 1.
    AllocatedStorage: database.engine.startsWith('aurora') ? 1 : database.allocatedGigabytes,
    ClusterCreateTime: new Date(createdAt),
    BackupRetentionPeriod: backupRetentionDays,
    EarliestRestorableTime: new Date(earliestRestorable(database, now)),
    LatestRestorableTime: new Date(Math.max(createdAt, now - restorableLag)),
    StorageEncrypted: kmsKeyId !== undefined,
    ...(kmsKeyId === undefined ? {} : { KmsKeyId: kmsKeyId }),
    Endpoint: database.endpoint,
    Port: database.port,
    DBSubnetGroup: database.subnetGroup,
    DBClusterParameterGroup: database.parameterGroup ?? `default.${database.engine}`,
    VpcSecurityGroups: database.securityGroups.map((VpcSecurityGroupId) => ({ VpcSecurityGroupId, Status: 'active' })),
    DBClusterMembers: members.map(({ identifier: DBInstanceIdentifier }, index) => ({
      ...{ DBInstanceIdentifier, IsClusterWriter: index === 0, PromotionTier: 1 },
    })),
    MultiAZ: members.length > 1,
    DeletionProtection: database.deletionProtection,
    TagList: toTagList(database.tags),
  };
}
