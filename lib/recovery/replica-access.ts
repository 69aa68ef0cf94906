// What may be done with read replicas of RDS in the recovery region: with those of the configuration, and no other.
import { Stack } from 'aws-cdk-lib';
import { Grant } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { Configuration } from '../../config/schema.ts';
import { acceptWildcard } from '../constructs/accepted-findings.ts';

export interface ReplicaAccessProps {
  readonly configuration: Pick<Configuration, 'databases'>;
}

/** In the region of its stack. Without a replica nothing is allowed. */
export class ReplicaAccess extends Construct {
  private readonly replicaArns: readonly string[];

  constructor(scope: Construct, id: string, { configuration }: ReplicaAccessProps) {
    super(scope, id);
    const { region, account } = Stack.of(this);
    this.replicaArns = Object.values(configuration.databases).flatMap(({ environments }) =>
      Object.values(environments).flatMap(({ replica }) =>
        replica === undefined ? [] : [`arn:aws:rds:${region}:${account}:db:${replica.identifier}`],
      ),
    );
  }

  /** To see what they follow, and how far they are behind. */
  grantRead(grantee: IFunction): void {
    this.grant(grantee, 'rds:DescribeDBInstances', this.replicaArns);
    if (this.replicaArns.length === 0) return;
    this.grant(grantee, 'cloudwatch:GetMetricData', ['*']);
    acceptWildcard(grantee.role ?? grantee, '*', 'metrics have no ARN: CloudWatch lets them be read all, or none');
  }

  /** To make each a database of its own. */
  grantPromote(grantee: IFunction): void {
    this.grantRead(grantee);
    this.grant(grantee, 'rds:PromoteReadReplica', this.replicaArns);
  }

  private grant(grantee: IFunction, action: string, resourceArns: readonly string[]): void {
    if (resourceArns.length > 0) Grant.addToPrincipal({ grantee, actions: [action], resourceArns: [...resourceArns] });
  }
}
