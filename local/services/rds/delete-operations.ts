// DeleteDBInstance and DeleteDBCluster; a cluster goes when its instances do. https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DeleteDBCluster.html
import type { DeleteDBClusterCommandInput, DeleteDBInstanceCommandInput } from '@aws-sdk/client-rds';
import { AwsError, type CallContext, type Operation } from '../../runtime/service.ts';
import { type Database, statusOfDatabase } from './database-table.ts';
import { describeCluster } from './describe-cluster.ts';
import { describeInstance } from './describe-instance.ts';
import { deleting } from './durations.ts';
import { names } from './kinds.ts';
import type { OperationContext } from './operation-context.ts';

export function createDeleteOperations(rds: OperationContext): Record<string, Operation> {
  const moment = () => ({ accountId: rds.accountId, now: rds.now() });
  const isLeaving = (database: Database) => statusOfDatabase(database, rds.now()) === 'deleting';

  async function remove(database: Database, skipsSnapshot: boolean): Promise<Database> {
    const { database: what, invalidDatabaseState } = names[database.kind];
    if (database.deletionProtection)
      throw new AwsError(
        'InvalidParameterCombination',
        `Cannot delete protected ${what} ${database.identifier}, please disable deletion protection and try again.`,
      );
    if (!skipsSnapshot)
      throw new AwsError('InvalidParameterCombination', 'final snapshots are not made here: SkipFinalSnapshot');
    if (isLeaving(database))
      throw new AwsError(invalidDatabaseState, `${what} ${database.identifier} is already being deleted.`);
    const removed: Database = { ...database, transition: { status: 'deleting', until: rds.now() + deleting } };
    await rds.write(removed);
    return removed;
  }

  return {
    DeleteDBInstance: {
      authorize: ({ DBInstanceIdentifier }: DeleteDBInstanceCommandInput, { region }: CallContext) => [
        rds.permitOn('instance', region, DBInstanceIdentifier, 'DeleteDBInstance'),
      ],
      async handle(input: DeleteDBInstanceCommandInput, { region }: CallContext) {
        const database = rds.get('instance', region, input.DBInstanceIdentifier);
        // An instance of a cluster has no snapshots of its own.
        const skipsSnapshot = input.SkipFinalSnapshot === true || database.clusterIdentifier !== undefined;
        return { DBInstance: describeInstance(await remove(database, skipsSnapshot), moment()) };
      },
    },
    DeleteDBCluster: {
      authorize: ({ DBClusterIdentifier }: DeleteDBClusterCommandInput, { region }: CallContext) => [
        rds.permitOn('cluster', region, DBClusterIdentifier, 'DeleteDBCluster'),
      ],
      async handle(input: DeleteDBClusterCommandInput, { region }: CallContext) {
        const database = rds.get('cluster', region, input.DBClusterIdentifier);
        const members = rds.membersOf(region, database.identifier);
        if (members.some((member) => !isLeaving(member)))
          throw new AwsError(
            names.cluster.invalidDatabaseState,
            'Cluster cannot be deleted, it still contains DB instances in non-deleting state.',
          );
        const removed = await remove(database, input.SkipFinalSnapshot === true);
        return { DBCluster: describeCluster(removed, members, moment()) };
      },
    },
  };
}
