// ModifyDBInstance and ModifyDBCluster: other names, retention and protection. PromoteReadReplica: a replica that becomes its own.
// https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBCluster.html
import type {
  ModifyDBClusterCommandInput,
  ModifyDBInstanceCommandInput,
  PromoteReadReplicaCommandInput,
} from '@aws-sdk/client-rds';
import { AwsError, type CallContext, type Operation } from '../../runtime/service.ts';
import type { Database } from './database-table.ts';
import { describeCluster } from './describe-cluster.ts';
import { describeInstance } from './describe-instance.ts';
import { modifying, promoting } from './durations.ts';
import { checkIdentifier } from './identifiers.ts';
import { type Kind, names } from './kinds.ts';
import type { OperationContext } from './operation-context.ts';

export function createModifyOperations(rds: OperationContext): Record<string, Operation> {
  const moment = () => ({ accountId: rds.accountId, now: rds.now() });

  const permissions = (kind: Kind, region: string, from: string | undefined, to: string | undefined) => {
    const action = `Modify${names[kind].database}`;
    return [
      rds.permitOn(kind, region, from, action),
      ...(to === undefined ? [] : [rds.permit(action, rds.arnOf(kind, region, to))]),
    ];
  };

  async function modify(
    database: Database,
    { to, isAtOnce, member }: { to: string | undefined; isAtOnce: boolean; member: string },
    settings: { readonly DeletionProtection?: boolean; readonly BackupRetentionPeriod?: number },
  ): Promise<Database> {
    rds.refuseUnlessAvailable(database);
    const renameTo = to === undefined ? undefined : checkIdentifier(to, member);
    if (renameTo !== undefined) rds.refuseExisting(database.kind, database.region, renameTo);
    if (renameTo !== undefined && !isAtOnce)
      throw new AwsError('InvalidParameterCombination', 'maintenance windows do not exist here: ApplyImmediately');
    const until = rds.now() + modifying;
    const modified: Database = {
      ...database,
      deletionProtection: settings.DeletionProtection ?? database.deletionProtection,
      backupRetentionDays: settings.BackupRetentionPeriod ?? database.backupRetentionDays,
      transition: renameTo === undefined ? { status: 'modifying', until } : { status: 'renaming', until, renameTo },
    };
    await rds.write(modified);
    return modified;
  }

  return {
    ModifyDBInstance: {
      authorize: (input: ModifyDBInstanceCommandInput, { region }: CallContext) =>
        permissions('instance', region, input.DBInstanceIdentifier, input.NewDBInstanceIdentifier),
      async handle(input: ModifyDBInstanceCommandInput, { region }: CallContext) {
        const database = rds.get('instance', region, input.DBInstanceIdentifier);
        const { NewDBInstanceIdentifier: to, ApplyImmediately } = input;
        const name = { to, isAtOnce: ApplyImmediately === true, member: 'NewDBInstanceIdentifier' };
        return { DBInstance: describeInstance(await modify(database, name, input), moment()) };
      },
    },
    ModifyDBCluster: {
      authorize: (input: ModifyDBClusterCommandInput, { region }: CallContext) =>
        permissions('cluster', region, input.DBClusterIdentifier, input.NewDBClusterIdentifier),
      async handle(input: ModifyDBClusterCommandInput, { region }: CallContext) {
        const database = rds.get('cluster', region, input.DBClusterIdentifier);
        const { NewDBClusterIdentifier: to, ApplyImmediately } = input;
        const name = { to, isAtOnce: ApplyImmediately === true, member: 'NewDBClusterIdentifier' };
        const modified = await modify(database, name, input);
        // Its instances have no backups of their own.
        const { backupRetentionDays } = modified;
        for (const member of rds.membersOf(region, database.identifier))
          await rds.write({ ...member, backupRetentionDays });
        return { DBCluster: describeCluster(modified, rds.membersOf(region, database.identifier), moment()) };
      },
    },
    PromoteReadReplica: {
      authorize: ({ DBInstanceIdentifier }: PromoteReadReplicaCommandInput, { region }: CallContext) => [
        rds.permitOn('instance', region, DBInstanceIdentifier, 'PromoteReadReplica'),
      ],
      async handle(input: PromoteReadReplicaCommandInput, { region }: CallContext) {
        const { replicaOf, ...database } = rds.get('instance', region, input.DBInstanceIdentifier);
        rds.refuseUnlessAvailable(database);
        if (replicaOf === undefined)
          throw new AwsError(
            names.instance.invalidDatabaseState,
            `DB Instance ${database.identifier} is not a read replica.`,
          );
        const promoted: Database = {
          ...database,
          backupRetentionDays: input.BackupRetentionPeriod ?? 1,
          transition: { status: 'modifying', until: rds.now() + promoting },
        };
        await rds.write(promoted);
        return { DBInstance: describeInstance(promoted, moment()) };
      },
    },
  };
}
