// The ledger where it is replicated to: a table that the global table of the primary region's stack has made here.
import { Arn, Stack } from 'aws-cdk-lib';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { ledgerIndexes } from '../../contracts/ledger.ts';

export interface LedgerReplicaProps {
  readonly tableName: string;
}

/** Read and written like the original: what is written here reaches the primary region when there is one. */
export class LedgerReplica extends Construct {
  readonly tableName: string;
  private readonly tableArn: string;

  constructor(scope: Construct, id: string, { tableName }: LedgerReplicaProps) {
    super(scope, id);
    this.tableName = tableName;
    this.tableArn = Arn.format({ service: 'dynamodb', resource: 'table', resourceName: tableName }, Stack.of(this));
  }

  grantRead(grantee: IGrantable): void {
    this.grant(grantee, ['dynamodb:GetItem']);
    const indexes = ledgerIndexes.map(({ name }) => `${this.tableArn}/index/${name}`);
    Grant.addToPrincipal({ grantee, actions: ['dynamodb:Query'], resourceArns: [this.tableArn, ...indexes] });
  }

  grantWrite(grantee: IGrantable): void {
    this.grant(grantee, [
      'dynamodb:PutItem',
      'dynamodb:UpdateItem',
      'dynamodb:DeleteItem',
      'dynamodb:ConditionCheckItem',
    ]);
  }

  grant(grantee: IGrantable, actions: string[]): void {
    Grant.addToPrincipal({ grantee, actions, resourceArns: [this.tableArn] });
  }
}
