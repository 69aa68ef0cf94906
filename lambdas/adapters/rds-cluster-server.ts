// A cluster and its instances as the one server that they are.
import type { DBCluster, DBInstance } from '@aws-sdk/client-rds';
import type { DatabaseServer } from '../../core/snapshots/server-port.ts';
import { toTags } from './rds-answers.ts';

export function describeClusterServer(cluster: DBCluster, instances: readonly DBInstance[]): DatabaseServer {
  const { DBClusterMembers = [], VpcSecurityGroups = [], ServerlessV2ScalingConfiguration, KmsKeyId } = cluster;
  const writer = DBClusterMembers.find(({ IsClusterWriter }) => IsClusterWriter === true)?.DBInstanceIdentifier;
  const writing = instances.find(({ DBInstanceIdentifier }) => DBInstanceIdentifier === writer) ?? instances[0];
  const { MinCapacity: minimum, MaxCapacity: maximum } = ServerlessV2ScalingConfiguration ?? {};
  return {
    identifier: cluster.DBClusterIdentifier ?? '',
    status: describeStatus(cluster, instances),
    engine: cluster.Engine ?? '',
    engineVersion: cluster.EngineVersion ?? '',
    ...(cluster.StorageEncrypted === true && KmsKeyId !== undefined ? { keyArn: KmsKeyId } : {}),
    subnetGroup: cluster.DBSubnetGroup ?? '',
    securityGroups: VpcSecurityGroups.flatMap(({ VpcSecurityGroupId }) => VpcSecurityGroupId ?? []),
    instanceClass: writing?.DBInstanceClass ?? '',
    parameterGroup: writing?.DBParameterGroups?.[0]?.DBParameterGroupName,
    clusterParameterGroup: cluster.DBClusterParameterGroup,
    ...(minimum === undefined || maximum === undefined ? {} : { serverless: { minimum, maximum } }),
    multiAz: cluster.MultiAZ === true,
    deletionProtection: cluster.DeletionProtection === true,
    backupRetentionDays: cluster.BackupRetentionPeriod ?? 0,
    earliestRestorableAt: cluster.EarliestRestorableTime?.toISOString(),
    latestRestorableAt: cluster.LatestRestorableTime?.toISOString(),
    // Of one that is still being created RDS does not say it yet.
    createdAt: (cluster.ClusterCreateTime ?? new Date()).toISOString(),
    tags: toTags(cluster.TagList),
  };
}

/** Its own, or else the first of an instance that is not available. */
function describeStatus({ Status = '' }: DBCluster, instances: readonly DBInstance[]): string {
  if (Status !== 'available') return Status;
  if (instances.length === 0) return 'incomplete';
  const statuses = instances.map(({ DBInstanceStatus = '' }) => DBInstanceStatus);
  if (statuses.every((status) => status === 'deleting')) return 'emptying';
  return statuses.find((status) => status !== 'available') ?? Status;
}
