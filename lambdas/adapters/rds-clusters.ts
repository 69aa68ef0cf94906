// Clusters of Aurora in one region, each with its instances as one server. https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_RestoreDBClusterFromSnapshot.html
import {
  CreateDBInstanceCommand,
  type DBCluster,
  type DBInstance,
  DeleteDBClusterCommand,
  DeleteDBInstanceCommand,
  DescribeDBClusterSnapshotsCommand,
  DescribeDBClustersCommand,
  DescribeDBInstancesCommand,
  ModifyDBClusterCommand,
  ModifyDBInstanceCommand,
  type RDSClient,
  RestoreDBClusterFromSnapshotCommand,
  RestoreDBClusterToPointInTimeCommand,
} from '@aws-sdk/client-rds';
import { firstInstanceOf } from '../../contracts/backup-places.ts';
import { AppError } from '../../core/app-error.ts';
import type { ServerPort, ServerRestore } from '../../core/snapshots/server-port.ts';
import { toTagList, unlessRds } from './rds-answers.ts';
import { describeClusterServer } from './rds-cluster-server.ts';

export function createRdsClusters(client: RDSClient): ServerPort {
  async function find(identifier: string): Promise<DBCluster | undefined> {
    const asked = client.send(new DescribeDBClustersCommand({ DBClusterIdentifier: identifier }));
    return (await unlessRds(['DBClusterNotFoundFault'], asked))?.DBClusters?.[0];
  }

  /** Of a cluster that has any; RDS answers with all of its instances at once, for there are 16 at most. */
  async function listInstances({ DBClusterIdentifier = '' }: DBCluster): Promise<readonly DBInstance[]> {
    const Filters = [{ Name: 'db-cluster-id', Values: [DBClusterIdentifier] }];
    const { DBInstances = [] } = await client.send(new DescribeDBInstancesCommand({ Filters }));
    return DBInstances;
  }

  /** An instance in it, so that it can be talked to. */
  async function addInstance({ Engine }: DBCluster, restore: ServerRestore): Promise<void> {
    const { identifier, instanceClass, parameterGroup, tags } = restore;
    const asked = client.send(
      new CreateDBInstanceCommand({
        ...{ DBInstanceIdentifier: firstInstanceOf(identifier), DBClusterIdentifier: identifier, Engine },
        ...{ DBInstanceClass: instanceClass, PubliclyAccessible: false, Tags: toTagList(tags) },
        ...(parameterGroup === undefined ? {} : { DBParameterGroupName: parameterGroup }),
      }),
    );
    await unlessRds(['DBInstanceAlreadyExistsFault'], asked);
  }

  /** What the restored one must be of, which RDS wants to be told. */
  async function readSource({ from }: ServerRestore): Promise<{ Engine?: string; EngineVersion?: string }> {
    if ('server' in from) return (await find(from.server)) ?? {};
    const Input = { DBClusterSnapshotIdentifier: from.snapshotId };
    const { DBClusterSnapshots = [] } = await client.send(new DescribeDBClusterSnapshotsCommand(Input));
    return DBClusterSnapshots[0] ?? {};
  }

  async function restoreCluster(restore: ServerRestore): Promise<void> {
    const { identifier, from, subnetGroup, securityGroups, clusterParameterGroup, serverless, tags } = restore;
    const { Engine = '', EngineVersion } = await readSource(restore);
    if (!Engine.startsWith('aurora'))
      throw new AppError(
        'InvalidInputError',
        `${identifier} would be of engine ${Engine || 'unknown'}: clusters of Aurora are restored, Multi-AZ clusters are not`,
      );
    const common = {
      ...{ DBClusterIdentifier: identifier, DBSubnetGroupName: subnetGroup, DeletionProtection: false },
      ...{ VpcSecurityGroupIds: [...securityGroups], Tags: toTagList(tags) },
      ...(clusterParameterGroup === undefined ? {} : { DBClusterParameterGroupName: clusterParameterGroup }),
      ...(serverless === undefined
        ? {}
        : {
            ServerlessV2ScalingConfiguration: { MinCapacity: serverless.minimum, MaxCapacity: serverless.maximum },
          }),
    };
    const asked =
      'snapshotId' in from
        ? client.send(
            new RestoreDBClusterFromSnapshotCommand({
              ...{ SnapshotIdentifier: from.snapshotId, Engine, EngineVersion, ...common },
            }),
          )
        : client.send(
            new RestoreDBClusterToPointInTimeCommand({
              ...{ SourceDBClusterIdentifier: from.server, RestoreToTime: new Date(from.at), ...common },
            }),
          );
    // Of an answer that was lost: whose it is, its tags say at the next look.
    await unlessRds<object>(['DBClusterAlreadyExistsFault'], asked);
  }

  return {
    async find(identifier) {
      const found = await find(identifier);
      return found && describeClusterServer(found, await listInstances(found));
    },
    async restore(restore) {
      const found = await find(restore.identifier);
      if (found === undefined) await restoreCluster(restore);
      else if (found.Status === 'available') await addInstance(found, restore);
    },
    async rename(from, to, settings) {
      await client.send(
        new ModifyDBClusterCommand({
          ...{ DBClusterIdentifier: from, NewDBClusterIdentifier: to, ApplyImmediately: true },
          ...(settings === undefined
            ? {}
            : {
                BackupRetentionPeriod: settings.backupRetentionDays,
                DeletionProtection: settings.deletionProtection,
              }),
        }),
      );
    },
    async alignNames(identifier, former) {
      const found = await find(identifier);
      const names =
        found === undefined ? [] : (await listInstances(found)).map((one) => one.DBInstanceIdentifier ?? '');
      const from = names.find((name) => isNamedAfter(name, former, identifier));
      if (from === undefined) return { renames: false };
      const to = `${identifier}${from.slice(former.length)}`;
      try {
        await client.send(
          new ModifyDBInstanceCommand({
            ...{ DBInstanceIdentifier: from, NewDBInstanceIdentifier: to, ApplyImmediately: true },
          }),
        );
        return { renames: true };
      } catch (error) {
        return { renames: false, problem: `its instance ${from} could not be named ${to}: ${String(error)}` };
      }
    },
    async remove(identifier) {
      const found = await find(identifier);
      const instances = found === undefined ? [] : await listInstances(found);
      for (const { DBInstanceIdentifier, DBInstanceStatus } of instances)
        if (DBInstanceStatus !== 'deleting') await client.send(new DeleteDBInstanceCommand({ DBInstanceIdentifier }));
      if (instances.length === 0)
        await client.send(new DeleteDBClusterCommand({ DBClusterIdentifier: identifier, SkipFinalSnapshot: true }));
    },
  };
}

/** Whether it carries the name that its cluster had, and not yet that which it has; RDS takes 63 characters. */
function isNamedAfter(name: string, former: string, now: string): boolean {
  const isRenamed = now.startsWith(former) && name.startsWith(`${now}-`);
  return name.startsWith(`${former}-`) && !isRenamed && now.length + name.length - former.length <= 63;
}
