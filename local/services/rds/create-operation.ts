// CreateDBInstance, of an instance in a cluster: one by itself has nothing that it could be restored from.
// https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html
import type { CreateDBInstanceCommandInput } from '@aws-sdk/client-rds';
import { AwsError, type CallContext, type Operation } from '../../runtime/service.ts';
import type { Database } from './database-table.ts';
import { describeInstance } from './describe-instance.ts';
import { creatingMember } from './durations.ts';
import { checkIdentifier } from './identifiers.ts';
import type { OperationContext } from './operation-context.ts';
import { requestTags } from './permissions.ts';
import { toRecord } from './tags.ts';

export function createCreateOperation(rds: OperationContext): Record<string, Operation> {
  return {
    CreateDBInstance: {
      authorize: (
        { DBInstanceIdentifier = '', DBClusterIdentifier = '', Tags }: CreateDBInstanceCommandInput,
        { region }: CallContext,
      ) => {
        const tags = requestTags(Tags);
        const target = rds.arnOf('instance', region, DBInstanceIdentifier);
        const cluster = rds.permitOn('cluster', region, DBClusterIdentifier, 'CreateDBInstance');
        return [
          rds.permit('CreateDBInstance', target, tags),
          { ...cluster, context: { ...cluster.context, ...tags } },
          ...(Tags === undefined ? [] : [rds.permit('AddTagsToResource', target, tags)]),
        ];
      },
      async handle(input: CreateDBInstanceCommandInput, { region }: CallContext) {
        const identifier = checkIdentifier(input.DBInstanceIdentifier, 'DBInstanceIdentifier');
        if (input.DBClusterIdentifier === undefined)
          throw new AwsError('InvalidParameterCombination', 'only instances of clusters are made here');
        const cluster = rds.get('cluster', region, input.DBClusterIdentifier);
        rds.refuseUnlessAvailable(cluster);
        rds.refuseExisting('instance', region, identifier);
        if (input.Engine !== cluster.engine)
          throw new AwsError(
            'InvalidParameterCombination',
            `The engine name requested for your DB instance (${input.Engine}) doesn't match the engine name of your DB cluster (${cluster.engine}).`,
          );
        const { engine, engineVersion, kmsKeyId, subnetGroup, securityGroups, port, backupRetentionDays } = cluster;
        const at = rds.now();
        const database: Database = {
          ...{ kind: 'instance', region, identifier, engine, engineVersion, allocatedGigabytes: 1, port },
          ...{ subnetGroup, securityGroups, backupRetentionDays, deletionProtection: false },
          ...(kmsKeyId === undefined ? {} : { kmsKeyId }),
          ...(input.DBInstanceClass === undefined ? {} : { instanceClass: input.DBInstanceClass }),
          ...(input.DBParameterGroupName === undefined ? {} : { parameterGroup: input.DBParameterGroupName }),
          endpoint: `${identifier}.local.${region}.rds.amazonaws.com`,
          ...{ clusterIdentifier: cluster.identifier, tags: toRecord(input.Tags), createdAt: at },
          transition: { status: 'creating', until: at + creatingMember },
        };
        await rds.write(database);
        return { DBInstance: describeInstance(database, { accountId: rds.accountId, now: at }) };
      },
    },
  };
}
