// DescribeDBInstances and DescribeDBClusters. https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeDBClusters.html
import type { DescribeDBClustersCommandInput, DescribeDBInstancesCommandInput } from '@aws-sdk/client-rds';
import { AwsError, type CallContext, type Operation } from '../../runtime/service.ts';
import { describeCluster } from './describe-cluster.ts';
import { describeInstance } from './describe-instance.ts';
import type { OperationContext } from './operation-context.ts';

export function createDescribeOperations(rds: OperationContext): Record<string, Operation> {
  const moment = () => ({ accountId: rds.accountId, now: rds.now() });
  return {
    DescribeDBInstances: {
      authorize: ({ DBInstanceIdentifier }: DescribeDBInstancesCommandInput, { region }: CallContext) => [
        rds.permit('DescribeDBInstances', rds.arnOf('instance', region, DBInstanceIdentifier ?? '*')),
      ],
      async handle({ DBInstanceIdentifier, Filters = [] }: DescribeDBInstancesCommandInput, { region }: CallContext) {
        const found =
          DBInstanceIdentifier === undefined
            ? rds.list('instance', region)
            : [rds.get('instance', region, DBInstanceIdentifier)];
        const unknown = Filters.find(({ Name }) => Name !== 'db-cluster-id');
        if (unknown !== undefined)
          throw new AwsError('InvalidParameterValue', `Unrecognized filter name: ${unknown.Name}`);
        for (const one of found) await rds.measureLag(one);
        const isWanted = (cluster: string | undefined) =>
          Filters.every(({ Values = [] }) => cluster !== undefined && Values.includes(cluster));
        return {
          DBInstances: found
            .filter(({ clusterIdentifier }) => isWanted(clusterIdentifier))
            .map((one) => describeInstance(one, moment())),
        };
      },
    },
    DescribeDBClusters: {
      authorize: ({ DBClusterIdentifier }: DescribeDBClustersCommandInput, { region }: CallContext) => [
        rds.permit('DescribeDBClusters', rds.arnOf('cluster', region, DBClusterIdentifier ?? '*')),
      ],
      handle({ DBClusterIdentifier }: DescribeDBClustersCommandInput, { region }: CallContext) {
        const found =
          DBClusterIdentifier === undefined
            ? rds.list('cluster', region)
            : [rds.get('cluster', region, DBClusterIdentifier)];
        return {
          DBClusters: found.map((one) => describeCluster(one, rds.membersOf(region, one.identifier), moment())),
        };
      },
    },
  };
}
